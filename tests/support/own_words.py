"""The words and numbers of the product's own files, which Hypothesis and Schemathesis mix into what they draw.

Each test worker would read all these files for them, seconds in a fresh clone, whenever another module was imported; and would
look every word up letter by letter for each alphabet that is drawn from. They are gathered once for all workers and runs, and
of all files: what is drawn does not hang on what other tests imported before.
"""

import fcntl
import hashlib
import marshal
import re
import sys
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import hypothesis
from hypothesis.internal import constants_ast
from hypothesis.internal.conjecture import choice, providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.internal.intervalsets import IntervalSet

from tests.support.processes import ROOT

KEPT = ROOT / ".cache" / "own words"
OF = ("backend", "bot", "notifications", "schemas")

Words = dict[str, list[Any]]
"""What stands in each file, by its path."""

_of_module = constants_ast.constants_from_module


def use() -> None:
    """By what draws in this process."""
    for place, name, ours in (
        (providers, "_get_local_constants", of_all),
        (providers, "choice_permitted", permitted),
        (constants_ast, "constants_from_module", of_module),
    ):
        setattr(place, name, ours)


@cache
def of_all() -> Constants:
    """What stands anywhere, in an order that is the same in every process."""
    in_order: Callable[[], Any] = type(providers.GLOBAL_CONSTANTS.strings)
    made = Constants(integers=in_order(), floats=in_order(), bytes=in_order(), strings=in_order())
    for words in _gathered().values():
        for word in words:
            made.add(word)
    return made


@lru_cache(4096)
def of_module(module: ModuleType, *, limit: bool = True) -> Constants:
    words = _gathered().get(str(module.__file__)) if limit else None
    if words is None:
        return _of_module(module, limit=limit)
    made = Constants()
    for word in words:
        made.add(word)
    return made


def permitted(value: Any, constraints: Any) -> bool:
    """As Hypothesis has it, where a regular expression looks at the letters."""
    if not isinstance(value, str):
        return choice.choice_permitted(value, constraints)
    if not constraints["min_size"] <= len(value) <= constraints["max_size"]:
        return False
    return _fits(constraints["intervals"])(value) is not None


@lru_cache
def _fits(alphabet: IntervalSet) -> Callable[[str], re.Match[str] | None]:
    if not alphabet.intervals:
        return re.compile("").fullmatch
    letters = "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in alphabet.intervals)
    return re.compile(f"[{letters}]*").fullmatch


@cache
def _gathered() -> Words:
    """From what is kept, if it is of these files as they stand; whoever finds it wanting makes it, and the others wait."""
    sources = {str(path): path.read_bytes() for name in OF for path in sorted((ROOT / name).rglob("*.py"))}
    way = f"{sys.version} {hypothesis.__version__} ".encode() + Path(__file__).read_bytes()
    of = hashlib.sha256(repr((way, sources)).encode()).digest()
    KEPT.parent.mkdir(exist_ok=True)
    with KEPT.with_name(f"{KEPT.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        written = KEPT.read_bytes() if KEPT.exists() else b""
        if not written.startswith(of):
            found = {
                path: [*constants_ast._constants_from_source(one, limit=True)]
                for path, one in sources.items()
            }
            written = of + marshal.dumps(found)
            unfinished = KEPT.with_name(f"{KEPT.name}.unfinished")
            unfinished.write_bytes(written)
            unfinished.rename(KEPT)
    words: Words = marshal.loads(written[len(of) :])
    return words
