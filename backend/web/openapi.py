"""The OpenAPI document: what the routes declare, and what is true of every one of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache
from threading import Lock
from typing import Any, TypeVar

from flask import Flask

from backend.common import errors
from backend.common.settings import Settings
from backend.web import problems, version, words
from backend.web.rights import PUBLIC, STAFF, Rights
from schemas.base import ResponseSchema, TermField
from schemas.errors import Problem
from schemas.terms import Role
from schemas.text import Text

F = TypeVar("F", bound=Callable[..., Any])
Spec = dict[str, Any]
Common = Mapping[str, Sequence[errors.ServiceError]]
Refused = tuple[int, str, Text, dict[str, Any] | None]

TITLE = "信用服务开放接口 · Public credit self-service API"
DESCRIPTION = """\
本人查询公共信用记录、获取信用报告、管理授权与查询日志的开放接口。
Look up your own public credit record, get your report, see who looked.

- 所有时间为 ISO 8601，带 `+08:00`；金额单位为分；位置为 `[lng, lat]`；编号是不透明的字符串。
  Times are ISO 8601 with `+08:00`, money is in fen, positions are `[lng, lat]`, ids are opaque strings.
- 所有拒绝都是同一种格式：`{code, status, reason, message, data?, errors?}`，程序请看 `reason`。
  Every refusal has one shape; programs go by `reason`.
- 列表：`?limit&cursor` → `{items, next_cursor}`。Lists are pages with an opaque cursor.
- 语言：`Accept-Language`，默认中文。Chinese by default, English on request.
- 创建类请求可带 `Idempotency-Key`，重复提交得到第一次的答复。
  A POST that creates takes an `Idempotency-Key`: a repetition gets the first answer again.
"""
METHODS = ("get", "put", "post", "delete", "patch")
OPERATION_FACTS = "x-facts"
JSON = "application/json"
MULTIPART = "multipart/form-data"

_REF = "#/components/"
_COMMON_HEADERS = {"X-Request-Id": {"$ref": _REF + "headers/X-Request-Id"}}
_RETRY = {"Retry-After": {"$ref": _REF + "headers/Retry-After"}}


def options(settings: Settings) -> Spec:
    """What flask-smorest needs to begin a document."""
    return {
        "title": TITLE,
        "version": version.VERSION,
        "openapi_version": "3.1.0",
        "info": {
            "description": DESCRIPTION,
            "license": {"name": "Proprietary"},
            "contact": {"name": "信用服务热线 12345"},
        },
        "servers": [{"url": settings.site, "description": "本服务 / This service"}],
        "externalDocs": {"url": settings.site + "/docs", "description": "可读文档 / Readable documentation"},
    }


def adds(name: str, values: list[Any]) -> Callable[[F], F]:
    """A decorator that hangs facts on a view function for its documentation."""

    def mark(function: F) -> F:
        notes = deepcopy(getattr(function, "_apidoc", {}))
        notes.setdefault(OPERATION_FACTS, {}).setdefault(name, []).extend(values)
        function._apidoc = notes  # type: ignore[attr-defined]  # flask-smorest's own place for notes
        return function

    return mark


def keep_facts(doc: Spec, doc_info: Spec, **_: Any) -> Spec:
    """flask-smorest's hook: carry the facts of `adds` into the operation, where `document` finds them."""
    return doc | {OPERATION_FACTS: doc_info.get(OPERATION_FACTS, {})}


def term_words(_: Any, field: Any, **__: Any) -> Spec:
    """apispec's hook: a field that holds a word of `schemas.terms` lists each word with its label."""
    if not isinstance(field, TermField) or "description" in field.metadata:
        return {}
    return {"description": "；".join(f"`{term.value}` {term.zh}" for term in field.enum)}


def join_form(doc: Spec, doc_info: Spec, **_: Any) -> Spec:
    """flask-smorest's hook: the fields and the files of one form are one body, which it would describe as two."""
    parameters = doc_info.get("arguments", {}).get("parameters", [])
    if files := next((found for found in parameters if found["in"] == "files"), None):
        for form in [found for found in parameters if found["in"] == "form"]:
            files["schema"] = {"allOf": [form["schema"], files["schema"]]}
            parameters.remove(form)
    if body := next((found for found in parameters if found["in"] == "body"), None):
        _offer_both(doc_info["arguments"], body)
    return doc


def _offer_both(arguments: Spec, body: Spec) -> None:
    """A body that `Routes.takes`: one request body of two content types, which flask-smorest has no word for."""
    parameters = arguments["parameters"]
    attached = next(found for found in parameters if found["in"] == "attached")
    parameters[:] = [found for found in parameters if found not in (body, attached)]
    form = {"allOf": [body["schema"], attached["schema"]]}
    arguments["requestBody"] = {
        "required": True,
        "content": {MULTIPART: {"schema": form}, JSON: {"schema": body["schema"]}},
    }


