"""Every refusal has one shape and tells nothing it should not."""

import io
import json
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from marshmallow import ValidationError, fields
from pymongo.errors import AutoReconnect, DuplicateKeyError, EncryptionError, ServerSelectionTimeoutError
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from backend.common.errors import Kind
from backend.web import bodies, problems
from schemas.base import RequestSchema
from tests.backend.web.conftest import Doing, refusal

EN = {"Accept-Language": "en"}


class Anything(RequestSchema):
    content = fields.Dict(fields.String())


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_refusal_has_a_status_and_one_shape(
    stranger: FlaskClient, doing: Doing, kind: Kind
) -> None:
    doing.fails_with = refusal(kind)
    answer = stranger.get("/api/v1/probe/faults/x")
    assert answer.status_code == problems.STATUS[kind]
    assert answer.headers["Retry-After"] == "7"
    assert answer.json == {
        "code": answer.status_code,
        "status": answer.status.partition(" ")[2].title(),
        "reason": "probe.refused",
        "message": "试验被拒绝",
        "data": {"left": 2},
    }


def test_a_refusal_is_told_in_english_on_request(stranger: FlaskClient, doing: Doing) -> None:
    doing.fails_with = refusal()
    assert stranger.get("/api/v1/probe/faults/x", headers=EN).json["message"] == "The trial was refused"
    assert stranger.get("/api/v1/probe/faults/x").json["message"] == "试验被拒绝"


def test_a_missing_token_says_which_kind_is_wanted(stranger: FlaskClient) -> None:
    answer = stranger.get("/api/v1/probe")
    assert (answer.status_code, answer.json["reason"]) == (401, "auth.required")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "path", ["/nothing", "/api/v1/nothing", "/api/v1/probe/", "//api/v1/probe", "/api/v1/probe/faults/%00"]
)
def test_an_unknown_address_is_not_found(stranger: FlaskClient, path: str) -> None:
    answer = stranger.get(path)
    assert (answer.status_code, answer.json["reason"]) == (404, "request.not_found")


@pytest.mark.parametrize("method", ["DELETE", "PUT", "TRACE", "BREW"])
def test_an_unsupported_method_names_those_that_are(stranger: FlaskClient, method: str) -> None:
    answer = stranger.open("/api/v1/probe", method=method)
    assert (answer.status_code, answer.json["reason"]) == (405, "request.method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST"


def test_a_method_cannot_be_smuggled_in_a_header(stranger: FlaskClient) -> None:
    answer = stranger.get(
        "/api/v1/probe/open", headers={"X-HTTP-Method-Override": "DELETE", "X-Method-Override": "POST"}
    )
    assert answer.status_code == 200


def test_head_answers_like_get_without_a_body(stranger: FlaskClient) -> None:
    answer = stranger.head("/api/v1/probe/open")
    assert (answer.status_code, answer.data) == (200, b"")


def test_options_names_the_methods(stranger: FlaskClient) -> None:
    answer = stranger.options("/api/v1/probe")
    assert answer.status_code == 200
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"", b"nonsense", b'{"name": "\xff"}', b'{"name": "a", "name": "b"}', b'{"count": 1e999}', b'{"count": NaN}',
        b'{"count": -1e999}', b'{"count": -Infinity}', b'{"name": "\\ud800"}', b'{"name": "\\u0000"}',
        b'{"\\udfff": 1}', b'[["\\ud800"]]', b"[" * 100_000, b'{"a":' * 40_000, b"\x00", b"\xef\xbb\xbf{}",
    ],
)  # fmt: skip
def test_what_is_not_plain_json_is_malformed(caller: FlaskClient, body: bytes, loudly: object) -> None:
    answer = caller.post("/api/v1/probe", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["reason"]) == (400, "request.malformed")


@pytest.mark.parametrize(
    "number",
    [b"1000000000", b"9007199254740992", b"1" + b"0" * 30, b"-1" + b"0" * 30, b"9" * 5000],
    ids=["ten figures", "the first beyond", "10^30", "-10^30", "5,000 figures"],
)
def test_a_number_that_is_too_large_is_told_with_its_field_however_large(
    caller: FlaskClient, number: bytes, loudly: object
) -> None:
    body = b'{"name": "x", "count": ' + number + b"}"
    answer = caller.post("/api/v1/probe", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["reason"]) == (422, "request.invalid")
    assert list(answer.json["errors"]["json"]) == ["count"]
    wrong = {"name": "x", "count": 1_000_000_000}
    assert answer.json["errors"] == caller.post("/api/v1/probe", json=wrong).json["errors"]


def test_where_any_number_may_stand_it_is_told_with_its_place() -> None:
    """It would be kept as another number than was sent."""
    parser, told = bodies.StrictParser(), []

    @parser.error_handler
    def _tell(error: ValidationError, *_: object, **__: object) -> None:
        told.append(error.messages)
        raise error

    body = (
        b'{"content": {"fen": 1'
        + b"0" * 30
        + b', "days": [1, -1'
        + b"0" * 30
        + b'], "of": 9007199254740991}}'
    )
    asked = Flask("x").test_request_context("/", method="POST", data=body, content_type="application/json")
    with asked, pytest.raises(ValidationError):
        parser.parse(Anything, request, location="json")
    assert told == [{"json": {"content": {"fen": [bodies.TOO_FAR], "days": {1: [bodies.TOO_FAR]}}}}]


