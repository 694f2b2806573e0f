"""What the test workers leave out of what they tell changes nothing of what is told of a run."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from _pytest.config import PytestPluginManager

from tests.support import telling
from tests.support.processes import ROOT

TESTS = """
import pytest

@pytest.fixture
def broken():
    raise ValueError("before")

@pytest.fixture
def breaking():
    yield
    raise ValueError("after")

def test_good(): pass
def test_bad(): assert 1 == 2
def test_broken(broken): pass
def test_breaking(breaking): pass
@pytest.mark.skip
def test_skipped(): pass
@pytest.mark.xfail(strict=True)
def test_expected(): assert 1 == 2
def test_dying():
    import os
    os._exit(3)
"""
COUNTING = """
import pytest

COUNTED = {"started": 0, "reports": 0, "ended": 0}

def pytest_runtest_logstart(): COUNTED["started"] += 1
def pytest_runtest_logreport(): COUNTED["reports"] += 1
def pytest_runtest_logfinish(): COUNTED["ended"] += 1
def pytest_terminal_summary(terminalreporter): terminalreporter.write_line(f"counted {COUNTED}")
"""


def told(folder: Path, *arguments: str) -> str:
    (folder / "test_all_kinds.py").write_text(TESTS)
    (folder / "counting.py").write_text(COUNTING)
    command = [
        sys.executable, "-m", "pytest", "-n", "1", "-p", "xdist", "-p", "counting", "-c", "/dev/null", "--rootdir", str(folder),
    ]  # fmt: skip
    # Of the plugins that are installed it takes the one that it is about; to import the others is most of what such a run costs.
    env = {"PYTHONPATH": f"{ROOT}:{folder}", "PATH": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        [*command, *arguments, str(folder)], env=env, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )  # fmt: skip
    return done.stdout


def test_a_run_ends_and_says_the_same_and_hears_less(tmp_path: Path) -> None:
    plain, sparing = told(tmp_path), told(tmp_path, "-p", "tests.support.telling")
    outcome = "2 failed, 2 passed, 1 skipped, 1 xfailed, 2 errors"
    for one in (plain, sparing):
        assert outcome in one
        assert "crashed while running 'test_all_kinds.py::test_dying'" in one
        assert "ValueError: before" in one
        assert "ValueError: after" in one
    assert "'started': 0" not in plain
    assert "'ended': 0" not in plain
    assert "counted {'started': 0, 'reports': 8, 'ended': 0}" in sparing


@pytest.mark.parametrize("wanted", [{}, {"durations": 3}, {"xmlpath": "told.xml"}, {"verbose": 1}])
def test_where_all_is_wanted_all_is_told(monkeypatch: pytest.MonkeyPatch, wanted: dict[str, Any]) -> None:
    class WorkerInteractor:
        pass

    plugins = PytestPluginManager()
    plugins.register(told_of := WorkerInteractor())
    option = SimpleNamespace(**{"durations": None, "xmlpath": None, "verbose": 0} | wanted)
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    telling.pytest_configure(cast(pytest.Config, SimpleNamespace(option=option, pluginmanager=plugins)))
    assert (type(told_of) is WorkerInteractor) == bool(wanted)
