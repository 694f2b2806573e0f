"""JSON over HTTP to a channel: connections that are used again, and a clear word on what is certain when it fails."""

import json
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

CONNECT_SECONDS, ANSWER_SECONDS = 4, 8
"""Together shorter than what must be left of a message's lease when it is sent (backend/deliveries/rules.py)."""
REUSED_FOR_SECONDS = 3.0
"""A server may close a connection that rests; what is sent into a closing one has an unknown end."""
LARGEST_ANSWER = 64 * 1024


class NotReached(Exception):
    """Nothing was sent: the server cannot be reached."""


class NoAnswer(Exception):
    """The request was under way and no answer came: it may have had its effect."""


@dataclass(frozen=True)
class Answer:
    """Status and JSON object of an answer; what is no object is empty."""

    status: int
    told: dict[str, Any]
    retry_after: str | None = None


class Poster:
    """One server. Follows no redirect, so that no key travels to an address that nobody set."""

    def __init__(
        self, base: str, answer_s: float = ANSWER_SECONDS, connect_s: float = CONNECT_SECONDS
    ) -> None:
        parts = urlsplit(base)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an http or https address")
        self._kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._server = (parts.hostname, parts.port)
        self._path = parts.path.rstrip("/")
        self._answer_s, self._connect_s = answer_s, connect_s
        self._resting: list[tuple[float, HTTPConnection]] = []

    def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Answer:
        """POST `body` as JSON to `path` below the base; raises `NotReached` or `NoAnswer`."""
        encoded = json.dumps(body, ensure_ascii=False).encode()
        sent = {"Content-Type": "application/json", **(headers or {})}
        connection = self._connected()
        try:
            connection.request("POST", self._path + path, encoded, sent)
            answer = connection.getresponse()
            raw = answer.read(LARGEST_ANSWER)
            whole = answer.isclosed() and not answer.will_close
        except (OSError, HTTPException) as error:
            connection.close()
            raise NoAnswer from error
        if whole:
            self._resting.append((time.monotonic(), connection))
        else:
            connection.close()
        return Answer(answer.status, _object(raw), answer.getheader("Retry-After"))

    def close(self) -> None:
        """End the connections that rest."""
        while (kept := self._rested()) is not None:
            kept[1].close()

    def _connected(self) -> HTTPConnection:
        """The one that rested last, if it has not rested too long, or a new one."""
        while (kept := self._rested()) is not None:
            used_at, connection = kept
            if time.monotonic() - used_at < REUSED_FOR_SECONDS:
                return connection
            connection.close()
        made = self._kind(*self._server, timeout=self._connect_s)
        try:
            made.connect()
        except OSError as error:
            made.close()
            raise NotReached from error
        made.sock.settimeout(self._answer_s)
        return made

    def _rested(self) -> tuple[float, HTTPConnection] | None:
        """Taken from the end of the list, which is safe among threads."""
        try:
            return self._resting.pop()
        except IndexError:
            return None


def _object(raw: bytes) -> dict[str, Any]:
    try:
        told = json.loads(raw)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def seconds(text: str | None, default: float) -> float:
    """The whole seconds of a `Retry-After`; a date or nonsense is the default."""
    return float(text) if text and text.isascii() and text.isdigit() else default
