"""The table of rights is what the service does: every route against every role."""

from typing import Any

import pytest
from flask import Flask

from backend.common.actor import Actor, anonymous
from backend.web import auth, openapi
from backend.web.rights import PAGES, PUBLIC, RIGHTS
from schemas.terms import Channel, Level, Role
from tests.contracts.test_openapi import DOCUMENT
from tests.support.web import ClientAs, Tokens

CALLERS = [role for role in Role if role is not Role.ANONYMOUS]
OPERATIONS = [
    pytest.param(path, method, id=f"{method} {path}")
    for path, method, _ in openapi.operations(DOCUMENT)
    if RIGHTS[openapi.right_key(path, method, RIGHTS)] != PUBLIC
]


def test_the_table_names_every_route_and_no_other(app: Flask) -> None:
    assert auth.routes(app) == set(RIGHTS)


def test_every_route_of_the_api_is_in_the_document(app: Flask) -> None:
    told = {openapi.right_key(path, method, RIGHTS) for path, method, _ in openapi.operations(DOCUMENT)}
    assert {key for key in RIGHTS if " /api/v1/" in key} - told == {"GET /api/v1/openapi.json"}


# Where somebody comes in who is nobody yet, and goes out.
DOORS = {key for key in PAGES if key.endswith(("/login", "/logout"))}


def test_no_public_route_is_about_the_caller() -> None:
    assert not [
        key
        for key, allowed in RIGHTS.items()
        if Role.ANONYMOUS in allowed and ("/me/" in f"{key}/" or "/staff/" in key) and key not in DOORS
    ]


def test_the_system_is_no_caller() -> None:
    assert not [key for key, allowed in RIGHTS.items() if Role.SYSTEM in allowed]


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_without_a_token_nobody_is_let_in(app: Flask, path: str, method: str) -> None:
    optional = Role.ANONYMOUS in RIGHTS[openapi.right_key(path, method, RIGHTS)]
    for headers in [{"Authorization": "Bearer forged"}] + ([] if optional else [{}]):
        answer: Any = app.test_client().open(_concrete(path), method=method.upper(), headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_each_role_may_what_the_table_says(web_as: ClientAs, path: str, method: str) -> None:
    let_in = set()
    for role in CALLERS:
        answer: Any = web_as(_caller(role)).open(_concrete(path), method=method.upper())
        if not (answer.status_code == 403 and answer.json["reason"] == "auth.not_allowed"):
            let_in.add(role)
    assert let_in == RIGHTS[openapi.right_key(path, method, RIGHTS)] - {Role.ANONYMOUS}


def test_an_anonymous_actor_is_nobody(app: Flask, tokens: Tokens) -> None:
    word = tokens.give(anonymous(Channel.API))
    answer = app.test_client().get("/api/v1/me/notices", headers={"Authorization": f"Bearer {word}"})
    assert answer.status_code == 403


def _caller(role: Role) -> Actor:
    level = Level.PHONE if role is Role.CITIZEN else None
    return Actor(id=f"id-{role}", role=role, channel=Channel.API, session_id="s", unit="U", level=level)


def _concrete(path: str) -> str:
    """A path of the kind with every part filled in; a year and a revision must be numbers to be found at all."""
    return path.replace("{year}", "2027").replace("{number}", "1").replace("{", "x-").replace("}", "")
