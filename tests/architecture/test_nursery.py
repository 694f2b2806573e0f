"""A fork of the nursery is a process like another: what it is given, what it says, how it ends, and with whom."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support import nursery
from tests.support.waiting import until

SLEEP = "import time; print('here', flush=True); time.sleep(100)"


def python(*words: str) -> list[str]:
    return [sys.executable, *words]


def begun(program: str = SLEEP, **more: Any) -> nursery.Popen:
    process = nursery.Popen(python("-c", program), stdout=subprocess.PIPE, text=True, **more)
    assert process.stdout.readline() == "here\n"
    return process


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def gone(pid: int) -> bool:
    return not Path("/proc", str(pid)).exists()


def test_it_has_its_own_words_environment_folder_and_streams(tmp_path: Path) -> None:
    program = "import os, sys; print(sys.argv, os.getcwd(), dict(os.environ), input()); print('了', file=sys.stderr)"
    process = nursery.Popen(
        python("-c", program, "a", "b"), cwd=tmp_path, env={"X": "1"}, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    out, err = process.communicate("typed\n", timeout=60)
    assert (process.returncode, out, err) == (
        0,
        f"['-c', 'a', 'b'] {tmp_path} {{'X': '1'}} typed\n",
        "了\n",
    )


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("", 0),
        ("import sys; sys.exit(3)", 3),
        ("raise ValueError", 1),
        ("import os; os._exit(7)", 7),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
        ("import os, signal; os.kill(os.getpid(), signal.SIGINT)", -signal.SIGINT),
        ("import sys; sys.exit('in the way')", 1),
        ("import sys; sys.exit(-1)", 255),
        ("print('half a line', end='')", 0),
        ("import atexit; atexit.register(print, 'at the end')", 0),
        ("import threading; threading.Timer(0.1, print, ['later']).start()", 0),
        (
            "from concurrent.futures import ThreadPoolExecutor; ThreadPoolExecutor().submit(print, 'a pool')",
            0,
        ),
        (
            "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start(); print('left')",
            0,
        ),
        ("import sys; sys.stdout.close()", 0),
    ],
)
def test_it_ends_as_another_would(program: str, code: int) -> None:
    ended = nursery.run(python("-c", program))
    apart = subprocess.run(python("-c", program), capture_output=True, text=True, input="")
    assert (ended.returncode, ended.stdout) == (apart.returncode, apart.stdout) == (code, apart.stdout)
    assert ended.stderr.splitlines()[-1:] == apart.stderr.splitlines()[-1:]


def test_a_module_and_a_script_are_the_main_program(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("WORD = 'beside'")
    script = tmp_path / "script.py"
    script.write_text("import sys, beside\nif __name__ == '__main__': print(beside.WORD, sys.argv[1:])")
    assert nursery.run(python(str(script), "x")).stdout == "beside ['x']\n"
    assert "What operators do" in nursery.run(python("-m", "backend.manage", "--help")).stdout


def test_what_it_says_unbuffered_is_there_at_once_and_it_can_be_killed() -> None:
    program = "import time; print('here'); time.sleep(100)"
    process = begun(program, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    assert process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.05)
    process.kill()
    assert process.communicate(timeout=60)[0] == ""
    assert (process.wait(), process.poll()) == (-signal.SIGKILL, -signal.SIGKILL)
    assert gone(process.pid)


def test_with_its_nursery_it_ends_and_another_nursery_follows() -> None:
    process = begun()
    own = parent(process.pid)
    first = parent(own)
    os.kill(own, signal.SIGKILL)
    assert process.wait(60) == -signal.SIGKILL
    until(lambda: gone(process.pid))
    process.stdout.close()
    following = begun()
    assert parent(following.pid) != own
    assert parent(parent(following.pid)) == first, "it imported once more"
    following.kill()
    following.communicate()


def test_it_ends_with_whoever_asked_for_it() -> None:
    """A test run that is killed leaves nothing behind."""
    program = f"""
import subprocess, sys, time
from tests.support import nursery
process = nursery.Popen([sys.executable, "-c", {SLEEP!r}], stdout=subprocess.PIPE, text=True)
process.stdout.readline()
print(process.pid, flush=True)
time.sleep(100)
"""
    asking = subprocess.Popen(python("-c", program), cwd=nursery.ROOT, stdout=subprocess.PIPE, text=True)
    pid = int(asking.stdout.readline())
    assert not gone(pid)
    asking.kill()
    asking.communicate()
    until(lambda: gone(pid))


@pytest.mark.parametrize(
    "more", [{"preexec_fn": print}, {"umask": 0o77}, {"process_group": 0}, {"shell": True}]
)
def test_what_a_fork_cannot_be_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not for a fork"):
        nursery.Popen(python("-c", ""), **more)
    with pytest.raises(ValueError, match="not for a fork"):
        nursery.Popen(["sleep", "1"])
