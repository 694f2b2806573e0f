"""Requests over HTTP: a bot's methods and files, and the page for people."""

import json
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import unquote, urlsplit

from tests.support.bot_api import desk, values
from tests.support.bot_api.refusals import Refused, not_found

if TYPE_CHECKING:
    from tests.support.bot_api.server import BotApi


class Handler(BaseHTTPRequestHandler):
    api: ClassVar["BotApi"]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self._body()
        place = urlsplit(self.path)
        kind, _, rest = unquote(place.path).lstrip("/").partition("/")
        with suppress(BrokenPipeError, ConnectionResetError):  # a client that went away needs no answer
            try:
                if kind.startswith("bot"):
                    asked = values.read(place.query, self.headers.get("Content-Type", ""), body)
                    self._reply_json(200, _told(self.api.call(kind.removeprefix("bot"), rest, asked)))
                elif kind == "file":
                    self._reply(200, "application/octet-stream", self._file(rest))
                else:
                    self._reply(*desk.answer(self.api, self.command, place, self.headers, body))
            except Refused as refused:
                self.api.refusals[refused.status] += 1
                self._reply_json(refused.status, refused.body)

    def _body(self) -> bytes:
        """Of known length, or in chunks, as some clients send files."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            """Trailers mean nothing here."""
        return body

    def _file(self, rest: str) -> bytes:
        token, _, path = rest.partition("/")
        file_id, _, name = path.partition("/")
        known = self.api.world.files.get(file_id)
        if token != f"bot{self.api.token}" or known is None or known[0] != name:
            raise not_found()
        return known[1]

    def _reply_json(self, status: int, body: dict[str, Any]) -> None:
        self._reply(status, "application/json", json.dumps(body).encode())

    def _reply(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if kind.startswith("text/html"):
            self.send_header("Content-Security-Policy", "default-src 'self'; img-src 'self' data:")
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Quiet: the tests read `calls`, and an address holds the token."""


def _told(result: Any) -> dict[str, Any]:
    if isinstance(result, tuple):
        return {"ok": True, "result": result[0], "description": result[1]}
    return {"ok": True, "result": result}
