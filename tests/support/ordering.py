"""Which test runs when, so that no worker is left with a long one when the others are done.

The scheduler (`--dist=worksteal`) gives each worker an equal run of the list, in order; who is done takes the last half of what
another has still before it. So the head of each run is worked off by who got it, and the tail may go to anybody.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest

BROWSER = "driver"
"""The fixture that every test with a browser has."""


def for_workers(items: Sequence[pytest.Item], workers: int) -> list[pytest.Item]:
    """The tests over the whole service head the first run, for it takes long to start and they share it; the long ones of a
    file stay together at the head of another run, the one with the fewest so far; behind these, two runs have the pages that a
    browser shows. The others follow by folder, as they came: what a folder's tests share (a town, a browser with its scripts,
    judged letters) is made by one or two workers instead of all."""
    kinds: dict[str, list[pytest.Item]] = {"e2e": [], "slow": [], BROWSER: [], "": []}
    for item in items:
        has = {*item.keywords, *getattr(item, "fixturenames", ())}
        kinds[next(kind for kind in kinds if not kind or kind in has)].append(item)
    heads: list[list[pytest.Item]] = [kinds["e2e"], *([] for _ in range(workers - 1))]
    others = heads[1:] if kinds["e2e"] and workers > 1 else heads
    for kind, most in (("slow", len(others)), (BROWSER, 2)):
        these = others[-most:]
        for found in _together(kinds[kind], lambda item: item.path):
            min(these, key=len).extend(found)
    ordered = []
    rest = [item for found in _together(kinds[""], lambda item: item.path.parent) for item in found]
    left = len(items)
    for place, head in enumerate(heads):
        share = max(left // (workers - place) - len(head), 0)
        ordered += [*head, *rest[:share]]
        rest = rest[share:]
        left = len(items) - len(ordered)
    return ordered + rest


def _together(items: Sequence[pytest.Item], by: Callable[[pytest.Item], Path]) -> Iterable[list[pytest.Item]]:
    """Those of one path, in the order in which the first of each came."""
    found: dict[Path, list[pytest.Item]] = {}
    for item in items:
        found.setdefault(by(item), []).append(item)
    return found.values()
