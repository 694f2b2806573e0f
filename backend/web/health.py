"""What operations ask: alive, ready, and how much; and the public halves of the token keys."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, current_app, jsonify

from backend.common.deps import Deps
from backend.web import auth, logging, metrics, version

CACHED_SECONDS = 1.0
LASTING_SECONDS = 60.0
Check = Callable[[Deps], None]

blp = Blueprint("health", __name__)


class Readiness:
    """Whether this process can serve, asked at most once a second however often it is asked.

    A check named in `lasting` is costly, and what it found seldom ends: once it holds, it is asked again a minute later.
    """

    def __init__(
        self, deps: Deps, checks: Mapping[str, Check], lasting: frozenset[str] = frozenset()
    ) -> None:
        self._deps = deps
        self._checks = checks
        self._lasting = lasting
        self._asking = threading.Lock()
        self._ask_next = dict.fromkeys(checks, float("-inf"))
        self._holds = dict.fromkeys(checks, False)

    def missing(self) -> list[str]:
        """The parts that do not answer. While one thread asks, others get the answer of before."""
        if self._asking.acquire(blocking=False):
            try:
                self._ask(time.monotonic())
            finally:
                self._asking.release()
        return [name for name, holds in self._holds.items() if not holds]

    def _ask(self, now: float) -> None:
        for name, check in self._checks.items():
            if now >= self._ask_next[name]:
                self._holds[name] = self._answers(name, check)
                lasts = self._holds[name] and name in self._lasting
                self._ask_next[name] = time.monotonic() + (LASTING_SECONDS if lasts else CACHED_SECONDS)

    def _answers(self, name: str, check: Check) -> bool:
        try:
            check(self._deps)
        except Exception as error:  # any fault of a part means that the part is not ready
            logging.fault(f"not_ready.{name}", error)
            return False
        return True


@blp.get("/healthz")
def alive() -> Response:
    """This process answers."""
    return jsonify(status="ok", version=version.VERSION, commit=version.COMMIT)


@blp.get("/readyz")
def ready() -> Response:
    """Everything this process needs answers."""
    missing = current_app.extensions["readiness"].missing()
    state: dict[str, Any] = {"status": "unavailable" if missing else "ready", "missing": missing}
    response = jsonify(state)
    if missing:
        response.status_code = 503
        response.headers["Retry-After"] = "1"
    return response


@blp.get("/metrics")
def numbers() -> Response:
    return metrics.page()


@blp.get("/.well-known/jwks.json")
def keys() -> Response:
    """The keys that verify our tokens (RFC 7517); they may be kept for five minutes."""
    response = jsonify(auth.deps().tokens.jwks())
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
