"""The small parts of a run."""

import io
import os
from pathlib import Path

import pytest

from backend.local import __main__ as command
from backend.local import pictures, processes
from backend.local.output import Lines, LogFile, Terminal
from backend.local.supervisor import Supervisor, read_procfile, shell


def test_a_procfile_is_read_in_its_order() -> None:
    text = "# words\nweb: python -m web --port $PORT\n\nworker:  python -m worker  \nnonsense\n"
    assert list(read_procfile(text).items()) == [
        ("web", "python -m web --port $PORT"),
        ("worker", "python -m worker"),
    ]


def test_the_projects_procfile_has_its_five_processes() -> None:
    assert list(read_procfile(Path("Procfile").read_text())) == ["release", "web", "face", "bot", "worker"]


def test_only_a_simple_line_replaces_its_shell() -> None:
    assert shell("python -m web")[-1] == "exec python -m web"
    assert shell("mkdir -p x && python -m web")[-1] == "mkdir -p x && python -m web"


def test_output_is_cut_into_lines_whatever_the_pieces() -> None:
    lines = Lines()
    assert lines.cut(b"one\ntw") == ["one"]
    assert lines.cut("o\n三".encode()[:-1]) == ["two"]
    assert lines.cut("三".encode()[-1:] + b"\n\n") == ["三"]


def test_of_a_progress_bar_one_line_in_a_while_is_shown() -> None:
    lines = Lines()
    assert lines.cut(b"\r10 %\r20 %\r") == ["20 %"]
    assert lines.cut(b"30 %\r40 %\r") == []
    assert lines.cut(b"\r100 %\ndone\n") == ["100 %", "done"]


def test_a_log_file_is_moved_aside_and_three_old_ones_are_kept(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "web.log", limit=3)
    for number in range(6):
        log.append(f"{number}...".encode())
    names = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert names == {"web.log": "5...", "web.log.1": "4...", "web.log.2": "3...", "web.log.3": "2..."}
    assert log.path.stat().st_mode & 0o777 == 0o600


def test_a_closed_terminal_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w") as stream:
        terminal = Terminal(stream)
        terminal.say("web", "first")
        terminal.say("web", "second")


def test_a_line_carries_the_name_of_its_process() -> None:
    stream = io.StringIO()
    Terminal(stream).say("web", "up")
    assert stream.getvalue() == "web    | up\n"


def test_the_environment_goes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".env").write_text("# words\nPORT=1x\nAPP_ENV='demo'\n")
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.setenv("PORT", "2x")
    assert command.main(["run"]) == 2
    assert capsys.readouterr().err == (
        "make run: The settings cannot be used:\n  PORT: must be a whole number, 0 or more\n"
    )


def test_pictures_that_are_there_are_not_fetched_again(tmp_path: Path) -> None:
    for name in pictures.NAMES:
        (tmp_path / name).touch()
    assert pictures.fetch(tmp_path) == tmp_path


def test_pictures_that_cannot_be_fetched_are_an_error_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = tmp_path / "requirement.txt"
    nowhere.write_text("face-recognition==1.3.0 --hash=sha256:" + "0" * 64)
    monkeypatch.setattr(pictures, "_REQUIREMENT", nowhere)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(pictures.PicturesError, match=r"^ERROR: [^\n]+$"):
        pictures.fetch(tmp_path / "pictures")


def test_what_is_kept_anew_under_its_name_takes_the_place_of_what_ended(tmp_path: Path) -> None:
    """As the database does when it starts again on another port."""
    told = io.StringIO()
    environ = {processes.MARK: str(tmp_path), "PATH": os.defpath}
    kept = Supervisor(
        environ=environ, cwd=tmp_path, logs=tmp_path, terminal=Terminal(told), may_end=frozenset()
    )
    assert kept.keep("x", ["echo", "first"]).wait(60) == 0
    second = kept.keep("x", ["sleep", "60"])
    for _ in range(3):
        kept.pump()
    assert "ended with" not in told.getvalue()
    assert (kept.children["x"].process, second.poll()) == (second, None)
    kept.stop(last="x")
    assert second.poll() is not None
