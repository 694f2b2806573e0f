"""Signing in and the own account over HTTP, with real tokens."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import jwt
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backend.common.deps import Deps
from backend.gateways import sms
from tests.support.residents import PHONE, code_for, messages, sign_in
from tests.support.web import Standing, loud
from tests.support.world import Clock

API = "/api/v1"


class Away:
    """A gateway for messages that is not there."""

    def send(self, *, to: str, text: str, code: str | None = None) -> None:
        raise sms.NotSent()


@pytest.fixture
def phone(deps: Deps, standing: Standing) -> Iterator[FlaskClient]:
    """The service as a phone meets it."""
    with loud(standing.app(deps)) as app:
        yield app.test_client()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def signed_in(phone: FlaskClient, deps: Deps, number: str = PHONE) -> dict[str, Any]:
    phone.post(f"{API}/auth/codes", json={"phone": number})
    body = {"phone": number, "code": messages(deps, number)[-1]["code"]}
    answer = phone.post(f"{API}/auth/sessions", json=body)
    assert answer.status_code == 201, answer.text
    assert isinstance(answer.json, dict)
    return answer.json


def told(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, (answer.json or {})["reason"]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/me"), ("DELETE", "/auth/sessions/current"), ("PUT", "/me/language")]
)
def test_a_stranger_is_asked_to_sign_in(phone: FlaskClient, method: str, path: str) -> None:
    assert told(phone.open(API + path, method=method)) == (401, "auth.required")


def test_nobody_refreshes_with_somebody_elses_access_token(phone: FlaskClient, deps: Deps) -> None:
    theirs = signed_in(phone, deps, "13900002222")
    answer = phone.post(f"{API}/auth/sessions/refresh", json={"refresh_token": theirs["access_token"][:200]})
    assert told(answer) == (401, "auth.invalid_refresh")


def test_from_the_code_to_the_profile_and_out_again(phone: FlaskClient, deps: Deps) -> None:
    tokens = signed_in(phone, deps)
    assert tokens.keys() == {"access_token", "refresh_token", "expires_in", "level"}
    assert (tokens["expires_in"], tokens["level"]) == (600, "phone")
    own = bearer(tokens["access_token"])
    profile = phone.get(f"{API}/me", headers=own)
    assert profile.status_code == 200
    shown = profile.json or {}
    assert (shown["phone"], shown["level"], shown["verified_until"]) == ("139****1111", "phone", None)
    assert shown["created_at"] == "2026-11-21T20:00:00.000+08:00"
    assert phone.delete(f"{API}/auth/sessions/current", headers=own).status_code == 204
    assert told(phone.get(f"{API}/me", headers=own)) == (401, "auth.session_ended")


def test_known_and_unknown_phones_are_answered_alike(phone: FlaskClient, deps: Deps, clock: Clock) -> None:
    signed_in(phone, deps)
    clock.advance(minutes=1)
    known, unknown = (
        phone.post(f"{API}/auth/codes", json={"phone": number}) for number in (PHONE, "13900002222")
    )
    assert (known.status_code, known.data) == (unknown.status_code, unknown.data)
    assert known.status_code == 202
    assert {name for name, _ in known.headers} == {name for name, _ in unknown.headers}


@pytest.mark.parametrize(
    "number", ["139OOOO1111", "021-62520000", "12345", "+1 415 555 2671", "一三九零零零零一一一一"]
)
def test_what_is_no_mobile_is_told_so_in_both_languages(phone: FlaskClient, number: str) -> None:
    for path in ("auth/codes", "auth/sessions"):
        body = {"phone": number} | ({"code": "123456"} if path == "auth/sessions" else {})
        zh = phone.post(f"{API}/{path}", json=body)
        en = phone.post(f"{API}/{path}", json=body, headers={"Accept-Language": "en"})
        assert told(zh) == told(en) == (422, "accounts.invalid_phone")
        assert "手机" in (zh.json or {})["message"]
        assert "mobile" in (en.json or {})["message"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("auth/codes", {}),
        ("auth/codes", {"phone": 13900001111}),
        ("auth/codes", {"phone": ""}),
        ("auth/codes", {"phone": "1" * 65}),
        ("auth/codes", {"phone": PHONE, "channel": "voice"}),
        ("auth/sessions", {"phone": PHONE}),
        ("auth/sessions", {"phone": PHONE, "code": 123456}),
        ("auth/sessions", {"phone": PHONE, "code": None}),
        ("auth/sessions", {"phone": PHONE, "code": "1" * 33}),
        ("auth/sessions/refresh", {"refresh_token": ["x"]}),
        ("auth/sessions/refresh", {"refresh_token": "x" * 257}),
    ],
)
def test_a_body_of_another_shape_is_refused(phone: FlaskClient, path: str, body: dict[str, Any]) -> None:
    assert told(phone.post(f"{API}/{path}", json=body)) == (422, "request.invalid")


def test_asking_too_often_is_told_when_to_come_back(phone: FlaskClient) -> None:
    phone.post(f"{API}/auth/codes", json={"phone": PHONE})
    answer = phone.post(f"{API}/auth/codes", json={"phone": "+86 139 0000 1111"})
    assert told(answer) == (429, "limits.too_many")
    assert answer.headers["Retry-After"] == "60"


def test_a_wrong_code_and_a_phone_that_never_asked_are_answered_alike(phone: FlaskClient, deps: Deps) -> None:
    code = code_for(deps)
    wrong = phone.post(
        f"{API}/auth/sessions", json={"phone": PHONE, "code": f"{(int(code) + 1) % 10**6:06d}"}
    )
    never = phone.post(f"{API}/auth/sessions", json={"phone": "13900002222", "code": code})
    assert told(wrong) == (401, "auth.wrong_code")
    assert wrong.data == never.data


def test_a_gateway_that_is_away_is_said_and_costs_nothing(deps: Deps, standing: Standing) -> None:
    app = standing.app(replace(deps, sms=Away()))
    answer = app.test_client().post(f"{API}/auth/codes", json={"phone": PHONE})
    assert told(answer) == (503, "sms.unreachable")
    assert answer.headers["Retry-After"] == "10"
    assert code_for(deps)


def test_a_sign_in_is_renewed_and_a_reused_token_ends_it(phone: FlaskClient, deps: Deps) -> None:
    first = signed_in(phone, deps)
    body = {"refresh_token": first["refresh_token"]}
    second = phone.post(f"{API}/auth/sessions/refresh", json=body)
    assert second.status_code == 200
    new = second.json or {}
    assert new.keys() == first.keys()
    assert phone.get(f"{API}/me", headers=bearer(new["access_token"])).status_code == 200
    assert told(phone.post(f"{API}/auth/sessions/refresh", json=body)) == (401, "auth.refresh_reused")
    for token in (first["access_token"], new["access_token"]):
        assert told(phone.get(f"{API}/me", headers=bearer(token))) == (401, "auth.session_ended")


def test_the_same_sign_in_sent_again_gets_its_answer_again(phone: FlaskClient, deps: Deps) -> None:
    body = {"phone": PHONE, "code": code_for(deps)}
    key = {"Idempotency-Key": "phone-1"}
    first, again = (phone.post(f"{API}/auth/sessions", json=body, headers=key) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json == again.json


def test_a_token_is_verified_with_the_published_key(phone: FlaskClient, deps: Deps) -> None:
    token = signed_in(phone, deps)["access_token"]
    published = {key["kid"]: key for key in (phone.get("/.well-known/jwks.json").json or {})["keys"]}
    key = jwt.PyJWK(published[jwt.get_unverified_header(token)["kid"]])
    claims = jwt.decode(
        token,
        key,
        algorithms=["EdDSA"],
        audience="citizen-service",
        issuer="credit-shanghai",
        options={"verify_exp": False},
    )
    assert claims.keys() == {"sub", "sid", "iss", "aud", "iat", "exp"}
    assert all("d" not in key for key in published.values())


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Basic YWJj", "Bearer not.a.token", "Bearer " + "x" * 4_000, "mk_abc"]
)
def test_what_is_no_token_is_401(phone: FlaskClient, header: str) -> None:
    answer = phone.get(f"{API}/me", headers={"Authorization": header})
    assert answer.status_code == 401
    assert (answer.json or {})["reason"].startswith("auth.")


def test_a_resident_chooses_the_language(phone: FlaskClient, deps: Deps) -> None:
    own = bearer(sign_in(deps).tokens.access_token)
    assert (phone.get(f"{API}/me", headers=own).json or {})["language"] == "zh"
    answer = phone.put(f"{API}/me/language", json={"language": "en"}, headers=own)
    assert (answer.status_code, (answer.json or {})["language"]) == (200, "en")
    refused = phone.put(f"{API}/me/language", json={"language": "fr"}, headers=own)
    assert told(refused) == (422, "request.invalid")
