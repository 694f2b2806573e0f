"""What operations ask."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient
from pymongo.errors import AutoReconnect

from backend.common.deps import Deps
from backend.common.tokens import TokenKeys
from backend.web import health, version
from backend.web.health import Readiness
from tests.backend.web.conftest import Doing

ROOT = Path(__file__).parents[3]


def test_an_alive_process_says_what_it_is(stranger: FlaskClient) -> None:
    answer = stranger.get("/healthz").json
    assert answer == {"status": "ok", "version": version.VERSION, "commit": version.COMMIT}
    assert f'version = "{answer["version"]}"' in (ROOT / "pyproject.toml").read_text()


def test_a_missing_part_is_named(stranger: FlaskClient) -> None:
    answer = stranger.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "unavailable", "missing": ["faces"]})
    assert answer.headers["Retry-After"] == "1"


def test_missing_indexes_are_noticed(stranger: FlaskClient, deps: Deps) -> None:
    deps.db["idempotency_slots"].drop_indexes()
    try:
        assert "indexes" in stranger.get("/readyz").json["missing"]
    finally:
        from backend import bootstrap

        bootstrap.ensure_indexes(deps)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets so many seconds pass; none pass by themselves."""
    now = [time.monotonic()]
    monkeypatch.setattr(health, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def pass_(seconds: float) -> None:
        now[0] += seconds

    return pass_


def test_readiness_asks_at_most_once_a_second(deps: Deps, later: Callable[[float], None]) -> None:
    asked: list[int] = []
    readiness = Readiness(deps, {"part": lambda _: asked.append(1)})
    for _ in range(20):
        assert readiness.missing() == []
    later(0.95)
    assert readiness.missing() == []
    assert len(asked) == 1
    later(0.1)
    assert readiness.missing() == []
    assert len(asked) == 2


def test_a_lasting_part_is_not_asked_again_at_once_but_a_missing_one_is(
    deps: Deps, later: Callable[[float], None]
) -> None:
    asked: list[int] = []

    def part(_: Deps) -> None:
        asked.append(1)
        if len(asked) == 1:
            raise AutoReconnect("away")

    readiness = Readiness(deps, {"part": part}, lasting=frozenset({"part"}))
    assert readiness.missing() == ["part"]
    later(1.05)
    assert readiness.missing() == []
    later(58)
    assert readiness.missing() == []
    assert len(asked) == 2
    later(3)
    readiness.missing()
    assert len(asked) == 3


def test_our_keys_are_published(stranger: FlaskClient, deps: Deps) -> None:
    found = stranger.get("/.well-known/jwks.json")
    assert found.json == deps.tokens.jwks()
    assert "d" not in json.dumps([sorted(key) for key in found.json["keys"]]).replace("kid", "")
    assert isinstance(deps.tokens, TokenKeys)


def test_requests_and_faults_are_counted_by_route_not_by_path(stranger: FlaskClient, doing: Doing) -> None:
    doing.fails_with = AutoReconnect("x")
    stranger.get("/api/v1/probe/faults/secret-7")
    stranger.get("/some/secret-7")
    page = stranger.get("/metrics")
    assert page.mimetype == "text/plain"
    assert 'http_requests_total{method="GET",route="/api/v1/probe/faults/<name>",status="503"}' in page.text
    assert 'database_faults_total{reason="database.unavailable"}' in page.text
    assert 'http_request_seconds_bucket{le="0.1"' in page.text
    assert 'refusals_total{reason="database.unavailable"}' in page.text
    assert "secret-7" not in page.text