def describe_later(app: Flask, describe: Callable[[], Spec]) -> None:
    """Make the document when it is first asked for: that takes longer than the whole app, and few processes are asked."""
    lock, described = Lock(), cache(describe)

    def once() -> Spec:
        with lock:
            return described()

    app.extensions["openapi"] = once


def of(app: Flask) -> Spec:
    """The document of this app."""
    found: Spec = app.extensions["openapi"]()
    return found


def document(spec: Any, rights: Rights, refusals: Common) -> Spec:
    """The finished document: rights, refusals, headers and examples added to what the routes declared."""
    found: Spec = spec.to_dict()
    _hand_down_parameters(found)
    _name_common_fields(found)
    _complete_schemas(found, spec)
    _components(found)
    _problem_schema(found)
    for path, method, operation in operations(found):
        _complete(found, path, method, operation, rights, refusals)
    found["components"].pop("responses", None)
    return found


def operations(document: Spec) -> Iterator[tuple[str, str, Spec]]:
    """Every operation: path, method, and the operation itself."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def right_key(path: str, method: str, rights: Rights) -> str:
    """The line of the table of rights for an OpenAPI path."""
    wanted = _plain(path)
    for key in rights:
        verb, _, rule = key.partition(" ")
        if verb.lower() == method and _plain(rule) == wanted:
            return key
    raise KeyError(f"{method.upper()} {path}")


@cache
def _plain(path: str) -> str:
    """`/a/{id}` and `/a/<int:id>` alike."""
    parts = path.replace("<", "{").replace(">", "}").split("/")
    return "/".join("{}" if part.startswith("{") else part for part in parts)


def _complete(
    document: Spec, path: str, method: str, operation: Spec, rights: Rights, refusals: Common
) -> None:
    facts = operation.pop(OPERATION_FACTS, {})
    key = right_key(path, method, rights)
    allowed = rights[key]
    operation["operationId"] = _operation_id(path, method)
    operation["security"] = _security(allowed)
    operation["x-roles"] = sorted(role.value for role in allowed)
    parameters = operation.setdefault("parameters", [])
    parameters += [{"$ref": _REF + f"parameters/{name}"} for name in ("Accept-Language", "X-Request-Id")]
    if facts.get("idempotent"):
        parameters.append({"$ref": _REF + "parameters/Idempotency-Key"})
    _join_forms(document, operation)
    _examples(document, operation)
    responses = _successes(operation, bool(facts.get("idempotent")))
    if facts.get("remembers"):
        _add_condition(parameters, responses)
    usual = _usual(path, operation, facts, allowed, refusals)
    for status, told_ones in _by_status([*facts.get("refusals", []), *usual]).items():
        responses[str(status)] = _refusal_response(told_ones)
    operation["responses"] = dict(sorted(responses.items()))


def _operation_id(path: str, method: str) -> str:
    inside = path.startswith("/api/v1/")
    words = path.removeprefix("/api/v1").replace("{", "").replace("}", "").replace("-", "_").strip("/")
    return f"{method}_{'' if inside else 'site_'}{words.replace('/', '_')}"


def _security(allowed: frozenset[Role]) -> list[Spec]:
    if allowed == PUBLIC:
        return []
    schemes: list[Spec] = [{}] if Role.ANONYMOUS in allowed else []
    if Role.CITIZEN in allowed:
        schemes.append({"citizenToken": []})
    if allowed & STAFF:
        schemes.append({"staffToken": []})
    if Role.MERCHANT in allowed:
        schemes += [{"merchantKey": []}, {"clerkToken": []}]
    return schemes


def _successes(operation: Spec, idempotent: bool) -> Spec:
    """The answers that the route declared, with the headers they carry; smorest's references to errors are dropped."""
    kept = {
        str(code): answer for code, answer in operation.get("responses", {}).items() if str(code)[0] in "23"
    }
    for answer in kept.values():
        answer["headers"] = answer.get("headers", {}) | _COMMON_HEADERS
        if idempotent:
            answer["headers"]["Idempotent-Replay"] = {"$ref": _REF + "headers/Idempotent-Replay"}
    return kept


def _add_condition(parameters: list[Spec], responses: Spec) -> None:
    """An answer that can be kept: its tag, the question whether it still holds, and the answer that it does."""
    parameters.append({"$ref": _REF + "parameters/If-None-Match"})
    tagged = {name: {"$ref": _REF + f"headers/{name}"} for name in ("ETag", "Cache-Control")}
    responses["200"]["headers"] |= tagged
    said = "所存的答复仍然有效，没有正文 / what you kept still holds; no body"
    responses["304"] = {"description": said, "headers": _COMMON_HEADERS | tagged}


