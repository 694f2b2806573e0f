"""The gateway against the real printing process: what it prints, what it refuses to read, and how it dies."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backend.common.errors import Kind, ServiceError
from backend.gateways.printing import Document, Limits, ProcessPrinter
from tests.support import nursery
from tests.support.pdfs import contents, opened
from tests.support.refusals import refused
from tests.support.waiting import until

STYLE = "body { font-family: 'Noto Sans CJK SC' } @page { size: A4 }"
PATIENT = Limits(wait_seconds=100, start_seconds=100, document_seconds=100)
"""On a busy machine nothing is given up but where a test is about that."""
LONG = "<p>行</p>" * 1_000
"""Takes the typesetter half a second or more."""
HEAVY = "<div style='display: flex; columns: 2'>" * 14 + LONG
"""Takes it minutes."""


@pytest.fixture(scope="module")
def printer() -> Iterator[ProcessPrinter]:
    """One for all that take the process as it stands, begun by a house that has secrets; who wants other limits has its own."""
    with pytest.MonkeyPatch.context() as house, closing(ProcessPrinter(PATIENT)) as made:
        house.setenv("FIELD_MASTER_KEY", "very-secret")
        yield made


def page(body: str) -> Document:
    return Document(f"<!DOCTYPE html><html lang='zh-CN'><title>报告</title><body>{body}</body></html>", STYLE)


def printed(printer: ProcessPrinter, body: str) -> Any:
    with printer.turn() as print_document:
        return opened(print_document(page(body)))


def test_rare_characters_are_printed_and_can_be_taken_out_again(printer: ProcessPrinter) -> None:
    (only,) = printed(printer, "<p>欧阳䶮𠮷㛃𬭊</p>").pages
    assert "欧阳䶮𠮷㛃𬭊" in only.extract_text()


def test_the_process_starts_with_the_first_document_and_stays_for_so_many() -> None:
    with closing(ProcessPrinter(replace(PATIENT, documents=2))) as printer:
        pids = [printer.pid]
        for word in "一二三":
            printed(printer, word)
            pids.append(printer.pid)
    before, first, second, third = pids
    assert before is None
    assert first == second is not None
    assert third not in (None, first)


@pytest.mark.parametrize(
    "markup",
    [
        "<link rel=attachment href='file://{secret}'>",
        "<a rel=attachment href='file://{secret}'>x</a>",
        "<img src='file://{secret}' alt=x>",
        "<object data='file://{secret}'></object>",
        "<embed src='file://{secret}'>",
        "<link rel=stylesheet href='file://{secret}'>",
        "<style>@import url(file://{secret}); p {{ background: url(file://{secret}) }}</style>",
        "<style>@font-face {{ font-family: F; src: url(file://{secret}) }}</style><p style='font-family: F'>x</p>",
        "<p style='content: url(file://{secret})'>x</p>",
        "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><image href='file://{secret}'/></svg>",
        "<link rel=attachment href='data:text/plain,secret-of-the-house'>",
    ],
)
def test_nothing_that_a_text_names_gets_into_the_document(
    printer: ProcessPrinter, tmp_path: Path, markup: str
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret-of-the-house")
    made = printed(printer, f"<p>before</p>{markup.format(secret=secret)}<p>after</p>")
    assert made.attachments == {}
    assert "/EmbeddedFiles" not in made.trailer["/Root"].get("/Names", {})
    assert b"secret-of-the-house" not in contents(made)
    assert [image for one in made.pages for image in one.images] == []
    assert "before" in made.pages[0].extract_text()


def test_nothing_is_asked_of_the_network(printer: ProcessPrinter) -> None:
    """The address is one that answers: a server that nobody connects to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x.png"
        printed(printer, f"<img src='{url}' alt=x><link rel=stylesheet href='{url}'>")
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_the_process_has_nothing_of_ours_in_its_environment(printer: ProcessPrinter) -> None:
    printed(printer, "<p>一</p>")
    assert os.environ["FIELD_MASTER_KEY"] == "very-secret"
    told = Path(f"/proc/{printer.pid}/environ").read_bytes().decode()
    assert "very-secret" not in told
    names = {line.partition("=")[0] for line in told.split("\0") if line}
    assert names <= {"LANG", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "LD_LIBRARY_PATH", "CREDIT_LOCAL_RUN"}


def test_the_process_is_bounded(printer: ProcessPrinter) -> None:
    printed(printer, "<p>一</p>")
    limits = Path(f"/proc/{printer.pid}/limits").read_text()
    bounds = {line[:25].strip(): line[25:].split()[0] for line in limits.splitlines()[1:]}
    assert bounds["Max file size"] == "0"
    assert bounds["Max core file size"] == "0"
    assert bounds["Max cpu time"] != "unlimited"
    assert 0 < int(bounds["Max address space"]) < 2 * 1024**3


def test_a_process_that_is_killed_between_documents_is_replaced(printer: ProcessPrinter) -> None:
    printed(printer, "<p>一</p>")
    first = printer.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert "二" in printed(printer, "<p>二</p>").pages[0].extract_text()
    assert printer.pid != first


def test_a_process_that_is_killed_over_a_document_prints_it_the_second_time(printer: ProcessPrinter) -> None:
    with printer.turn() as print_document, ThreadPoolExecutor(1) as pool:
        first = printer.pid
        assert first is not None
        before = _processor_ms(first)
        made = pool.submit(print_document, page(f"<p>三</p>{LONG}"))
        until(lambda: _processor_ms(first) > before + 100)  # it is at work
        os.kill(first, signal.SIGKILL)
        assert "三" in opened(made.result()).pages[0].extract_text()
        assert printer.pid != first


