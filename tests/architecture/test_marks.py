"""Code whose marks were kept tells the same as code that SlipCover has just marked."""

import ast
from collections.abc import Callable
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
import slipcover
from slipcover import branch

from tests.support import marks
from tests.support.marks import Marks

SOURCE = '''\
"""A module."""
import sys


def first(numbers):
    """Of those that are large."""
    for number in numbers:
        if number > 3: return number
        if number > 2:
            continue
    else:
        return (lambda: None)()


class Thing:
    def each(self):
        try:
            yield from (one for one in range(3) if one)
        finally:
            sys.intern("a")

    def never(self):
        return 1 if self else 2


match first([1, 3, 5]):
    case 5:
        found = [*Thing().each()]
    case _:
        found = []
'''
MET_OFTEN = 50


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(marks, "KEPT", tmp_path / "kept")
    return tmp_path / "kept"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "thing.py"
    made.write_text(SOURCE)
    return made


def met(account: Any, code: CodeType, *, times: int = 1, more: Callable[..., object] = lambda _: None) -> Any:
    for _ in range(times):
        here: dict[str, Any] = {}
        exec(code, here)
        more(here)
    assert here["found"] == [1, 2]
    return account.get_coverage()["files"]


def of_slipcover(path: Path) -> tuple[Any, CodeType]:
    account = slipcover.Slipcover(branch=True, d_miss_threshold=MET_OFTEN)
    return account, account.instrument(
        compile(branch.preinstrument(ast.parse(path.read_bytes())), str(path), "exec")
    )


def of_ours(path: Path) -> tuple[Any, CodeType]:
    account = Marks(branch=True, d_miss_threshold=MET_OFTEN)
    return account, account.marked(str(path))


def all_code(code: CodeType) -> list[CodeType]:
    inside = (one for one in code.co_consts if isinstance(one, CodeType))
    return [code, *(each for one in inside for each in all_code(one))]


@pytest.mark.parametrize("times", [1, 3 * MET_OFTEN], ids=["once", "until marks are taken out"])
def test_new_and_kept_marks_tell_what_slipcovers_tell(kept: Path, path: Path, times: int) -> None:
    expected = met(*of_slipcover(path), times=times)
    (name,) = expected
    assert expected[name]["missing_lines"] == [12, 23, 29, 30]
    assert expected[name]["missing_branches"]
    assert met(*of_ours(path), times=times) == expected
    written = next(kept.glob("*thing.py")).stat()
    assert met(*of_ours(path), times=times) == expected
    found = next(kept.glob("*thing.py")).stat()
    assert (found.st_ino, found.st_mtime_ns) == (written.st_ino, written.st_mtime_ns)


def test_what_is_met_later_is_told_too(kept: Path, path: Path) -> None:
    def more(here: dict[str, Any]) -> None:
        assert here["first"]([1]) is None
        assert here["Thing"]().never() == 1

    assert met(*of_ours(path), more=more) == met(*of_slipcover(path), more=more)


def test_the_code_is_the_same_byte_for_byte(kept: Path, path: Path) -> None:
    of_ours(path)
    ours, theirs = (all_code(code) for _, code in (of_ours(path), of_slipcover(path)))
    for name in (
        "co_code",
        "co_linetable",
        "co_exceptiontable",
        "co_firstlineno",
        "co_stacksize",
        "co_names",
    ):
        assert [getattr(one, name) for one in ours] == [getattr(one, name) for one in theirs]


def test_a_file_that_was_changed_is_marked_anew(kept: Path, path: Path) -> None:
    of_ours(path)
    path.write_text(SOURCE.replace("3, 5", "3, 3 + 2"))
    assert met(*of_ours(path)) == met(*of_slipcover(path))
    path.write_text("found = [1, 2]")
    (told,) = met(*of_ours(path)).values()
    assert told["executed_lines"] == [1]
    assert len([*kept.glob("*thing.py")]) == 1


def test_marks_that_were_met_often_are_taken_out(kept: Path, path: Path) -> None:
    account, code = of_ours(path)
    met(account, code, times=3 * MET_OFTEN)
    assert code not in account.instrumented[str(path)]


def test_lines_of_a_signature_are_counted_as_slipcover_counts_them(kept: Path, path: Path) -> None:
    path.write_text("def first(\n    one: int,\n    two: int | None,\n) -> (\n    list[int]\n): ...\n")
    ours, theirs = Marks(branch=True), slipcover.Slipcover(branch=True, source=[str(path.parent)])
    ours.know(str(path))
    assert ours.get_coverage()["files"] == theirs.get_coverage()["files"]


def test_nothing_is_met_in_a_file_that_is_only_known(kept: Path, path: Path) -> None:
    account = Marks(branch=True)
    account.know(str(path))
    (told,) = account.get_coverage()["files"].values()
    (expected,) = met(*of_slipcover(path)).values()
    for kind in ("lines", "branches"):
        assert told[f"executed_{kind}"] == []
        assert told[f"missing_{kind}"] == sorted(expected[f"executed_{kind}"] + expected[f"missing_{kind}"])