def _by_status(refusals: list[Refused]) -> dict[int, list[Refused]]:
    """The operation's own refusals first, then those of its kind of route, each reason once."""
    found: dict[int, list[Refused]] = {}
    for refused in refusals:
        known = found.setdefault(int(refused[0]), [])
        if refused[1] not in [other[1] for other in known]:
            known.append(refused)
    return found


def _usual(
    path: str, operation: Spec, facts: Spec, allowed: frozenset[Role], refusals: Common
) -> Iterator[Refused]:
    if allowed != PUBLIC:
        yield told(errors.not_signed_in())
        yield told(errors.not_allowed())
    if Role.MERCHANT in allowed:
        yield from (told(error) for error in refusals["merchant"])
    if "{" in path:
        yield _framework(404)
    if "requestBody" in operation:
        yield from (_framework(code) for code in (413, 415))
    if "requestBody" in operation or any(found.get("in") == "query" for found in operation["parameters"]):
        yield from (_framework(code) for code in (400, 422))
    if facts.get("idempotent"):
        yield from (told(error) for error in refusals["idempotent"])
    yield from (told(error) for error in refusals["every"])
    code, reason, text = problems.INTERNAL
    yield code, reason, text, None
    yield told(errors.database_unavailable())


def told(error: errors.ServiceError) -> Refused:
    """A refusal as the documentation tells it: status, reason, sentence, facts."""
    return problems.STATUS[error.kind], error.reason, error.text, error.data


def _framework(code: int) -> Refused:
    reason, text = problems.REFUSED[code]
    return code, reason, text, None


def _refusal_response(refusals: list[Refused]) -> Spec:
    status = refusals[0][0]
    headers = dict(_COMMON_HEADERS)
    if status in (409, 423, 429, 503):
        headers |= _RETRY
    if status == 401:
        headers["WWW-Authenticate"] = {"$ref": _REF + "headers/WWW-Authenticate"}
    return {
        "description": "；".join(f"`{reason}` {text.zh}" for _, reason, text, _ in refusals),
        "headers": headers,
        "content": {
            JSON: {
                "schema": {"$ref": _REF + "schemas/Problem"},
                "examples": {
                    reason: {"value": _example(refused)} for refused in refusals for reason in [refused[1]]
                },
            }
        },
    }


def _example(refused: Refused) -> Spec:
    code, reason, text, data = refused
    wrong = {"json": {"phone": ["此项必填"]}} if reason == "request.invalid" else None
    return problems.body(code, reason, text.zh, data=data, errors=wrong)


def _components(document: Spec) -> None:
    components = document.setdefault("components", {})
    components["securitySchemes"] = {
        "citizenToken": _bearer("市民登录后得到的访问令牌（EdDSA，十分钟）/ a citizen's access token", "JWT"),
        "staffToken": _bearer("工作人员登录后得到的访问令牌 / a staff member's access token", "JWT"),
        "merchantKey": _bearer("商户密钥 `mk_…` / a merchant's API key", "mk"),
        "clerkToken": _bearer("商户店员登录后得到的访问令牌 / a merchant's clerk's access token", "JWT"),
    }
    components["parameters"] = {
        "Accept-Language": _parameter(
            "Accept-Language", "`zh-CN`（默认）或 `en` / the language of sentences", "zh-CN"
        ),
        "X-Request-Id": _parameter(
            "X-Request-Id",
            "1-64 个安全字符，原样返回；不合格则另行生成 / echoed; made when missing or unsafe",
            "app-7f3a2c",
        ),
        "If-None-Match": _parameter(
            "If-None-Match",
            "所存答复的 ETag；未变则答 304 / the ETag of what you kept; 304 when it still holds",
            '"5d1e…"',
        ),
        "Idempotency-Key": _parameter(
            "Idempotency-Key",
            "1-200 个可打印字符；同键同内容得到第一次的答复，保留 24 小时（未登录 5 分钟），只显示一次的密钥和密码除外"
            " / same key and content: the first answer again, for 24 hours (5 minutes when not signed in), without secrets"
            " that are shown once",
            "b1946ac9-2f4e",
        ),
    }
    components["headers"] = {
        "X-Request-Id": _header(
            "本次请求的编号，报障时请提供 / the id of this request", {"type": "string"}, always=True
        ),
        "Retry-After": _header("多少秒后再试 / seconds to wait", {"type": "integer", "minimum": 1}),
        "Idempotent-Replay": _header(
            "`true` 表示这是第一次的答复 / this is the first answer again", {"type": "string"}
        ),
        "WWW-Authenticate": _header("`Bearer`", {"type": "string"}, always=True),
        "ETag": _header("答复的标记 / the tag of this answer", {"type": "string"}, always=True),
        "Cache-Control": _header(
            "可存，每次使用前须询问 / may be kept, and is asked for each time",
            {"type": "string"},
            always=True,
        ),
    }


