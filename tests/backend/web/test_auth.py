"""Who is let in."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from backend.app import create_app, use
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.web.api import blueprint
from backend.web.auth import UnguardedRoute, client_address
from schemas.terms import Channel, Role
from tests.backend.web.conftest import Doing, Now, make_probe, signed_in
from tests.support.web import Tokens


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic abc", "test-0", "Bearer forged", "Bearer \x7f", "Bearer " + "x" * 9000],
)
def test_a_bad_token_is_refused(stranger: FlaskClient, header: str) -> None:
    assert stranger.get("/api/v1/probe", headers={"Authorization": header}).status_code == 401


def test_a_caller_of_the_right_role_is_let_in(caller: FlaskClient) -> None:
    assert caller.get("/api/v1/probe").status_code == 200


def test_a_caller_of_another_role_is_refused(probe_app: Flask, tokens: Tokens) -> None:
    clerk = signed_in(probe_app, tokens, Actor(id="s1", role=Role.WINDOW_CLERK, channel=Channel.API))
    answer = clerk.get("/api/v1/probe")
    assert (answer.status_code, answer.json["reason"]) == (403, "auth.not_allowed")


def test_the_word_bearer_may_be_written_in_any_case(
    probe_app: Flask, tokens: Tokens, citizen_actor: Actor
) -> None:
    word = tokens.give(citizen_actor)
    assert (
        probe_app.test_client().get("/api/v1/probe", headers={"Authorization": f"bearer {word}"}).status_code
        == 200
    )


def test_a_public_route_never_looks_at_a_token(caller: FlaskClient, stranger: FlaskClient) -> None:
    assert caller.get("/api/v1/probe/open").json["role"] == "anonymous"
    assert stranger.get("/api/v1/probe/open", headers={"Authorization": "Bearer stale"}).status_code == 200


def test_where_a_token_is_optional_a_bad_one_is_refused(caller: FlaskClient, stranger: FlaskClient) -> None:
    assert stranger.get("/api/v1/probe/maybe").json["role"] == "anonymous"
    assert caller.get("/api/v1/probe/maybe").json["role"] == "citizen"
    assert stranger.get("/api/v1/probe/maybe", headers={"Authorization": "Bearer stale"}).status_code == 401


def test_a_route_without_rights_keeps_the_service_from_starting(deps: Deps, doing: Doing) -> None:
    with pytest.raises(UnguardedRoute, match="GET /api/v1/probe"):
        create_app(deps, extra=(make_probe(Now(doing, Tokens())),))


def test_an_ordinary_blueprint_is_guarded_too(deps: Deps) -> None:
    blp = blueprint("hole", "/hole", "洞")
    blp.add_url_rule("", view_func=lambda: "x", endpoint="x")
    with pytest.raises(UnguardedRoute, match="GET /api/v1/hole"):
        create_app(deps, extra=(blp,))


def test_an_app_that_is_given_other_deps_asks_them_who_is_calling_and_how_often(
    deps: Deps, tokens: Tokens, citizen_actor: Actor
) -> None:
    """One app serves many tests: nothing of the deps it was built over may be asked any more."""
    asked: list[Deps] = []

    def authenticate(given: Deps, bearer: str, channel: Channel) -> Actor:
        asked.append(given)
        return citizen_actor

    limited = replace(deps, settings=replace(deps.settings, limit_per_address=1))
    app = create_app(limited, authenticate=authenticate)
    caller = app.test_client()
    caller.environ_base["HTTP_AUTHORIZATION"] = "Bearer x"
    other = replace(limited, settings=replace(deps.settings, limit_per_address=2))
    use(app, other)
    answers = [caller.get("/api/v1/me").status_code for _ in range(3)]
    assert asked == [other, other]
    assert answers[2] == 429


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "expected"),
    [
        ("1.1.1.1", [], 0, "1.1.1.1"),
        ("1.1.1.1", ["9.9.9.9"], 0, "1.1.1.1"),
        ("1.1.1.1", ["9.9.9.9, 2.2.2.2"], 1, "2.2.2.2"),
        ("1.1.1.1", ["9.9.9.9, 3.3.3.3", "2.2.2.2"], 2, "3.3.3.3"),
        ("1.1.1.1", ["2.2.2.2"], 5, "2.2.2.2"),
        ("1.1.1.1", ["nonsense"], 1, "1.1.1.1"),
        ("1.1.1.1", [""], 1, "1.1.1.1"),
        ("::1", ["2001:DB8::1"], 1, "2001:db8::1"),
        (None, [], 0, ""),
    ],
)
def test_the_address_is_the_one_that_no_trusted_proxy_wrote(
    peer: str | None, forwarded: list[str], trusted: int, expected: str
) -> None:
    assert client_address(peer, forwarded, trusted) == expected


@given(st.lists(st.text(max_size=30), max_size=4), st.integers(0, 5))
def test_no_forwarded_header_breaks_the_address(forwarded: list[str], trusted: int) -> None:
    assert client_address("1.1.1.1", forwarded, trusted)
