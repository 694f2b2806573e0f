"""What the leaner Flask leaves out is missed by nobody."""

from typing import Any

import pytest
from flask import Flask, request, url_for
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder

from backend.web.lean import Answer

OPEN = "/api/v1/probe/open"


def sent(answer: Answer, method: str = "GET") -> tuple[Any, str, list[tuple[str, str]]]:
    """The body as the server gets it, status and headers."""
    said: list[Any] = []
    body = answer(EnvironBuilder(method=method).get_environ(), lambda *begun: said.extend(begun))
    return body, said[0], said[1]


def test_a_whole_answer_is_one_piece_and_says_what_werkzeug_would_say() -> None:
    body, status, headers = sent(Answer("信用", 201, mimetype="application/json"))
    assert (body, status) == (["信用".encode()], "201 CREATED")
    assert headers == [("Content-Type", "application/json"), ("Content-Length", "6")]


@pytest.mark.parametrize("code", [204, 304])
def test_an_answer_without_a_body_has_none(code: int) -> None:
    assert b"".join(sent(Answer("x", code))[0]) == b""
    assert b"".join(sent(Answer("x"), "HEAD")[0]) == b""


def test_a_place_to_go_to_is_written_as_an_address() -> None:
    answer = Answer("x", 201, headers={"Location": "/记录/1"})
    assert ("Location", "/%E8%AE%B0%E5%BD%95/1") in sent(answer)[2]


def test_what_waits_for_the_end_of_an_answer_is_called() -> None:
    done: list[int] = []
    answer = Answer("x")
    answer.call_on_close(lambda: done.append(1))
    body = sent(answer)[0]
    assert b"".join(body) == b"x"
    body.close()
    assert done == [1]


def test_head_gets_the_headers_of_get(stranger: FlaskClient) -> None:
    got, asked = stranger.get(OPEN), stranger.head(OPEN)
    assert asked.data == b""
    assert asked.headers["Content-Length"] == str(len(got.data))


def test_a_known_path_is_refused_for_other_methods(stranger: FlaskClient) -> None:
    refused = stranger.delete(OPEN)
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD, OPTIONS, POST")


def test_a_request_on_a_known_path_knows_its_rule_and_the_way_to_others(probe_app: Flask) -> None:
    with probe_app.test_request_context(OPEN):
        assert (str(request.url_rule), request.view_args) == (OPEN, {})
        assert url_for("health.alive") == "/healthz"
        for _ in range(2):
            assert (
                url_for("probe.Faults", name="a b", more="信") == "/api/v1/probe/faults/a%20b?more=%E4%BF%A1"
            )
