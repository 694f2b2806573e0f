"""Chance that repeats itself: the same seed and the same thing asked about give the same draws, in any order."""

import hashlib
import math
from collections.abc import Sequence
from itertools import accumulate
from random import Random as Random
from typing import Generic, TypeVar

T = TypeVar("T")


def of(*about: str | int) -> Random:
    """A source of its own for one thing (a resident's records, an entity's name)."""
    return Random(number_of(*about))


def number_of(*about: str | int) -> int:
    """64 bits that depend on every word."""
    said = "\0".join(str(word) for word in about).encode()
    return int.from_bytes(hashlib.blake2b(said, digest_size=8).digest(), "big")


def poisson(chance: Random, mean: float) -> int:
    """How many of something that happens `mean` times on average (Knuth's way, for small means)."""
    limit, drawn, count = math.exp(-mean), chance.random(), 0
    while drawn > limit:
        drawn *= chance.random()
        count += 1
    return count


def amount_fen(chance: Random, typical_yuan: int) -> int:
    """An amount as debts and fines are spread: many small ones, few large ones; whole yuan."""
    return max(1, round(typical_yuan * chance.lognormvariate(0, 0.9))) * 100


class Lot(Generic[T]):
    """Things drawn by their weights, made ready once."""

    def __init__(self, things: Sequence[T], weights: Sequence[float]) -> None:
        self.things = tuple(things)
        usable = weights if any(weights) else [1] * len(self.things)
        self._sums = list(accumulate(usable))

    @property
    def weight(self) -> float:
        return self._sums[-1] if self._sums else 0.0

    def draw(self, chance: Random) -> T:
        return chance.choices(self.things, cum_weights=self._sums)[0]
