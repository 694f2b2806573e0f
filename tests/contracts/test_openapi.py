"""The OpenAPI document says everything, says it in the standard's words, and is the one that lies in docs/."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from backend import apidocs
from backend.web import openapi, words
from backend.web.rights import PUBLIC, RIGHTS

FILE = Path(__file__).parents[2] / "docs" / "openapi.json"
# Read and not made, for each test worker would make it; the first test holds that it is the one that is made.
DOCUMENT: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
OPERATIONS = [
    pytest.param(path, method, operation, id=operation["operationId"])
    for path, method, operation in openapi.operations(DOCUMENT)
]
each_operation = pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)


def test_the_document_in_docs_is_the_present_one() -> None:
    assert FILE.read_text(encoding="utf-8") == apidocs.text(), "make api-docs"


def test_the_document_is_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    OPENAPI_31_VALIDATOR.validate(DOCUMENT)


def test_every_name_is_used_once() -> None:
    names = [operation["operationId"] for _, _, operation in openapi.operations(DOCUMENT)]
    assert len(names) == len(set(names))


def test_every_group_has_a_heading() -> None:
    tags = {tag["name"]: tag["description"] for tag in DOCUMENT["tags"]}
    assert all(tags[operation["tags"][0]] for _, _, operation in openapi.operations(DOCUMENT))


@each_operation
def test_every_operation_is_described(path: str, method: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert "\n" not in operation["summary"]
    assert _chinese(operation.get("description", "")), "the description says it in Chinese"


@each_operation
def test_every_operation_says_who_may_call_it(path: str, method: str, operation: dict[str, Any]) -> None:
    allowed = RIGHTS[openapi.right_key(path, method, RIGHTS)]
    assert operation["x-roles"] == sorted(role.value for role in allowed)
    assert bool(operation["security"]) == (allowed != PUBLIC)
    assert {"401", "403"} <= operation["responses"].keys() or allowed == PUBLIC


@each_operation
def test_every_operation_tells_its_refusals(path: str, method: str, operation: dict[str, Any]) -> None:
    wanted = {"429", "500", "503"} | ({"404"} if "{" in path else set())
    if "requestBody" in operation:
        wanted |= {"400", "413", "415", "422"}
    assert wanted <= operation["responses"].keys()
    for status, answer in operation["responses"].items():
        assert "X-Request-Id" in answer["headers"]
        if status in ("429", "503"):
            assert "Retry-After" in answer["headers"]
        if status[0] in "45":
            _is_a_refusal(status, answer)


@each_operation
def test_every_example_fits_its_schema(path: str, method: str, operation: dict[str, Any]) -> None:
    found = list(_examples(operation))
    assert found or not [status for status in operation["responses"] if status in ("200", "201", "202")]
    for schema, example in found:
        _validator(schema).validate(example)


@each_operation
def test_every_creating_post_takes_an_idempotency_key(
    path: str, method: str, operation: dict[str, Any]
) -> None:
    takes = {"$ref": "#/components/parameters/Idempotency-Key"} in operation["parameters"]
    creates = method == "post" and "201" in operation["responses"]
    assert takes or not creates


@pytest.mark.parametrize("name", sorted(DOCUMENT["components"]["schemas"]))
def test_every_field_is_explained(name: str) -> None:
    properties = DOCUMENT["components"]["schemas"][name].get("properties", {})
    silent = [field for field, schema in properties.items() if not _explained(schema)]
    assert not silent, f"{name}: {silent} have neither a description nor a schema of their own"


def test_no_word_is_explained_that_no_field_has() -> None:
    schemas = DOCUMENT["components"]["schemas"].values()
    used = {name for schema in schemas for name in schema.get("properties", {})}
    used |= {
        parameter.get("name")
        for _, _, operation in openapi.operations(DOCUMENT)
        for parameter in operation["parameters"]
    }
    used |= {"cursor"}
    assert set(words.FIELDS) <= used
    assert set(words.EXAMPLES) <= set(words.FIELDS)


def _is_a_refusal(status: str, answer: dict[str, Any]) -> None:
    media = answer["content"]["application/json"]
    assert media["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert media["examples"]
    for reason, example in media["examples"].items():
        value = example["value"]
        assert (str(value["code"]), value["reason"]) == (status, reason)
        assert _chinese(value["message"])


def _examples(operation: dict[str, Any]) -> Any:
    places = [operation.get("requestBody", {}), *operation["responses"].values()]
    for media in (media for place in places for media in place.get("content", {}).values()):
        values = (
            [media["example"]]
            if "example" in media
            else [one["value"] for one in media.get("examples", {}).values()]
        )
        assert values
        yield from ((media["schema"], value) for value in values)


WHOLE = "urn:document"
REGISTRY = jsonschema_rs.Registry([(WHOLE, DOCUMENT)])
"""The whole document, read once: a schema names its parts."""


def _validator(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    named = json.loads(json.dumps(schema).replace('"#/', f'"{WHOLE}#/'))
    return jsonschema_rs.Draft202012Validator(named, registry=REGISTRY)


def _explained(schema: dict[str, Any]) -> bool:
    inner = schema.get("items", schema)
    return bool(schema.get("description") or "$ref" in inner or "allOf" in inner or "anyOf" in inner)


def _chinese(text: str) -> bool:
    return any("一" <= letter <= "鿿" for letter in text)
