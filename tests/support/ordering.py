"""Which test runs when, so that no worker is left with a long one when the others are done.

The scheduler (`--dist=worksteal`) gives each worker an equal run of the list, in order; who is done takes the last half of what
another has still before it. So the head of each run is worked off by who got it, and the tail may go to anybody.
"""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import pytest


def for_workers(items: Sequence[pytest.Item], workers: int) -> list[pytest.Item]:
    """The tests over the whole service head the first run, for it takes long to start and they share it; the long ones of a
    file stay together at the head of another run, the one with the fewest so far; the others follow by folder, as they came: what
    a folder's tests share (a town, a browser with its scripts, judged letters) is made by one or two workers instead of all."""
    kinds: dict[str, list[pytest.Item]] = {"e2e": [], "slow": [], "": []}
    for item in items:
        kinds[next(kind for kind in kinds if not kind or kind in item.keywords)].append(item)
    heads: list[list[pytest.Item]] = [kinds["e2e"], *([] for _ in range(workers - 1))]
    for _, found in groupby(kinds["slow"], key=lambda item: item.path):
        min(heads[1:] if kinds["e2e"] and workers > 1 else heads, key=len).extend(found)
    ordered, rest = [], _by_folder(kinds[""])
    left = len(items)
    for place, head in enumerate(heads):
        share = max(left // (workers - place) - len(head), 0)
        ordered += [*head, *rest[:share]]
        rest = rest[share:]
        left = len(items) - len(ordered)
    return ordered + rest


def _by_folder(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    folders: dict[Path, list[pytest.Item]] = {}
    for item in items:
        folders.setdefault(item.path.parent, []).append(item)
    return [item for found in folders.values() for item in found]
