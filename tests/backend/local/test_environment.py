"""`.ci/environment` on machines that lack something: stand-ins for the interpreter, apt and the user's id."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
_TOOLS = (
    "sh",
    "dirname",
    "basename",
    "readlink",
    "mktemp",
    "rm",
    "mkdir",
    "cat",
    "tail",
    "cut",
    "sha256sum",
    "uname",
    "flock",
)
_PYTHON = """#!/bin/sh
case "$2" in
  *ensurepip*) exec test -e "$0.whole" ;;
  venv) exec /usr/bin/env -i {python} "$@" --without-pip ;;
  *) exec /usr/bin/env -i {python} "$@" ;;
esac
"""
"""What is installed into an environment is not under test here, and so not with what."""


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A clone in `project`, and in `bin` the few programs of the machine."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for tool in _TOOLS:
        (programs / tool).symlink_to(shutil.which(tool) or tool)
    (tmp_path / "project" / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "environment", tmp_path / "project" / ".ci")
    shutil.copytree(ROOT / "requirements", tmp_path / "project" / "requirements")
    return tmp_path


def test_an_unknown_interpreter_is_said(machine: Path) -> None:
    script = machine / "project" / ".ci" / "environment"
    script.write_text(script.read_text().replace("/usr/bin/python", str(machine / "nowhere")))
    done = _run(machine, PYTHON="")
    assert done.returncode == 1
    assert done.stderr == (
        "setup: Python 3.11 or 3.12 is needed and was not found; install it, or name it: "
        "make PYTHON=/path/to/python3.11\n"
    )


def test_without_root_what_is_missing_is_named(machine: Path) -> None:
    python = _python(machine)
    _program(machine, "id", "echo 1000")
    done = _run(machine, PYTHON=python)
    assert done.returncode == 1
    assert done.stderr == (
        "setup: the module venv of Python is missing. Install it (on Debian: apt-get install python3.11-venv) and run again\n"
    )


def test_as_root_it_is_installed(machine: Path) -> None:
    python = _python(machine)
    _program(machine, "id", "echo 0")
    _program(machine, "apt-get", f'echo "$@" >>{machine}/asked; : >{python}.whole')
    done = _run(machine, PYTHON=python)
    assert "setup: installing python3.11-venv (the module venv of Python)" in done.stdout
    assert (machine / "asked").read_text().splitlines() == [
        "-qq update",
        "-qq install -y --no-install-recommends python3.11-venv",
    ]
    assert "setup: creating .venv" in done.stdout


def test_when_apt_fails_its_words_are_shown(machine: Path) -> None:
    python = _python(machine)
    _program(machine, "id", "echo 0")
    _program(machine, "apt-get", "echo no route to the mirror; exit 100")
    done = _run(machine, PYTHON=python)
    assert done.returncode == 1
    assert done.stderr == "no route to the mirror\nsetup: apt-get could not install python3.11-venv\n"


def test_an_environment_of_another_folder_is_left_alone(machine: Path) -> None:
    other = machine / "other"
    other.mkdir()
    (other / "kept").touch()
    (machine / "project" / ".venv").symlink_to(other)
    done = _run(machine, PYTHON=_python(machine))
    assert done.returncode == 1
    assert done.stderr == (
        "setup: .venv is a link to another folder's environment; remove the link and run again\n"
    )
    assert [one.name for one in other.iterdir()] == ["kept"]


def test_an_environment_that_agrees_with_the_lock_is_left_alone() -> None:
    done = subprocess.run([ROOT / ".ci" / "environment", "dev"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def _python(machine: Path) -> str:
    """An interpreter like a bare Debian's: whole but for the modules that make an environment."""
    _program(machine, "python3.11", "")
    path = machine / "bin" / "python3.11"
    path.write_text(_PYTHON.format(python="/usr/bin/python3.11"))
    return str(path)


def _program(machine: Path, name: str, words: str) -> None:
    path = machine / "bin" / name
    path.write_text(f"#!/bin/sh\n{words}\n")
    path.chmod(0o755)


def _run(machine: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """No index to install from: what comes after the environment is made is not under test here."""
    return subprocess.run(
        [machine / "project" / ".ci" / "environment", "local"],
        env={
            "PATH": str(machine / "bin"),
            "HOME": str(machine),
            "PIP_NO_INDEX": "1",
            "LANG": os.environ.get("LANG", "C"),
            **environ,
        },
        capture_output=True,
        text=True,
        check=False,
    )
