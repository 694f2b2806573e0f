"""Staff sign-in over HTTP, with real tokens."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.staff import service
from schemas.terms import Role
from tests.support import residents
from tests.support.web import Standing, loud

SESSIONS = "/api/v1/auth/staff-sessions"
ME = "/api/v1/staff/me"
RIGHT = {"username": "审计乙", "password": "correct horse battery"}


@pytest.fixture
def console(deps: Deps, system_actor: Actor, standing: Standing) -> Iterator[FlaskClient]:
    """The service as a console meets it, with one auditor."""
    service.create(
        deps,
        system_actor,
        name=RIGHT["username"],
        role=Role.AUDITOR,
        unit=None,
        password=RIGHT["password"],
        totp=False,
    )
    with loud(standing.app(deps)) as app:
        yield app.test_client()


def own(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def test_a_stranger_is_asked_to_sign_in(console: FlaskClient) -> None:
    answer = console.get(ME)
    assert (answer.status_code, (answer.json or {})["reason"]) == (401, "auth.required")


def test_a_resident_is_not_staff_nor_staff_a_resident(console: FlaskClient, deps: Deps) -> None:
    resident = residents.sign_in(deps).tokens.access_token
    assert console.get(ME, headers={"Authorization": f"Bearer {resident}"}).status_code == 403
    auditor = own(console.post(SESSIONS, json=RIGHT).json or {})
    assert console.get("/api/v1/me", headers=auditor).status_code == 403


def test_staff_sign_in_read_their_account_renew_and_leave(console: FlaskClient) -> None:
    answer = console.post(SESSIONS, json=RIGHT)
    assert answer.status_code == 201
    tokens = answer.json or {}
    assert tokens.keys() == {"access_token", "refresh_token", "expires_in", "level"}
    assert tokens["level"] is None
    shown = console.get(ME, headers=own(tokens)).json or {}
    assert (shown["name"], shown["role"], shown["unit"]) == ("审计乙", "auditor", None)
    assert not {"password_hash", "totp_sealed"} & shown.keys()
    renewed = console.post("/api/v1/auth/sessions/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert renewed.status_code == 200
    later = own(renewed.json or {})
    assert console.delete("/api/v1/auth/sessions/current", headers=later).status_code == 204
    assert console.get(ME, headers=later).status_code == 401


def test_a_wrong_password_is_401_and_the_sixth_try_is_locked(console: FlaskClient) -> None:
    wrong = RIGHT | {"password": "wrong"}
    answers = [console.post(SESSIONS, json=wrong) for _ in range(5)]
    unknown = console.post(SESSIONS, json=wrong | {"username": "nobody"})
    assert {(one.status_code, one.data) for one in answers} == {(401, unknown.data)}
    locked = console.post(SESSIONS, json=RIGHT)
    assert (locked.status_code, (locked.json or {})["reason"]) == (423, "staff.locked")
    assert locked.headers["Retry-After"] == "900"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "审计乙"},
        RIGHT | {"username": ""},
        RIGHT | {"password": "x" * 129},
        RIGHT | {"totp": 123456},
        RIGHT | {"role": "admin"},
    ],
)
def test_a_body_of_another_shape_is_refused(console: FlaskClient, body: dict[str, Any]) -> None:
    assert console.post(SESSIONS, json=body).status_code == 422


def test_staff_change_their_own_password_over_http(console: FlaskClient) -> None:
    auditor = own(console.post(SESSIONS, json=RIGHT).json or {})
    elsewhere = own(console.post(SESSIONS, json=RIGHT).json or {})
    body = {"password": "not this one at all", "new_password": "a wholly different sentence"}
    wrong = console.put(f"{ME}/password", json=body, headers=auditor)
    assert (wrong.status_code, (wrong.json or {})["reason"]) == (403, "staff.wrong_password")
    right = console.put(f"{ME}/password", json=body | {"password": RIGHT["password"]}, headers=auditor)
    assert (right.status_code, right.data) == (204, b"")
    assert console.get(ME, headers=auditor).status_code == 200
    assert console.get(ME, headers=elsewhere).status_code == 401
    assert console.post(SESSIONS, json=RIGHT).status_code == 401
    assert console.post(SESSIONS, json=RIGHT | {"password": body["new_password"]}).status_code == 201
