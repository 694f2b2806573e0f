"""Text messages to phones: a file or the console for demonstrations, the city's HTTP gateway in production.

Whoever asks for a code is told the same whatever went wrong, and asks again; a notice or a push needs to know more, which
`NotSent` carries: whether it was certainly not taken, or nobody knows.
"""

import json
import sys
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Protocol, TextIO

from backend.common.errors import Kind, ServiceError
from backend.common.settings import Settings
from backend.gateways import lines
from backend.gateways.carrying import Handover, Verdict
from backend.gateways.posting import seconds

TIMEOUT_SECONDS = 5
PAUSED_S = 30.0
_NOT_TAKEN = Handover(Verdict.AWAY, "unreachable")


class NotSent(ServiceError):
    """`sms.unreachable` (UNAVAILABLE) for people; `handover` says what it means for the message and for the number."""

    def __init__(self, handover: Handover = _NOT_TAKEN) -> None:
        super().__init__(
            Kind.UNAVAILABLE,
            "sms.unreachable",
            "短信暂时无法发送，请稍后再试",
            "The text message cannot be sent at the moment; please try again shortly",
            retry_after=10,
        )
        self.handover = handover


class Sms(Protocol):
    """Hands one message over; returning means that the next station has it."""

    def send(self, *, to: str, text: str, code: str | None = None) -> None:
        """Raises `NotSent` when it could not be handed over, or nobody knows. `to` is E.164."""


class FileSms:
    """One JSON object a line in `DATA_DIR/outbox/sms.jsonl`; whole lines even from several processes.

    `to` stands there as it is dialled here, eleven digits, so that who reads the file finds the phone that was typed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, *, to: str, text: str, code: str | None = None) -> None:
        try:
            lines.append(self._path, {"to": to.removeprefix("+86"), "text": text, "code": code})
        except OSError as error:
            raise NotSent from error


class ConsoleSms:
    """Prints the message; for trying things by hand."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self._stream = stream

    def send(self, *, to: str, text: str, code: str | None = None) -> None:
        print(f"SMS to {to}: {text}", file=self._stream, flush=True)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirects)


class HttpSms:
    """The city's gateway: a JSON POST with a bearer key; any answer of 2xx means it was taken.

    A redirect is refused: following it would carry key and code to an address that nobody set.
    """

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._key = key

    def send(self, *, to: str, text: str, code: str | None = None) -> None:
        request = urllib.request.Request(
            self._url,
            data=json.dumps({"to": to, "text": text}, ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self._key}"},
        )
        try:
            with _OPENER.open(request, timeout=TIMEOUT_SECONDS):
                return
        except (OSError, HTTPException) as error:
            raise NotSent(_meaning(error)) from error


def _meaning(error: Exception) -> Handover:
    """`urllib` wraps what happened until the whole request was handed to the network in `URLError`; anything else came while
    the answer was waited for."""
    if isinstance(error, urllib.error.HTTPError):
        with error:
            return _told(error.code, error.headers.get("Retry-After"))
    if isinstance(error, urllib.error.URLError):
        return _NOT_TAKEN
    return Handover(Verdict.UNKNOWN, "no_answer")


def _told(status: int, retry_after: str | None) -> Handover:
    """A wrong key or address is the installation's fault and no number's."""
    if status in (400, 410, 422):
        return Handover(Verdict.GONE, "number_refused")
    if status == 429:
        return Handover(Verdict.PACED, "too_many", wait_s=seconds(retry_after, 5.0))
    if status in (401, 403):
        return Handover(Verdict.AWAY, "wrong_key", wait_s=PAUSED_S)
    if 300 <= status < 400 or status in (404, 405):
        return Handover(Verdict.AWAY, "wrong_address", wait_s=PAUSED_S)
    if 400 <= status < 500 and status != 408:
        return Handover(Verdict.REFUSED, "refused")
    return Handover(Verdict.AWAY, "server_fault")


def build(settings: Settings) -> Sms:
    """The gateway that `SMS_GATEWAY` names."""
    if settings.sms_gateway == "http":
        return HttpSms(settings.sms_gateway_url or "", settings.sms_gateway_key or "")
    if settings.sms_gateway == "console":
        return ConsoleSms()
    return FileSms(settings.data_dir / "outbox" / "sms.jsonl")
