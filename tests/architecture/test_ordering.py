"""The order of the tests: nothing is lost, what shares much runs together, and each worker begins with long ones."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.ordering import BROWSER, for_workers


class Item:
    def __init__(self, name: str, *keywords: str) -> None:
        self.name, self.keywords, self.path = name, keywords, Path(name.split(":")[0])


def names(items: list[Any]) -> list[str]:
    return [item.name for item in items]


ITEMS: list[Any] = [
    *(Item(f"a:{place}") for place in range(7)),
    Item("a:slow", "slow"),
    *(Item(f"b:{place}", "slow") for place in range(3)),
    *(Item(f"c:{place}", "slow", "e2e") for place in range(4)),
    *(Item(f"d:{place}") for place in range(20)),
    *(Item(f"e:{place}", "slow") for place in range(3)),
]


@pytest.mark.parametrize("workers", [1, 2, 3, 4, 40])
def test_every_test_is_run_once(workers: int) -> None:
    ordered = for_workers(ITEMS, workers)
    assert sorted(names(ordered)) == sorted(names(ITEMS))
    assert names(ordered)[:4] == [f"c:{place}" for place in range(4)]


def test_each_worker_begins_with_long_ones_and_those_of_a_file_stay_together() -> None:
    ordered = names(for_workers(ITEMS, 3))
    runs = [ordered[:12], ordered[12:25], ordered[25:]]  # as the scheduler deals 38 tests
    assert len(ordered) == 38
    assert [run[0][0] for run in runs] == ["c", "a", "b"]
    for file in "be":
        assert [run.count(f"{file}:0") + run.count(f"{file}:2") for run in runs].count(2) == 1


def test_alone_the_long_ones_come_first_and_the_others_as_they_came() -> None:
    ordered = names(for_workers(ITEMS, 1))
    others = [name for name in names(ITEMS) if name[0] in "ad" and name != "a:slow"]
    assert ordered[-len(others) :] == others


def test_the_others_of_a_folder_come_together() -> None:
    files = ("one/a", "two/b", "one/c", "three/d", "two/e")
    items: list[Any] = [Item(f"{file}:{place}") for file in files for place in range(2)]
    folders = [name.split("/")[0] for name in names(for_workers(items, 2))]
    assert folders == ["one"] * 4 + ["two"] * 4 + ["three"] * 2


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_two_runs_at_most_have_the_browsers(workers: int) -> None:
    shown: list[Any] = [Item(f"pages/{file}:{place}", BROWSER) for place in range(6) for file in "abc"]
    ordered = names(for_workers([*ITEMS, *shown], workers))
    size = len(ordered) // workers
    runs = [ordered[size * place : size * (place + 1)] for place in range(workers)]
    with_some = [run for run in runs if any(name.startswith("pages/") for name in run)]
    assert len(with_some) == min(2, max(workers - 1, 1))
    if workers == 5:
        assert all(run.index(next(n for n in run if n.startswith("pages/"))) < 4 for run in with_some)
