"""What every answer tells a browser."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

SITE = "https://app.example.cn"
ASKS = {
    "Origin": SITE,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization",
}


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/healthz", "/nothing", "/api/v1/probe", "/api/v1/openapi.json"]
)
def test_every_answer_is_guarded(stranger: FlaskClient, path: str) -> None:
    found = stranger.get(path).headers
    assert found["X-Content-Type-Options"] == "nosniff"
    # A page tells its own site alone where a form comes from (backend/pages/edge.py).
    assert found["Referrer-Policy"] == ("same-origin" if path == "/" else "no-referrer")
    assert "frame-ancestors 'none'" in found["Content-Security-Policy"]
    assert "unsafe" not in found["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in found


def test_an_api_answer_is_kept_nowhere(stranger: FlaskClient) -> None:
    assert stranger.get("/api/v1/probe/open").headers["Cache-Control"] == "no-store"


def test_production_insists_on_tls(with_settings: Callable[..., FlaskClient]) -> None:
    found = with_settings(app_env="production").get("/healthz").headers
    assert found["Strict-Transport-Security"].startswith("max-age=31536000")


def test_an_empty_answer_has_no_type(stranger: FlaskClient) -> None:
    answer = stranger.get("/api/v1/probe/faults/x")
    assert (answer.status_code, answer.data) == (204, b"")
    assert "Content-Type" not in answer.headers


def test_a_named_site_may_ask(with_settings: Callable[..., FlaskClient]) -> None:
    client = with_settings(cors_origins=(SITE,))
    before = client.options("/api/v1/probe", headers=ASKS)
    assert before.status_code == 204
    assert before.headers["Access-Control-Allow-Origin"] == SITE
    assert "POST" in before.headers["Access-Control-Allow-Methods"]
    assert "Idempotency-Key" in before.headers["Access-Control-Allow-Headers"]
    refused = client.get("/api/v1/probe", headers={"Origin": SITE})
    assert refused.status_code == 401
    assert refused.headers["Access-Control-Allow-Origin"] == SITE
    assert "Retry-After" in refused.headers["Access-Control-Expose-Headers"]
    assert "Origin" in refused.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in refused.headers


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "https://app.example.cn.evil.example", "http://app.example.cn", "null", ""],
)
def test_any_other_site_may_not(with_settings: Callable[..., FlaskClient], origin: str) -> None:
    client = with_settings(cors_origins=(SITE,))
    for answer in (
        client.options("/api/v1/probe", headers=ASKS | {"Origin": origin}),
        client.get("/", headers={"Origin": origin}),
    ):
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


def test_without_the_setting_no_site_may_ask(stranger: FlaskClient) -> None:
    answer = stranger.options("/api/v1/probe", headers=ASKS)
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
