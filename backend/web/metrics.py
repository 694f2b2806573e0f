"""Numbers for Prometheus, summed over all web processes through `PROMETHEUS_MULTIPROC_DIR` (set by `backend.serve`)."""

import os
import time
from functools import cache
from typing import Any

from flask import Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from backend.web.lean import LeanFlask

REQUESTS = Counter("http_requests_total", "Requests by route and status", ["method", "route", "status"])
SECONDS = Histogram(
    "http_request_seconds",
    "Time to answer, by route",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
DATABASE_FAULTS = Counter("database_faults_total", "Requests refused because the database failed", ["reason"])
# Reasons are a closed vocabulary, so this also tells how the face queue fares: `faces.busy`, `faces.timed_out`, …
REFUSALS = Counter("refusals_total", "Requests refused, by reason", ["reason"])


def register(app: LeanFlask) -> None:
    app.after.append(_count)


def _count(asked: Request, kept: Any, response: Response) -> None:
    method, route = (asked.method, asked.url_rule.rule) if asked.url_rule else ("-", "-")
    _requests(method, route, response.status_code).inc()
    _seconds(method, route).observe(time.perf_counter() - kept.started)


@cache
def _requests(method: str, route: str, status: int) -> Counter:
    """Bounded by the routes, their methods and the statuses they answer."""
    return REQUESTS.labels(method, route, str(status))


@cache
def _seconds(method: str, route: str) -> Histogram:
    return SECONDS.labels(method, route)


def page() -> Response:
    """All numbers of all web processes in Prometheus' text format."""
    registry: CollectorRegistry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
