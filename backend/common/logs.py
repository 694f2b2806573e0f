"""Structured logs of every process: one JSON object a line on standard error, without personal data.

Fields are facts named by us (counts, ids, rules, milliseconds); a path, a body, a name, a number, a phone, a code or
a token is never logged. Lines of libraries come out in the same shape.
"""

import json
import logging
import sys
from contextlib import nullcontext
from typing import Any, TextIO

import structlog

from backend.common import clock

_TEXT = json.JSONEncoder(ensure_ascii=False).encode


def configure(level: str, process: str) -> None:
    """Set up this process's log; `process` is written on every line."""
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    handler = _Lines(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,  # type: ignore[arg-type]  # the processors' union is wider than the parameter's
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for library in ("pymongo", "aiohttp.access", "asyncio", "PIL"):
        logging.getLogger(library).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],  # type: ignore[list-item]  # as above
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)


def tell(name: str, event: str, **facts: Any) -> None:
    """The line that `get(name).info(event, **facts)` writes, at half its cost; for the line of every request."""
    if not logging.getLogger(name).isEnabledFor(logging.INFO):
        return
    bound = structlog.contextvars.get_contextvars()
    at = clock.utc_now().isoformat(timespec="microseconds").replace("+00:00", "Z")
    line = _TEXT({"event": event, **facts, **bound, "level": "info", "logger": name, "timestamp": at})
    for handler in logging.root.handlers:
        if isinstance(handler, _Lines):
            handler.put(line)


class _Lines(logging.StreamHandler[TextIO]):
    """Where the lines of this process go."""

    def put(self, line: str) -> None:
        """Write one line whole, however many threads write; a stream that is gone costs the line, not the request."""
        with self.lock or nullcontext():
            try:
                self.stream.write(line + self.terminator)
                self.flush()
            except OSError:
                return


def get(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of one module."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger
