"""A body that comes as JSON, or as a form of the same fields with files beside them."""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.web import openapi
from tests.support.forms import form

EITHER = "/api/v1/probe/either"


def file(content: bytes = b"%PDF-", name: str = "a.pdf") -> tuple[bytes, str]:
    return content, name


def test_json_and_a_form_say_the_same(caller: FlaskClient) -> None:
    by_json = caller.post(EITHER, json={"name": "伞", "count": 2})
    by_form = caller.post(EITHER, **form({"name": "伞", "count": "2"}))
    assert (by_json.status_code, by_form.status_code) == (201, 201)
    assert by_json.json == by_form.json == {"id": "", "name": "伞 2"}


def test_files_come_with_the_form(caller: FlaskClient) -> None:
    answer = caller.post(EITHER, **form({"name": "伞", "frames": [file(), file(b"x" * 300_000, "b.png")]}))
    assert answer.json == {"id": "a.pdf:5,b.png:300000", "name": "伞 1"}


@pytest.mark.parametrize(
    "sent",
    [
        {"json": {"name": "伞", "more": 1}},
        {"json": {"name": "伞", "frames": []}},
        {"json": {"count": 1}},
        form({"name": "伞", "more": "1", "frames": [file()]}),
        form({"name": "伞", "more": file()}),
        form({"name": file()}),
        form({"name": "伞", "frames": "no file"}),
    ],
    ids=[
        "json",
        "files in json",
        "missing",
        "form",
        "a file of another name",
        "a file as a field",
        "a text as a file",
    ],
)
def test_what_is_unknown_or_missing_is_refused_in_both(caller: FlaskClient, sent: dict[str, Any]) -> None:
    answer = caller.post(EITHER, **sent)
    assert (answer.status_code, answer.json["reason"]) == (422, "request.invalid")
    assert answer.json["errors"]


def test_other_types_are_refused(caller: FlaskClient) -> None:
    for kind in ("application/x-www-form-urlencoded", "text/plain"):
        assert caller.post(EITHER, data=b"name=x", content_type=kind).status_code == 415
    assert caller.post(EITHER).status_code in (415, 422)


def test_only_the_form_may_weigh_much(caller: FlaskClient) -> None:
    heavy = json.dumps({"name": "伞" * 100_000})
    assert caller.post(EITHER, data=heavy, content_type="application/json").status_code == 413
    assert caller.post(EITHER, **form({"name": "伞", "frames": [file(b"x" * 900_000)]})).status_code == 201
    assert caller.post(EITHER, **form({"name": "伞", "frames": [file(b"x" * 1_100_000)]})).status_code == 413


def test_a_repetition_is_known_by_what_is_in_the_files(caller: FlaskClient) -> None:
    def send(content: bytes) -> Any:
        return caller.post(
            EITHER, **form({"name": "伞", "frames": [file(content)]}), headers={"Idempotency-Key": "k1"}
        )

    first, again, other = send(b"1"), send(b"1"), send(b"2")
    assert (again.json, again.headers["Idempotent-Replay"]) == (first.json, "true")
    assert (other.status_code, other.json["reason"]) == (409, "idempotency.mismatch")


@pytest.mark.parametrize("more", ["", '; filename="a.jpg"'])
@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k1"}])
def test_a_part_without_a_name_is_a_field_that_does_not_exist(
    caller: FlaskClient, loudly: object, more: str, headers: dict[str, str]
) -> None:
    parts = ('; name="name"\r\n\r\n伞', f"{more}\r\n\r\nn")
    body = "".join(f"--x\r\nContent-Disposition: form-data{part}\r\n" for part in parts) + "--x--\r\n"
    answer = caller.post(
        EITHER, data=body.encode(), content_type="multipart/form-data; boundary=x", headers=headers
    )
    assert answer.status_code == 422, answer.text
    assert [list(told) for told in answer.json["errors"].values()] == [[""]]


def test_both_are_documented(probe_app: Flask) -> None:
    document = openapi.of(probe_app)
    operation = document["paths"]["/api/v1/probe/either"]["post"]
    content = operation["requestBody"]["content"]
    assert operation["requestBody"]["required"]
    assert sorted(content) == ["application/json", "multipart/form-data"]
    both = content["multipart/form-data"]["schema"]
    assert sorted(both["properties"]) == ["count", "frames", "name"]
    assert (both["required"], both["additionalProperties"]) == (["name"], False)
    named = document["components"]["schemas"][
        content["application/json"]["schema"]["$ref"].rpartition("/")[2]
    ]
    assert sorted(named["properties"]) == ["count", "name"]
    assert {"413", "415", "422"} <= operation["responses"].keys()
    assert [one for one in operation["parameters"] if one.get("in") in ("body", "attached")] == []