def test_one_that_dies_twice_over_a_document_is_told_and_the_next_one_is_printed() -> None:
    """First it is killed, then the processor time runs out, which is the kernel's SIGXCPU, before the deadline does."""
    with closing(ProcessPrinter(replace(PATIENT, processor_seconds=1))) as printer:
        with printer.turn() as print_document, ThreadPoolExecutor(1) as pool:
            first = printer.pid
            before = _processor_ms(first)
            told = pool.submit(refused, "printing.failed", print_document, page(HEAVY))
            until(lambda: _processor_ms(first) > before + 100)  # it is at work
            os.kill(first, signal.SIGKILL)
            refusal = told.result()
        assert refusal.kind is Kind.UNAVAILABLE
        assert refusal.retry_after
        assert "四" in printed(printer, "<p>四</p>").pages[0].extract_text()


def test_a_document_that_takes_too_long_is_given_up_and_its_process_ended() -> None:
    with closing(ProcessPrinter(Limits(document_seconds=0.5))) as printer:
        with printer.turn() as print_document:
            first = printer.pid
            refused("printing.timed_out", print_document, page(HEAVY))
        assert printer.pid is None
        assert not Path(f"/proc/{first}").exists()


def test_a_document_that_needs_too_much_memory_fails_alone(printer: ProcessPrinter) -> None:
    with printer.turn() as print_document:
        wide = page("<table><tr>" + "<td colspan=999999999>x</td>" * 3 + "</tr></table>")
        with pytest.raises(ServiceError, match=r"printing\.failed"):
            print_document(wide)
    assert "五" in printed(printer, "<p>五</p>").pages[0].extract_text()


def test_beyond_the_short_queue_people_are_told_to_come_again() -> None:
    """Of three at once one prints and one may wait; whoever comes third hears so at once, whichever of them that is."""
    with closing(ProcessPrinter(replace(PATIENT, waiting=1))) as printer:
        with ThreadPoolExecutor(2) as pool:
            with printer.turn():
                asked = [pool.submit(printed, printer, "<p>六</p>") for _ in range(2)]
                until(lambda: any(one.done() for one in asked))
            (turned_away,) = (one.exception() for one in asked if one.exception())
            (made,) = (one.result() for one in asked if not one.exception())
        assert isinstance(turned_away, ServiceError)
        assert (turned_away.kind, turned_away.reason) == (Kind.TOO_MANY, "printing.busy")
        assert turned_away.retry_after == 5
        assert "六" in made.pages[0].extract_text()


def test_who_waits_too_long_is_told_so_too() -> None:
    with (
        closing(ProcessPrinter(Limits(wait_seconds=0.05))) as printer,
        printer.turn(),
        ThreadPoolExecutor(1) as pool,
    ):
        error = pool.submit(lambda: refused("printing.busy", printer.turn().__enter__)).result()
        assert error.kind is Kind.TOO_MANY


def test_a_process_that_nobody_needs_ends_and_leaves_nothing() -> None:
    with closing(ProcessPrinter(replace(PATIENT, idle_seconds=1))) as printer:
        printed(printer, "<p>一</p>")
        first = printer.pid
        until(lambda: not Path(f"/proc/{first}").exists())
        assert "二" in printed(printer, "<p>二</p>").pages[0].extract_text()


def test_a_process_ends_with_whoever_started_it_also_over_a_document() -> None:
    """A parent that is killed can tell nobody."""
    script = (
        "import sys\n"
        "from backend.gateways.printing import Document, Limits, ProcessPrinter\n"
        "printer = ProcessPrinter(Limits(processor_seconds=1000))  # or that would end it too\n"
        "with printer.turn() as print_document:\n"
        "    print(printer.pid, flush=True)\n"
        "    sys.stdin.readline()\n"
        "    print_document(Document(*sys.argv[1:]))\n"
    )
    document = page(HEAVY)
    command = [sys.executable, "-c", script, document.html, document.css]
    pipe = subprocess.PIPE
    with nursery.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=nursery.ROOT) as parent:
        child = int(parent.stdout.readline())
        ready = _processor_ms(child)
        parent.stdin.write("\n")
        parent.stdin.flush()
        until(lambda: _processor_ms(child) > ready + 100)  # it is at work
        parent.kill()
    until(lambda: not _runs(child))


@pytest.mark.parametrize(
    ("environ", "lack"),
    [({"PYTHONPATH": "no-pango"}, "pango"), ({"FONTCONFIG_FILE": "no-fonts.conf"}, "font")],
)
def test_what_the_system_lacks_is_said_and_not_tried_again_at_once(
    tmp_path: Path, environ: dict[str, str], lack: str
) -> None:
    (tmp_path / "no-pango").mkdir()
    (tmp_path / "no-pango" / "weasyprint.py").write_text(
        "raise OSError('cannot load library libpango-1.0-0')\n"
    )
    (tmp_path / "no-fonts.conf").write_text("<?xml version='1.0'?><fontconfig></fontconfig>")
    placed = {name: str(tmp_path / value) for name, value in environ.items()}
    with closing(ProcessPrinter(environ=placed)) as printer:
        for _ in range(2):
            refusal = refused("printing.not_installed", printer.turn().__enter__)
            assert (refusal.kind, refusal.data) == (Kind.UNAVAILABLE, {"lack": lack})
        assert printer.pid is None


def test_threads_share_one_printer(printer: ProcessPrinter) -> None:
    at_once = threading.Barrier(3)

    def one(word: str) -> str:
        at_once.wait()
        return str(printed(printer, f"<p>{word}</p>").pages[0].extract_text()).strip()

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(one, ["七", "八", "九"])) == ["七", "八", "九"]


def _processor_ms(pid: int) -> float:
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
