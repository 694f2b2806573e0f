"""Answers that may be told apart by their words and by nothing else: not by how long they are, nor how long they took.

Inside TLS the length of a body is open, and so is the time. A body is filled with blanks to one length, which JSON allows
behind its end, and leaves at whole steps after the request began.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

from flask import Response, g
from marshmallow import Schema

from schemas.writing import written

STEP_S = 0.1
"""Several times what the work takes; what takes longer leaves at the next step."""
LENGTH = 160


def evened(
    schema: type[Schema],
    entity: Any,
    *,
    sleep: Callable[[float], object] = time.sleep,
    clock: Callable[[], float] = time.perf_counter,
) -> Response:
    """The answer to this request, once its step has come."""
    body = written(schema, entity)
    if len(body) > LENGTH:
        raise AssertionError("the answer would stand out by its length")
    sleep(until_step(clock() - g.started))
    return Response(body.ljust(LENGTH), 200, mimetype="application/json")


def evened_page(
    html: str,
    others: Iterable[str],
    *,
    sleep: Callable[[float], object] = time.sleep,
    clock: Callable[[], float] = time.perf_counter,
) -> Response:
    """The page of such an answer, as long as the longest of the pages that it could have been, once its step has come."""
    body = html.encode()
    length = max(len(body), *(len(other.encode()) for other in others))
    sleep(until_step(clock() - g.started))
    return Response(body.ljust(length), 200, mimetype="text/html")


def until_step(passed_s: float) -> float:
    """How long it is to the next whole step."""
    return STEP_S - passed_s % STEP_S
