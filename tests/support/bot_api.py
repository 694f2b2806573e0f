"""A local Bot API server: real HTTP on loopback, long polling, and a user's side to speak from.

It stands in for Telegram at the wire, so the bot under test is the real process with its real client. Like Telegram it refuses
floods (`OVERALL` messages in any second, one in any second to one chat) with 429 and `retry_after`, chats that blocked the bot
with 403 and unknown ones with 400; and it can be told to be closed, to fail, to be slow, and to take a message without an answer.
"""

import json
import threading
import time
from collections import Counter, deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import ceil
from types import TracebackType
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs

TOKEN = "42:TESTTOKEN"
OVERALL, SAME_CHAT = 30, 1
BOT = {"id": 42, "is_bot": True, "first_name": "信用上海", "username": "credit_shanghai_bot"}


class BotApi:
    """Use as a context manager. `sent` holds what the bot said, `calls` every method it called; `refusals` counts the answers
    that were not 200, by status. Floods are refused with `floods`."""

    def __init__(self, *, floods: bool = False) -> None:
        self.sent: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.refusals: Counter[int] = Counter()
        self.failing = False
        self.blocked: set[str] = set()
        self.unknown: set[str] = set()
        self.silent: set[str] = set()
        self.closed_until = 0.0
        self.latency_s = 0.0
        self._floods = floods
        self._times: deque[float] = deque()
        self._times_of: dict[str, float] = {}
        self._ended = threading.Event()
        self._updates: list[dict[str, Any]] = []
        self._changed = threading.Condition()
        handler = type("Handler", (_Handler,), {"api": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._ended.set()
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

    def close_for(self, seconds: float) -> None:
        """Every message in this time is answered with 429 and what is left of it."""
        self.closed_until = time.monotonic() + seconds

    def texts_by_chat(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        with self._changed:
            for message in self.sent:
                found.setdefault(str(message["chat_id"]), []).append(message["text"])
        return found

    def refusal(self, method: str, values: dict[str, Any]) -> dict[str, Any] | None:
        """What Telegram would say instead of taking this message."""
        if method != "sendMessage":
            return None
        chat, now = str(values.get("chat_id")), time.monotonic()
        with self._changed:
            wait = self._wait(chat, now)
            if wait > 0:
                seconds = ceil(wait)
                told = _refused(429, f"Too Many Requests: retry after {seconds}")
                return told | {"parameters": {"retry_after": seconds}}
            if chat in self.blocked:
                return _refused(403, "Forbidden: bot was blocked by the user")
            if chat in self.unknown:
                return _refused(400, "Bad Request: chat not found")
            if not values.get("text") or len(values["text"]) > 4096:
                return _refused(400, "Bad Request: message text is empty or too long")
            self._times.append(now)
            self._times_of[chat] = now
        return None

    def _wait(self, chat: str, now: float) -> float:
        if now < self.closed_until:
            return self.closed_until - now
        while self._times and now - self._times[0] >= 1:
            self._times.popleft()
        if not self._floods:
            return 0
        overall = 1 - (now - self._times[0]) if len(self._times) >= OVERALL else 0
        return max(overall, self._times_of.get(chat, 0) + SAME_CHAT - now)

    def answer(self, method: str, values: dict[str, Any]) -> Any:
        if method == "sendMessage" and str(values["chat_id"]) in self.silent:
            with self._changed:
                self.sent.append(values)
                self._changed.notify_all()
            self._ended.wait(30)
        with self._changed:
            self.calls.append(method)
            self._changed.notify_all()
            if method == "getUpdates":
                return self._fresh(int(values.get("offset", 0)), float(values.get("timeout", 0)))
            if method == "sendMessage":
                self.sent.append(values)
                self._changed.notify_all()
                self._changed.release()
                try:
                    self._ended.wait(self.latency_s)
                finally:
                    self._changed.acquire()
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
        if self.headers.get("Content-Type") == "application/json":
            values = json.loads(body)
        else:
            values = {name: value[0] for name, value in parse_qs(body).items()}
        _, token, method = self.path.split("/", 2)
        if self.api.failing:
            self._reply(500, _refused(500, "Internal Server Error"))
        elif token != f"bot{TOKEN}":
            self._reply(401, _refused(401, "Unauthorized"))
        elif refusal := self.api.refusal(method, values):
            self._reply(refusal["error_code"], refusal)
        else:
            self._reply(200, {"ok": True, "result": self.api.answer(method, values)})

    def _reply(self, status: int, body: dict[str, Any]) -> None:
        if status != 200:
            self.api.refusals[status] += 1
        encoded = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Quiet: the tests read `calls`."""


def _refused(status: int, description: str) -> dict[str, Any]:
    return {"ok": False, "error_code": status, "description": description}
