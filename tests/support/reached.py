"""Which lines and branches of the project the tests reach: loaded with `-p tests.support.reached`, told when all has run.

Python 3.11 can only trace what runs line by line, which doubles the processor time of the tests. SlipCover writes a mark into
the bytecode of each line and branch instead, and a mark that was met costs next to nothing from then on. Test workers tell what
they met, and what was met before they were forked (workers.py); the controller adds it up (docs/adr/0043).
"""

import json
import os
import sys
import tomllib
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType
from typing import Any

import pytest
import slipcover
from slipcover.slipcover import add_summaries

from tests.support.marks import Marks, marked
from tests.support.nursery import ROOT, beside

_WANTED = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["reached"]
SOURCE: list[str] = _WANTED["source"]
FLOOR: float = _WANTED["floor"]
LEFT_OUT: list[str] = _WANTED["left-out"]
NOT_REACHED = ROOT / ".cache" / "not-reached.txt"

# From how many times on a mark is taken out: for that, SlipCover looks through all modules for the function it stands in.
_MET_OFTEN = 200_000

Reached = dict[str, tuple[list[int], list[tuple[int, int]]]]
"""Lines and branches (from a line to a line, 0 for the end of the function) by file."""


def _in_worker() -> bool:
    return "PYTEST_XDIST_WORKER" in os.environ


class _Loader(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        _marks.register_module(module)
        exec(_marks.marked(self.path), vars(module))


class _Finder(MetaPathFinder):
    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        found = PathFinder.find_spec(name, path, target) if name.partition(".")[0] in SOURCE else None
        if found and isinstance(found.loader, SourceFileLoader):
            found.loader = _Loader(name, found.loader.path)
        return found


def _files() -> list[str]:
    return sorted(str(path) for folder in SOURCE for path in (ROOT / folder).rglob("*.py"))


def _mark_from_the_last() -> None:
    for path in reversed(_files()):
        marked(path)


_marks = Marks(branch=True, exclude_lines=[], d_miss_threshold=_MET_OFTEN)
sys.meta_path.insert(0, _Finder())
# In a fresh clone nothing is marked yet, and the other processor has nothing to do.
beside(_mark_from_the_last)


def pytest_sessionstart(session: pytest.Session) -> None:
    """What there is to be met is found out while the workers begin."""
    if not _in_worker():
        session.config.stash[_there] = ThreadPoolExecutor(1).submit(_all_there)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """A worker has ended; one that broke off has nothing to tell."""
    told = getattr(node, "workeroutput", {}).get("reached")
    if told is not None:
        node.config.stash.setdefault(_told, []).append(json.loads(told))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if _in_worker():
        files = _marks.get_coverage()["files"]
        met = {name: (one["executed_lines"], one["executed_branches"]) for name, one in files.items()}
        session.config.workeroutput["reached"] = json.dumps(met)  # type: ignore[attr-defined] # xdist's
        return
    if told := session.config.stash.get(_told, []):
        share = _add_up(session.config.stash[_there].result(), told)
        said, ending = f"{share:.2f} % of lines and branches", pytest.ExitCode.TESTS_FAILED
        said += f"; at least {FLOOR} are asked for; the others are in {NOT_REACHED.relative_to(ROOT)}"
    else:
        share, said = 0, "nothing was marked, which only test workers do (-n)"
        ending = pytest.ExitCode.USAGE_ERROR
    session.config.stash[_summary] = f"reached: {said}"
    if share < FLOOR and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = ending


def _all_there() -> dict[str, Any]:
    marks = Marks(branch=True, exclude_lines=LEFT_OUT)
    for path in _files():
        marks.know(path)
    found: dict[str, Any] = marks.get_coverage()
    return found


_told: pytest.StashKey[list[Reached]] = pytest.StashKey()
_there: pytest.StashKey["Future[dict[str, Any]]"] = pytest.StashKey()
_summary: pytest.StashKey[str] = pytest.StashKey()


def _add_up(found: dict[str, Any], told: list[Reached]) -> float:
    """Write down what nobody met, and give the share of what was, in per cent."""
    for name, one in found["files"].items():
        for place, kind in enumerate(("lines", "branches")):
            there = {*map(_part, one[f"missing_{kind}"])}
            met = {_part(part) for worker in told for part in worker.get(name, ([], []))[place]}
            one |= {f"executed_{kind}": sorted(there & met), f"missing_{kind}": sorted(there - met)}
    add_summaries(found)
    NOT_REACHED.parent.mkdir(exist_ok=True)
    with NOT_REACHED.open("w") as file:
        slipcover.print_coverage(found, outfile=file, skip_covered=True)
    return float(found["summary"]["percent_covered"])


def _part(one: Any) -> Any:
    return tuple(one) if isinstance(one, list) else one


@pytest.hookimpl(tryfirst=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if _summary in config.stash:
        terminalreporter.write_line(config.stash[_summary])
