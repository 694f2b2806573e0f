"""What operations ask: alive, ready, and how much; and the public halves of the token keys."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, current_app, jsonify

from backend.common.deps import Deps
from backend.web import auth, logging, metrics, version

CACHED_SECONDS = 1.0
Check = Callable[[Deps], None]

blp = Blueprint("health", __name__)


class Readiness:
    """Whether this process can serve, asked at most once a second however often it is asked."""

    def __init__(self, deps: Deps, checks: Mapping[str, Check]) -> None:
        self._deps = deps
        self._checks = checks
        self._asking = threading.Lock()
        self._asked_at = float("-inf")
        self._missing: list[str] = list(checks)

    def missing(self) -> list[str]:
        """The parts that do not answer. While one thread asks, others get the answer of before."""
        if time.monotonic() - self._asked_at >= CACHED_SECONDS and self._asking.acquire(blocking=False):
            try:
                self._missing = [name for name, check in self._checks.items() if not self._holds(name, check)]
                self._asked_at = time.monotonic()
            finally:
                self._asking.release()
        return self._missing

    def _holds(self, name: str, check: Check) -> bool:
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
