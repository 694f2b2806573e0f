"""The log has what operations need, and nothing about a person."""

import json
import logging
from typing import Any

import pytest
from flask.testing import FlaskClient

from backend.common import logs
from tests.backend.web.conftest import Doing

SECRETS = [
    "310101199001011234",
    "13800138000",
    "张三",
    "123456",
    "tok-secret",
    "203.0.113.9",
    "r-no-77",
    "q-secret",
]


def test_a_request_is_one_line_of_known_facts(caller: FlaskClient, lines: Any) -> None:
    caller.get("/api/v1/probe?q=x", headers={"X-Request-Id": "abc-1"})
    (line,) = [line for line in lines() if line["event"] == "request"]
    assert line["ms"] >= 0
    assert (line["method"], line["route"], line["status"]) == ("GET", "/api/v1/probe", 200)
    assert (line["request_id"], line["actor"], line["role"], line["process"]) == (
        "abc-1",
        "a1",
        "citizen",
        "web",
    )
    facts = {"method", "route", "status", "ms", "request_id", "actor", "role", "process"}
    assert line.keys() == facts | {"event", "level", "logger", "timestamp"}


def test_nothing_personal_reaches_the_log(caller: FlaskClient, doing: Doing, lines: Any) -> None:
    doing.fails_with = RuntimeError("张三 310101199001011234")
    headers = {"Authorization": "Bearer tok-secret", "X-Forwarded-For": "203.0.113.9", "X-Request-Id": "张三"}
    caller.get("/api/v1/probe/faults/r-no-77?code=123456&phone=13800138000", headers=headers)
    caller.post("/api/v1/probe", json={"name": "张三", "310101199001011234": "13800138000"})
    caller.get("/310101199001011234/r-no-77?q=q-secret")
    caller.open("/310101199001011234", method="张三".encode().hex())
    written = json.dumps(lines(), ensure_ascii=False)
    assert not [secret for secret in SECRETS if secret in written]
    assert len([line for line in lines() if line["event"] == "request"]) == 4


def test_a_fault_is_written_with_its_type_and_place(stranger: FlaskClient, doing: Doing, lines: Any) -> None:
    doing.fails_with = RuntimeError("x")
    answer = stranger.get("/api/v1/probe/faults/x")
    (line,) = [line for line in lines() if line["event"] == "internal.error"]
    assert line["error"] == ["builtins.RuntimeError"]
    assert any("conftest.py" in place for place in line["trace"])
    assert line["request_id"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize("asked", ["a b", "x" * 65, "é", "<script>", "a\tb", ""])
def test_an_unsafe_request_id_is_replaced(stranger: FlaskClient, asked: str) -> None:
    given = stranger.get("/healthz", headers={"X-Request-Id": asked}).headers["X-Request-Id"]
    assert given != asked
    assert len(given) == 26


def test_a_safe_request_id_is_echoed_even_on_a_refusal(stranger: FlaskClient) -> None:
    assert (
        stranger.get("/nothing", headers={"X-Request-Id": "app:7.f_3-a"}).headers["X-Request-Id"]
        == "app:7.f_3-a"
    )


def test_the_request_line_says_what_the_slow_way_would(lines: Any) -> None:
    logs.tell("backend.web", "request", status=200, actor=None)
    logs.get("backend.web").info("request", status=200, actor=None)
    quick, slow = lines()
    assert quick.pop("timestamp")[:10] == slow.pop("timestamp")[:10]
    assert quick == slow


def test_a_level_that_is_off_writes_no_request_line(lines: Any) -> None:
    logging.root.setLevel("WARNING")
    logs.tell("backend.web", "request", status=200)
    assert lines() == []
