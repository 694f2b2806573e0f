"""The documentation: the OpenAPI document for programs, and a page made from it for people."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template

from backend.web import auth, openapi, version
from schemas.terms import Role

FOLDER = Path(__file__).parent / "templates"
STYLE = (FOLDER / "style.css").read_bytes()
MINUTE = "public, max-age=60"
# Reasons that many operations share are told once, below all operations.
COMMON = (
    "request.",
    "auth.required",
    "auth.not_allowed",
    "database.",
    "internal.",
    "limits.address",
    "idempotency.",
)
DEEPEST = 3

Thing = dict[str, Any]

blp = Blueprint("docs", __name__)


@dataclass(frozen=True)
class Field:
    """One line of a table of fields; the fields of an inner object follow it, their names joined with dots."""

    name: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True)
class Answer:
    """One status an operation can answer with; `reasons` are (reason, Chinese sentence) of a refusal."""

    status: str
    description: str
    example: str | None
    fields: list[Field]
    reasons: list[tuple[str, str]]


@dataclass(frozen=True)
class Operation:
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    chinese: str
    description: str
    access: str
    idempotent: bool
    parameters: list[Field]
    body_type: str | None
    body: list[Field]
    curl: str
    answers: list[Answer]


@dataclass(frozen=True)
class Group:
    """The operations of one feature."""

    id: str
    title: str
    operations: list[Operation]


@blp.get("/api/v1/openapi.json")
def openapi_json() -> Response:
    """Written once a process: it is a megabyte and a half, and nobody else is answered while it is written."""
    kept = current_app.extensions
    if "openapi_text" not in kept:
        kept["openapi_text"] = jsonify(openapi.of(current_app)).get_data()
    return Response(kept["openapi_text"], mimetype="application/json", headers={"Cache-Control": MINUTE})


@blp.get("/docs/style.css")
def style() -> Response:
    return Response(STYLE, mimetype="text/css", headers={"Cache-Control": MINUTE})


@blp.get("/docs")
def docs() -> Response:
    """The page is the same for everyone, so it is made once a process."""
    kept = current_app.extensions
    if "docs_page" not in kept:
        document = openapi.of(current_app)
        kept["docs_page"] = render_template(
            "docs.html",
            groups=groups(document),
            common=_common(document),
            site=auth.deps().settings.site,
            version=version.VERSION,
        )
    return Response(kept["docs_page"], mimetype="text/html", headers={"Cache-Control": MINUTE})


def groups(document: Thing) -> list[Group]:
    """The document as the page shows it: features in their order, operations in theirs."""
    titles = {tag["name"]: tag.get("description") or tag["name"] for tag in document["tags"]}
    found: dict[str, list[Operation]] = {name: [] for name in titles}
    for path, method, operation in openapi.operations(document):
        found[operation["tags"][0]].append(_operation(document, path, method, operation))
    return [Group(name, titles[name], operations) for name, operations in found.items() if operations]


def _operation(document: Thing, path: str, method: str, operation: Thing) -> Operation:
    parameters = [_resolved(document, one) for one in operation["parameters"]]
    contents: Thing = operation.get("requestBody", {}).get("content", {})
    body_type = next(iter(contents), None)
    media: Thing = contents[body_type] if body_type else {}
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        chinese=operation.get("description", "").partition("。")[0],
        description=operation.get("description", ""),
        access="、".join(Role(role).zh for role in operation["x-roles"]) if operation["security"] else "公开",
        idempotent=any(one["name"] == "Idempotency-Key" for one in parameters),
        parameters=[_parameter(one) for one in parameters if one["in"] != "header"],
        body_type=" | ".join(contents) or None,
        body=list(_fields(document, media.get("schema", {}))),
        curl=_curl(document, path, method, operation),
        answers=[_answer(document, *item) for item in operation["responses"].items()],
    )


def _answer(document: Thing, status: str, answer: Thing) -> Answer:
    media: Thing = next(iter(answer.get("content", {}).values()), {})
    if status[0] in "45":
        refusals = [one["value"] for one in media["examples"].values()]
        reasons = [(one["reason"], one["message"]) for one in refusals if not _is_common(one["reason"])]
        return Answer(status, "", None, [], reasons)
    shown = media.get("example") or next((one["value"] for one in media.get("examples", {}).values()), None)
    example = _pretty(shown) if shown is not None else None
    return Answer(
        status, answer["description"], example, list(_fields(document, media.get("schema", {}))), []
    )


def _is_common(reason: str) -> bool:
    return reason.startswith(COMMON)


def _common(document: Thing) -> list[tuple[str, str, str]]:
    """Status, reason and sentence of everything that several operations can refuse with."""
    found = {}
    for _, _, operation in openapi.operations(document):
        for status, answer in operation["responses"].items():
            for media in answer.get("content", {}).values():
                for reason, one in media.get("examples", {}).items():
                    if status[0] in "45" and _is_common(reason):
                        found[reason] = (status, reason, one["value"]["message"])
    return sorted(found.values())


def _parameter(parameter: Thing) -> Field:
    place = {"path": "路径", "query": "查询"}.get(parameter["in"], parameter["in"])
    kind = f"{place} · {_kind(parameter['schema'])}"
    return Field(
        parameter["name"], kind, parameter.get("required", False), _told(parameter, parameter["schema"])
    )


def _fields(document: Thing, schema: Thing, before: str = "", depth: int = 0) -> Iterator[Field]:
    schema = _resolved(document, schema)
    if "items" in schema:
        yield from _fields(document, schema["items"], before + "[]", depth)
        return
    required = schema.get("required", [])
    for name, inner in schema.get("properties", {}).items():
        found = _resolved(document, inner)
        full = f"{before}.{name}" if before else name
        yield Field(full, _kind(found), name in required, _told(inner, found))
        if depth < DEEPEST:
            yield from _fields(document, found, full, depth + 1)


def _kind(schema: Thing) -> str:
    kinds = schema.get("type", "object")
    words = [kinds] if isinstance(kinds, str) else kinds
    form = schema.get("format")
    return " | ".join(words) + (f" ({form})" if form else "")


def _told(*schemas: Thing) -> str:
    description = next((one["description"] for one in schemas if "description" in one), "")
    values: list[Any] = next((one["enum"] for one in schemas if "enum" in one), [])
    choices = " | ".join(str(value) for value in values if value is not None)
    return " · ".join(part for part in (description, choices) if part)


def _resolved(document: Thing, thing: Thing) -> Thing:
    """What a reference points to; for a field that may be null, the shape it has when it is not."""
    if "$ref" in thing:
        kind, name = thing["$ref"].split("/")[-2:]
        found: Thing = document["components"][kind][name]
        return found
    for word in ("anyOf", "allOf", "oneOf"):
        if word in thing and "properties" not in thing:
            return thing | _resolved(document, thing[word][0])
    return thing


def _curl(document: Thing, path: str, method: str, operation: Thing) -> str:
    lines = [f"curl -X {method.upper()} {document['servers'][0]['url']}{path}"]
    if operation["security"]:
        lines.append("-H 'Authorization: Bearer '\"$TOKEN\"")
    contents: Thing = operation.get("requestBody", {}).get("content", {})
    for kind, media in list(contents.items())[:1]:
        sent: Thing = media.get("example") or next(
            (one["value"] for one in media.get("examples", {}).values()), {}
        )
        if kind == openapi.JSON:
            lines.append("-H 'Content-Type: application/json'")
            lines.append(f"-d {shlex.quote(json.dumps(sent, ensure_ascii=False))}")
        else:
            lines += [f"-F {shlex.quote(f'{name}={_form_value(value)}')}" for name, value in sent.items()]
    return " \\\n  ".join(lines)


def _form_value(value: Any) -> str:
    return "@1.jpg" if isinstance(value, list) else str(value)


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