@pytest.mark.parametrize(
    "body", [b"null", b"[]", b"1", b'"x"', b"true", b"{}", b'{"name": {"a": []}}', b'{"name": ["x"]}']
)
def test_json_of_another_shape_is_invalid(caller: FlaskClient, body: bytes, loudly: object) -> None:
    answer = caller.post("/api/v1/probe", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["reason"]) == (422, "request.invalid")
    assert answer.json["errors"]["json"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "nonsense", None]
)
def test_a_body_of_another_type_is_unsupported(caller: FlaskClient, kind: str | None) -> None:
    answer = caller.post("/api/v1/probe", data=b'{"name": "x"}', content_type=kind)
    assert (answer.status_code, answer.json["reason"]) == (415, "request.unsupported_type")


def test_nothing_at_all_lacks_its_fields(caller: FlaskClient) -> None:
    answer = caller.post("/api/v1/probe")
    assert answer.json["errors"] == {"json": {"name": ["此项必填"]}}


def test_a_body_over_the_limit_is_too_large(caller: FlaskClient) -> None:
    answer = caller.post("/api/v1/probe", json={"name": "x" * 300_000})
    assert (answer.status_code, answer.json["reason"]) == (413, "request.too_large")


def test_wrong_fields_are_named_in_both_languages(caller: FlaskClient) -> None:
    wrong = {"count": 0, "more": 1}
    chinese = caller.post("/api/v1/probe", json=wrong).json
    english = caller.post("/api/v1/probe", json=wrong, headers=EN).json
    assert chinese["errors"]["json"] == {
        "name": ["此项必填"],
        "count": ["应在 1 到 9 之间"],
        "more": ["不认识的字段"],
    }
    assert english["errors"]["json"]["more"] == ["Unknown field."]


def test_a_misspelt_filter_is_told(caller: FlaskClient) -> None:
    assert caller.get("/api/v1/probe?qq=1").json["errors"] == {"query": {"qq": ["不认识的字段"]}}


@pytest.mark.parametrize(
    "query", ["q=%00", "q=%ED%A0%80", "q=%FF", "%00=1", "q=" + "x" * 5000, "&&&=&=", "q=%"]
)
def test_strange_queries_never_break(caller: FlaskClient, query: str, loudly: object) -> None:
    assert caller.get(f"/api/v1/probe?{query}").status_code in (200, 400, 422)


def _form(**parts: Any) -> dict[str, Any]:
    """A multipart body made in memory, unlike the test client's own."""
    boundary, body = encode_multipart(MultiDict(parts))
    return {"data": body, "content_type": f"multipart/form-data; boundary={boundary}"}


def _file(size: int) -> FileStorage:
    return FileStorage(io.BytesIO(b"x" * size), "a.jpg")


def test_files_stay_in_memory(caller: FlaskClient) -> None:
    answer = caller.post("/api/v1/probe/files", **_form(nonce="n", frames=[_file(500_000), _file(400_000)]))
    assert answer.json["name"] == "BytesIO"


def test_files_over_the_routes_limit_are_too_large(caller: FlaskClient) -> None:
    assert caller.post("/api/v1/probe/files", **_form(nonce="n", frames=_file(1_100_000))).status_code == 413


def test_a_long_text_field_beside_files_is_too_large(caller: FlaskClient) -> None:
    assert (
        caller.post("/api/v1/probe/files", **_form(nonce="n" * 300_000, frames=_file(1))).status_code == 413
    )


def test_json_where_files_are_wanted_is_unsupported(caller: FlaskClient) -> None:
    assert caller.post("/api/v1/probe/files", json={}).status_code == 415


@pytest.mark.parametrize(
    "body", [b"", b"--x\r\n", b'--x\r\nContent-Disposition: form-data; name="nonce"\r\n\r\nn', b"\xff" * 100]
)
def test_a_broken_form_never_breaks(caller: FlaskClient, body: bytes, loudly: object) -> None:
    answer = caller.post("/api/v1/probe/files", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code in (400, 422)
    assert caller.post("/api/v1/probe/files", data=body, content_type="multipart/form-data").status_code in (
        400,
        422,
    )


@pytest.mark.parametrize(
    "away",
    [
        AutoReconnect("x"),
        ServerSelectionTimeoutError("x"),
        EncryptionError(ServerSelectionTimeoutError("x")),
        EncryptionError(AutoReconnect("x")),
    ],
)
def test_an_absent_database_asks_to_come_again(stranger: FlaskClient, doing: Doing, away: Exception) -> None:
    doing.fails_with = away
    answer = stranger.get("/api/v1/probe/faults/x")
    assert (answer.status_code, answer.json["reason"]) == (503, "database.unavailable")
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize(
    "fault", [KeyError("310101199001010000"), DuplicateKeyError("张三"), RuntimeError("13800138000")]
)
def test_a_fault_of_ours_is_told_in_a_fixed_sentence(
    stranger: FlaskClient, doing: Doing, fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    doing.fails_with = fault
    answer = stranger.get("/api/v1/probe/faults/x", headers={"X-Request-Id": "abc"})
    assert (answer.status_code, answer.json["reason"]) == (500, "internal.error")
    told = answer.get_data(as_text=True) + json.dumps(dict(answer.headers))
    assert str(fault.args[0]) not in told
    assert "Traceback" not in told
    assert set(answer.json) == {"code", "status", "reason", "message"}
