"""The same request twice has its effect once."""

import io
import threading
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.common import errors
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import Kind
from tests.backend.web.conftest import Doing, refusal, signed_in
from tests.support.waiting import until
from tests.support.web import Tokens
from tests.support.world import Clock

KEY = {"Idempotency-Key": "k-1"}
THING = {"name": "伞", "count": 2}


def test_a_repetition_gets_the_first_answer(caller: FlaskClient, doing: Doing) -> None:
    first = caller.post("/api/v1/probe", json=THING, headers=KEY)
    again = caller.post("/api/v1/probe", json=THING, headers=KEY)
    assert (first.status_code, doing.runs) == (201, 1)
    assert (again.status_code, again.data, again.content_type) == (201, first.data, first.content_type)
    assert "Idempotent-Replay" not in first.headers
    assert again.headers["Idempotent-Replay"] == "true"


def test_the_order_of_keys_in_json_does_not_matter(caller: FlaskClient, doing: Doing) -> None:
    for body in (b'{"name":"a","count":2}', b'{ "count": 2, "name": "a" }'):
        caller.post("/api/v1/probe", data=body, content_type="application/json", headers=KEY)
    assert doing.runs == 1


def test_other_content_under_the_same_key_is_refused(caller: FlaskClient, doing: Doing) -> None:
    caller.post("/api/v1/probe", json=THING, headers=KEY)
    answer = caller.post("/api/v1/probe", json=THING | {"count": 3}, headers=KEY)
    assert (answer.status_code, answer.json["reason"], doing.runs) == (409, "idempotency.mismatch", 1)


def test_the_same_key_of_another_caller_or_route_is_another_key(
    caller: FlaskClient, another: FlaskClient, doing: Doing
) -> None:
    caller.post("/api/v1/probe", json=THING, headers=KEY)
    another.post("/api/v1/probe", json=THING, headers=KEY)
    caller.post("/api/v1/probe/open", json=THING, headers=KEY)
    assert doing.runs == 3


def test_each_till_of_a_merchant_counts_its_requests_by_itself(
    probe_app: Flask, tokens: Tokens, citizen_actor: Actor, doing: Doing
) -> None:
    tills = [replace(citizen_actor, through=f"key:{number}") for number in (1, 2, 1)]
    answers = [
        signed_in(probe_app, tokens, till).post("/api/v1/probe", json=THING, headers=KEY) for till in tills
    ]
    assert ["Idempotent-Replay" in answer.headers for answer in answers] == [False, False, True]
    assert doing.runs == 2


def test_without_a_key_each_request_runs(caller: FlaskClient, doing: Doing) -> None:
    caller.post("/api/v1/probe", json=THING)
    caller.post("/api/v1/probe", json=THING)
    assert doing.runs == 2


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "a\tb", " a", "é"])
def test_a_key_out_of_shape_is_refused(caller: FlaskClient, doing: Doing, key: str) -> None:
    answer = caller.post("/api/v1/probe", json=THING, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json["reason"], doing.runs) == (422, "idempotency.bad_key", 0)


def test_files_count_by_their_content(caller: FlaskClient, doing: Doing) -> None:
    def send(content: bytes, boundary: str) -> Any:
        parts = [(b'name="nonce"', b"n"), (b'name="frames"; filename="a.jpg"', content)]
        body = b"".join(
            b"--%s\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % (boundary.encode(), *part)
            for part in parts
        )
        return caller.post(
            "/api/v1/probe/files", data=io.BytesIO(body + b"--%s--\r\n" % boundary.encode()),
            content_type=f"multipart/form-data; boundary={boundary}", headers=KEY,
        )  # fmt: skip

    first, again, other = send(b"one", "aaa"), send(b"one", "bbb"), send(b"two", "ccc")
    assert (first.status_code, again.headers["Idempotent-Replay"], other.status_code, doing.runs) == (
        201,
        "true",
        409,
        1,
    )


def test_of_many_at_once_exactly_one_runs(
    probe_app: Flask, tokens: Tokens, citizen_actor: Actor, doing: Doing
) -> None:
    doing.door.clear()
    client, answers = signed_in(probe_app, tokens, citizen_actor), []
    header = dict(KEY, Authorization=client.environ_base["HTTP_AUTHORIZATION"])

    def ask() -> None:
        answers.append(probe_app.test_client().post("/api/v1/probe", json=THING, headers=header))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    until(lambda: len(answers) == len(threads) - 1)
    doing.door.set()
    for thread in threads:
        thread.join(60)
    assert doing.runs == 1
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    refused = [answer for answer in answers if answer.status_code == 409]
    assert {answer.json["reason"] for answer in refused} == {"idempotency.in_progress"}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)


@pytest.mark.parametrize(
    "fault",
    [RuntimeError("x"), errors.verification_required(), *map(refusal, Kind)],
)
def test_no_refusal_and_no_fault_of_ours_is_kept(caller: FlaskClient, doing: Doing, fault: Exception) -> None:
    doing.fails_with = fault
    caller.post("/api/v1/probe", json=THING, headers=KEY)
    doing.fails_with = None
    assert caller.post("/api/v1/probe", json=THING, headers=KEY).status_code == 201


def test_an_invalid_body_frees_the_key(caller: FlaskClient) -> None:
    assert caller.post("/api/v1/probe", json={}, headers=KEY).status_code == 422
    assert caller.post("/api/v1/probe", json=THING, headers=KEY).status_code == 201


def test_whoever_is_refused_at_the_door_never_sees_a_kept_answer(
    caller: FlaskClient, stranger: FlaskClient
) -> None:
    caller.post("/api/v1/probe", json=THING, headers=KEY)
    assert stranger.post("/api/v1/probe", json=THING, headers=KEY).status_code == 401


def test_an_answer_is_kept_for_a_day_and_for_five_minutes_without_a_sign_in(
    caller: FlaskClient, stranger: FlaskClient, doing: Doing, clock: Clock
) -> None:
    for client, path in ((caller, "/api/v1/probe"), (stranger, "/api/v1/probe/open")):
        client.post(path, json=THING, headers=KEY)
    clock.advance(minutes=6)
    assert "Idempotent-Replay" in caller.post("/api/v1/probe", json=THING, headers=KEY).headers
    assert "Idempotent-Replay" not in stranger.post("/api/v1/probe/open", json=THING, headers=KEY).headers
    clock.advance(hours=24)
    assert "Idempotent-Replay" not in caller.post("/api/v1/probe", json=THING, headers=KEY).headers


def test_an_anonymous_answer_stays_with_its_address(probe_app: Flask, doing: Doing) -> None:
    for address in ("198.51.100.1", "198.51.100.2"):
        probe_app.test_client().post(
            "/api/v1/probe/open", json=THING, headers=KEY, environ_base={"REMOTE_ADDR": address}
        )
    assert doing.runs == 2


def test_nothing_that_was_asked_or_answered_lies_open_in_the_database(
    caller: FlaskClient, deps: Deps
) -> None:
    caller.post("/api/v1/probe", json={"name": "张三丰"}, headers={"Idempotency-Key": "key-of-zhang"})
    stored = str(list(deps.db["idempotency_slots"].find()))
    assert "sealed_reply" in stored
    for secret in (
        "张三丰",
        "key-of-zhang",
        "/api/v1/probe",
        "张三丰".encode().hex(),
        repr("张三丰".encode())[2:-1],
    ):
        assert secret not in stored
