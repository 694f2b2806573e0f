"""A local Bot API server: real HTTP on loopback, long polling, and a user's side to speak from.

It stands in for Telegram at the wire, so the bot under test is the real process with its real client.
"""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs

TOKEN = "42:TESTTOKEN"
BOT = {"id": 42, "is_bot": True, "first_name": "信用上海", "username": "credit_shanghai_bot"}


class BotApi:
    """Use as a context manager. `sent` holds what the bot said, `calls` every method it called."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.failing = False
        self._updates: list[dict[str, Any]] = []
        self._changed = threading.Condition()
        handler = type("Handler", (_Handler,), {"api": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def say(self, text: str, *, language: str = "zh-hans", chat: str = "private") -> None:
        """A user writes to the bot."""
        user = {"id": 7, "is_bot": False, "first_name": "市民", "language_code": language}
        place = {"id": 7 if chat == "private" else -100, "type": chat, "title": "群"}
        with self._changed:
            number = len(self._updates) + 1
            message = {
                "message_id": number,
                "date": int(time.time()),
                "chat": place,
                "from": user,
                "text": text,
            }
            self._updates.append({"update_id": number, "message": message})
            self._changed.notify_all()

    def wait_for(self, count: int, *, within_s: float = 15) -> list[dict[str, Any]]:
        """The first `count` messages the bot sent, once they are there."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.sent) >= count, within_s), self.calls
            return self.sent[:count]

    def wait_for_call(self, method: str, *, within_s: float = 15) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: method in self.calls, within_s), self.calls

    def answer(self, method: str, values: dict[str, Any]) -> Any:
        with self._changed:
            self.calls.append(method)
            self._changed.notify_all()
            if method == "getUpdates":
                return self._fresh(int(values.get("offset", 0)), float(values.get("timeout", 0)))
            if method == "sendMessage":
                self.sent.append(values)
                self._changed.notify_all()
                chat = {"id": int(values["chat_id"]), "type": "private"}
                return {
                    "message_id": 1000 + len(self.sent),
                    "date": int(time.time()),
                    "chat": chat,
                    "text": values["text"],
                }
        return BOT if method == "getMe" else True

    def _fresh(self, offset: int, timeout: float) -> list[dict[str, Any]]:
        def fresh() -> list[dict[str, Any]]:
            return [update for update in self._updates if update["update_id"] >= offset]

        self._changed.wait_for(fresh, min(timeout, 2))
        return fresh()


class _Handler(BaseHTTPRequestHandler):
    api: ClassVar[BotApi]
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        values = {name: value[0] for name, value in parse_qs(body).items()}
        _, token, method = self.path.split("/", 2)
        if self.api.failing:
            self._reply(500, {"ok": False, "error_code": 500, "description": "Internal Server Error"})
        elif token != f"bot{TOKEN}":
            self._reply(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
        else:
            self._reply(200, {"ok": True, "result": self.api.answer(method, values)})

    def _reply(self, status: int, body: dict[str, Any]) -> None:
        encoded = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Quiet: the tests read `calls`."""