def _bearer(description: str, form: str) -> Spec:
    return {"type": "http", "scheme": "bearer", "bearerFormat": form, "description": description}


def _parameter(name: str, description: str, example: str) -> Spec:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": {"type": "string"},
        "example": example,
    }


def _header(description: str, schema: Spec, *, always: bool = False) -> Spec:
    return {"description": description, "required": always, "schema": schema}


def _problem_schema(document: Spec) -> None:
    """The shape of a refusal: the two optional parts may be missing altogether."""
    document["components"]["schemas"]["Problem"]["required"] = ["code", "status", "reason", "message"]


def _complete_schemas(document: Spec, spec: Any) -> None:
    """A reply writes every field it declares, so every one is required of it."""
    if "Problem" not in document.get("components", {}).get("schemas", {}):
        spec.components.schema("Problem", schema=Problem)
        document["components"] = spec.to_dict()["components"]
    converter = next(p for p in spec.plugins if hasattr(p, "converter")).converter
    for key, name in converter.refs.items():
        schema = document["components"]["schemas"].get(name)
        if schema and issubclass(key[0], ResponseSchema):
            schema["required"] = sorted(schema.get("properties", {}))


def _join_forms(document: Spec, operation: Spec) -> None:
    """Each part of a joined form refuses the fields of the other, so the two become one schema."""
    for media in operation.get("requestBody", {}).get("content", {}).values():
        if parts := media["schema"].get("allOf"):
            schemas = [document["components"]["schemas"][part["$ref"].rpartition("/")[2]] for part in parts]
            media["schema"] = {
                "type": "object",
                "properties": {name: one for schema in schemas for name, one in schema["properties"].items()},
                "required": sorted(name for schema in schemas for name in schema.get("required", [])),
                "additionalProperties": False,
            }


def _hand_down_parameters(document: Spec) -> None:
    """Parameters of a path go to each of its operations, so that an operation stands on its own."""
    for item in document["paths"].values():
        shared = item.pop("parameters", [])
        for method in METHODS:
            if method in item:
                item[method]["parameters"] = [*deepcopy(shared), *item[method].get("parameters", [])]


def _name_common_fields(document: Spec) -> None:
    for schema in document.get("components", {}).get("schemas", {}).values():
        for name, inner in schema.get("properties", {}).items():
            if name in words.FIELDS and "$ref" not in inner:
                inner.setdefault("description", words.FIELDS[name])
    for _, _, operation in operations(document):
        for parameter in operation.get("parameters", []):
            usual = (
                "编号 / opaque id"
                if parameter.get("in") == "path"
                else words.FIELDS.get(parameter.get("name", ""))
            )
            if usual and "description" not in parameter:
                parameter["description"] = usual


def _examples(document: Spec, operation: Spec) -> None:
    """Every body has an example: the route's own, or one made from the examples of its fields."""
    places = [operation.get("requestBody", {}), *operation.get("responses", {}).values()]
    for content in (media for place in places for media in place.get("content", {}).values()):
        if "schema" in content and not content.keys() & {"example", "examples"}:
            content["example"] = sample(document, content["schema"])


def sample(document: Spec, schema: Spec, name: str = "") -> Any:
    """An example value of a schema, from the examples that its fields give; `name` is the field it stands in."""
    if reference := schema.get("$ref"):
        return sample(document, document["components"]["schemas"][reference.rpartition("/")[2]], name)
    for word in ("example", "default", "const"):
        if word in schema:
            return schema[word]
    for word in ("allOf", "anyOf", "oneOf"):
        if word in schema:
            return sample(document, schema[word][0], name)
    kinds = schema.get("type", "string")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind != kinds and "null" in kinds and name not in words.EXAMPLES and kind != "object":
        return None
    return schema["enum"][0] if "enum" in schema else _sample_of_type(document, schema, kind, name)


def _sample_of_type(document: Spec, schema: Spec, kind: str, name: str) -> Any:
    if kind == "object":
        return {key: sample(document, inner, key) for key, inner in schema.get("properties", {}).items()}
    if kind == "array":
        return [sample(document, schema["items"])] if schema.get("items") else []
    plain = {"integer": schema.get("minimum", 1), "number": 1.5, "boolean": True, "null": None}
    formats = {"date-time": "2026-11-21T09:30:00.000+08:00", "date": "2026-11-21", "binary": "…"}
    usual = words.EXAMPLES.get(name, "…")
    return plain[kind] if kind in plain else formats.get(schema.get("format", ""), usual)
