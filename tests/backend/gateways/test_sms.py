"""Messages are handed over whole, or it is said that they were not."""

import io
import json
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from backend.common.errors import Kind, ServiceError
from backend.common.settings import Settings
from backend.gateways import sms
from backend.gateways.sms import ConsoleSms, FileSms, HttpSms

PHONE = "+8613900001111"


class Station(ThreadingHTTPServer):
    """The next station of messages: answers as told and remembers what it was sent."""

    answer = 200
    seen: list[tuple[dict[str, str], dict[str, Any]]]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/send"


class Handler(BaseHTTPRequestHandler):
    server: Station

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((dict(self.headers), json.loads(body)))
        if self.server.answer == 0:
            self.wfile.write(b"nonsense\r\n\r\n")
            return
        self.send_response(self.server.answer)
        if self.server.answer == 302:
            self.send_header("Location", self.server.url)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        self.server.seen.append((dict(self.headers), {}))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def station() -> Iterator[Station]:
    with Station(("127.0.0.1", 0), Handler) as server:
        server.seen = []
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def refused(gateway: sms.Sms) -> str:
    with pytest.raises(ServiceError) as caught:
        gateway.send(to=PHONE, text="验证码 123456", code="123456")
    assert caught.value.kind is Kind.UNAVAILABLE
    assert caught.value.retry_after
    return caught.value.reason


def test_the_file_holds_one_message_a_line_also_from_many_at_once(tmp_path: Path) -> None:
    path = tmp_path / "outbox" / "sms.jsonl"
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: FileSms(path).send(to=PHONE, text="验证码" * 40, code=str(n)), range(100)))
    sent = [json.loads(line) for line in path.read_text().splitlines()]
    assert sorted(int(one["code"]) for one in sent) == list(range(100))
    assert all(one.keys() == {"to", "text", "code"} for one in sent)
    assert {one["to"] for one in sent} == {PHONE.removeprefix("+86")}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("in the way")
    assert refused(FileSms(tmp_path / "outbox" / "sms.jsonl")) == "sms.unreachable"


def test_the_console_shows_the_message() -> None:
    stream = io.StringIO()
    ConsoleSms(stream).send(to=PHONE, text="验证码 123456", code="123456")
    assert stream.getvalue() == f"SMS to {PHONE}: 验证码 123456\n"


def test_the_citys_gateway_gets_the_message_under_its_key(station: Station) -> None:
    HttpSms(station.url, "secret").send(to=PHONE, text="验证码 123456", code="123456")
    [(headers, body)] = station.seen
    assert headers["Authorization"] == "Bearer secret"
    assert body == {"to": PHONE, "text": "验证码 123456"}


@pytest.mark.parametrize("answer", [0, 302, 400, 401, 429, 500, 503])
def test_any_answer_but_2xx_means_that_it_was_not_taken(station: Station, answer: int) -> None:
    station.answer = answer
    assert refused(HttpSms(station.url, "secret")) == "sms.unreachable"
    assert len(station.seen) == 1


def test_a_gateway_that_is_not_there_is_said(station: Station) -> None:
    url = station.url
    station.shutdown()
    station.server_close()
    assert refused(HttpSms(url, "secret")) == "sms.unreachable"


def test_the_setting_names_the_gateway(tmp_path: Path) -> None:
    assert isinstance(sms.build(Settings(data_dir=tmp_path)), FileSms)
    assert isinstance(sms.build(Settings(sms_gateway="console")), ConsoleSms)
    assert isinstance(
        sms.build(Settings(sms_gateway="http", sms_gateway_url="http://x", sms_gateway_key="k")), HttpSms
    )
