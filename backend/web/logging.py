"""One JSON line a request, and one a fault; with what operations need and nothing that tells about a person.

A line has the route's rule, never the path (it may hold a report number), no query, body, header or address. A fault is
named by its types and places in the code: the words of an exception may quote what a caller sent.
"""

import time
import traceback
from pathlib import Path
from typing import Any

from flask import Request, Response, g, has_request_context

from backend.common import logs
from backend.web.lean import LeanFlask

ROOT = Path(__file__).parents[2]
log = logs.get(__name__)


def register(app: LeanFlask) -> None:
    app.after.append(_line)


def fault(event: str, error: BaseException) -> None:
    """Write down a fault: its types, and where it passed through our code."""
    log.error(event, request_id=_request_id(), error=_types(error), trace=_places(error))


def _line(asked: Request, kept: Any, response: Response) -> None:
    logs.tell(__name__, "request", **_facts(asked, kept, response))


def _facts(asked: Request, kept: Any, response: Response) -> dict[str, Any]:
    actor = kept.get("actor")
    return {
        "method": asked.method if asked.url_rule else "-",
        "route": asked.url_rule.rule if asked.url_rule else "-",
        "status": response.status_code,
        "ms": round((time.perf_counter() - kept.started) * 1000, 1),
        "request_id": kept.get("request_id"),
        "actor": actor.id if actor else None,
        "role": actor.role.value if actor else None,
    }


def _request_id() -> str | None:
    return g.get("request_id") if has_request_context() else None


def _types(error: BaseException | None) -> list[str]:
    found: list[str] = []
    while error is not None and len(found) < 5:
        found.append(f"{type(error).__module__}.{type(error).__qualname__}")
        error = error.__cause__ or error.__context__
    return found


def _places(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{_inside(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames[-12:]]


def _inside(filename: str) -> str:
    for base in ("/site-packages/", f"{ROOT}/"):
        if base in filename:
            return filename.rpartition(base)[2]
    return filename
