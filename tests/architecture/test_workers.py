"""Test workers are forks of one process that has imported the tests, and do all that others would."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support import workers
from tests.support.processes import ROOT
from tests.support.waiting import until

CONFTEST = """
import json, os, random
from pathlib import Path
import pytest

ROOM = Path(__file__).parents[1] / "room"

@pytest.fixture(scope="session", autouse=True)
def told(request):
    worker = request.config.workerinput["workerid"]
    told = {"pid": os.getpid(), "parent": os.getppid(), "drawn": random.random()}
    unfinished = ROOM / f"unfinished {worker}"
    unfinished.write_text(json.dumps(told))
    unfinished.rename(ROOM / worker)
"""
TESTS = """
import os
from pathlib import Path
import pytest

ROOM = Path(__file__).parents[1] / "room"
with (ROOM / "imports").open("a") as file:
    file.write(f"{os.getpid()}\\n")

@pytest.mark.parametrize("number", range(8))
def test_good(number): pass
def test_bad(): assert [1, 2] == [1, 3]
def test_dying(): os._exit(3)
@pytest.mark.parametrize("number", range(8))
def test_better(number): pass
"""
WAITING = """
import time
def test_waiting():
    time.sleep(100)
"""
INI = (
    "[pytest]\ntestpaths = checks\naddopts = --import-mode=importlib -p xdist -p tests.support.workers -n 2\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of its own, whose folder of tests is called otherwise than this one's."""
    for folder in ("checks", "room"):
        (tmp_path / folder).mkdir()
    (tmp_path / "pytest.ini").write_text(INI)
    (tmp_path / "checks" / "__init__.py").touch()
    (tmp_path / "checks" / "conftest.py").write_text(CONFTEST)
    (tmp_path / "checks" / "test_all_kinds.py").write_text(TESTS)
    return tmp_path


def begun(project: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", *arguments], cwd=project, text=True, start_new_session=True,
        env={"PYTHONPATH": f"{ROOT}:{project}", "PATH": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def run(project: Path, *arguments: str) -> tuple[int, str]:
    with begun(project, *arguments) as process:
        out, err = process.communicate(timeout=60)
    return process.returncode, out + err


def told(project: Path) -> dict[str, dict[str, Any]]:
    return {path.name: json.loads(path.read_text()) for path in (project / "room").glob("gw*")}


def gone(pid: int) -> bool:
    try:
        return "\nState:\tZ" in Path("/proc", str(pid), "status").read_text()
    except FileNotFoundError:
        return True


def test_a_file_is_imported_once_for_all_workers_and_what_fails_is_told(project: Path) -> None:
    ended, said = run(project, "-n", "1")
    assert ended == pytest.ExitCode.TESTS_FAILED
    assert "2 failed, 16 passed" in said
    assert "At index 1 diff: 2 != 3" in said, "the assertion was rewritten"
    assert "crashed while running 'checks/test_all_kinds.py::test_dying'" in said
    seen = told(project)
    assert sorted(seen) == ["gw0", "gw1"], "another took the place of the one that died"
    (parent,) = {one["parent"] for one in seen.values()}
    imports = [*map(int, (project / "room" / "imports").read_text().split())]
    assert parent in imports
    assert not set(imports) & {one["pid"] for one in seen.values()}, "who is forked imports nothing again"
    assert len(imports) <= 2, "one more begins with the last file, to write down what it rewrites"
    assert len({one["drawn"] for one in seen.values()}) == 2, "each draws its own numbers"
    pids = {pid for one in seen.values() for pid in (one["pid"], one["parent"])}
    until(lambda: all(map(gone, pids)))


def test_a_part_of_the_tests_is_imported_by_the_workers_themselves(project: Path) -> None:
    ended, said = run(project, "checks/test_all_kinds.py", "-k", "good")
    assert (ended, "8 passed" in said) == (pytest.ExitCode.OK, True)
    imports = (project / "room" / "imports").read_text().split()
    assert sorted(imports) == sorted(str(one["pid"]) for one in told(project).values())


def test_a_file_that_cannot_be_imported_is_told(project: Path) -> None:
    (project / "checks" / "test_wrong.py").write_text("raise ValueError('not like this')\n")
    ended, said = run(project, "-k", "good")
    assert ended == pytest.ExitCode.TESTS_FAILED
    assert "ERROR collecting checks/test_wrong.py" in said
    assert "ValueError: not like this" in said


@pytest.mark.parametrize("end", ["killed", "interrupted"])
def test_nothing_outlives_the_run(project: Path, end: str) -> None:
    (project / "checks" / "test_all_kinds.py").write_text(WAITING)
    with begun(project) as process:
        until(lambda: bool(told(project)))
        if end == "killed":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGINT)
        process.wait(60)
        pids = {pid for one in told(project).values() for pid in (one["pid"], one["parent"])}
        until(lambda: all(map(gone, pids)))


def test_all_files_with_tests_are_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    imported: list[str] = []

    def note(name: str) -> None:
        imported.append(name)
        raise ImportError("told when it is collected")

    monkeypatch.setattr("importlib.import_module", note)
    workers.import_tests(ROOT, ["tests"])
    assert __name__ in imported
    assert len(imported) == len(set(imported)) == len([*(ROOT / "tests").rglob("test_*.py")])
