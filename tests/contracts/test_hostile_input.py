"""Whatever is sent: no 500, and every answer is one that the document announces."""

from dataclasses import replace
from datetime import UTC, timedelta
from functools import cache
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from requests import PreparedRequest
from requests.structures import CaseInsensitiveDict
from schemathesis import GenerationMode
from schemathesis.core.transport import Response
from schemathesis.specs.openapi import checks
from schemathesis.specs.openapi.formats import INVALID_HEADER_CHARS, header_values

from backend.common.actor import Actor, anonymous, system
from backend.common.deps import Deps
from backend.merchants import service as merchants
from backend.merchants.model import Particulars
from backend.staff import service as staff
from backend.web import openapi
from schemas.terms import STAFF_ROLES, Channel, Level, MerchantKind, Role
from tests.contracts.test_openapi import DOCUMENT, OPERATIONS
from tests.support import written
from tests.support.catalogue import publish
from tests.support.records import keep, keep_subject, make_record
from tests.support.residents import sign_in
from tests.support.web import Tokens

CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
SYSTEM = system(Channel.COMMAND, "test")
EVERYTHING = settings(
    max_examples=8, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)
COMMON = "#/components/parameters/"
FIRST, LAST = "0001-01-01", "9999-12-31"
DAYS = st.one_of(st.sampled_from((FIRST, LAST)), st.dates().map(str))
INSTANTS = st.one_of(
    st.sampled_from((f"{FIRST}T00:00:00+08:00", f"{LAST}T23:59:59-08:00", "2026-11-21T09:00:00+08:00")),
    st.datetimes(timezones=st.just(UTC)).map(lambda instant: instant.isoformat()),
)
"""Half of the days and instants that are drawn lie where the calendar ends: no other zone has them, and nothing can be added."""
HEADERS = {name: one for name, one in DOCUMENT["components"]["parameters"].items() if one["in"] == "header"}


schemathesis.openapi.format("date", DAYS)
schemathesis.openapi.format("date-time", INSTANTS)


@pytest.fixture
def deps(standing_deps: Deps) -> Deps:
    """As everywhere, but what the last of these tests left unchanged stays for `callers`."""
    return standing_deps


@pytest.fixture
def callers(deps: Deps) -> list[Actor]:
    return written.again(deps, _come)


def _come(deps: Deps) -> list[Actor]:
    """Nobody, a newcomer, a verified resident with a record, and people of every desk; the catalogue is published."""
    newcomer, resident = sign_in(deps, "13900001111").actor, sign_in(deps, "13900002222").actor
    subject = keep_subject(deps, name="王小明", number="31019919610804011X")
    keep(deps, make_record(subject_id=subject.id))
    until = deps.now() + timedelta(minutes=10)
    resident = replace(resident, subject_id=subject.id, level=Level.VERIFIED, verified_until=until)
    publish(deps, SYSTEM)
    password = "correct horse battery staple"
    made, _ = staff.create(deps, SYSTEM, name="王", role=Role.ADMIN, unit=None, password=password, totp=False)
    admin = Actor(id=made.id, role=Role.ADMIN, channel=Channel.API, session_id="s2", name="王")
    desks = [
        Actor(f"{role}-1", role, Channel.CONSOLE, name=role.value)
        for role in (
            Role.CASE_OFFICER,
            Role.DATA_STEWARD,
            Role.AUDITOR,
            Role.BENEFIT_MANAGER,
            Role.NEWS_EDITOR,
            Role.WINDOW_CLERK,
        )
    ]
    provider = Actor("provider-1", Role.PROVIDER, Channel.CONSOLE, name="provider", unit="METRO")
    return [anonymous(Channel.API), newcomer, resident, admin, *desks, provider, _till(deps)]


@cache
def _schema(app: Flask) -> Any:
    """The document of an app, read once: it is long, and an app lives as long as its test worker.

    Without the headers that operations have in common, which are drawn once for all of them (`_common_headers`)."""
    document = app.test_client().get("/api/v1/openapi.json").get_json()
    for _, _, operation in openapi.operations(document):
        operation["parameters"] = [one for one in operation["parameters"] if not _common(one)]
    schema = schemathesis.openapi.from_dict(document)
    schema.app = app
    return schema


def _common(parameter: dict[str, Any]) -> bool:
    return str(parameter.get("$ref", "")).removeprefix(COMMON) in HEADERS


@cache
def _common_headers() -> list[dict[str, str]]:
    """Each is left out, is a usual one, or is anything that can be sent."""
    drawn: list[dict[str, str]] = []
    anything = header_values(codec="ascii", exclude_characters=INVALID_HEADER_CHARS)
    values = {
        name: st.one_of(st.none(), st.just(one["example"]), anything, anything)
        for name, one in HEADERS.items()
    }

    @settings(EVERYTHING, max_examples=64)
    @given(st.fixed_dictionaries(values))
    def draw(headers: dict[str, str | None]) -> None:
        drawn.append({name: value for name, value in headers.items() if value is not None})

    draw()
    return drawn


def _till(deps: Deps) -> Actor:
    """A merchant's, with a key of its own."""
    wanted = Particulars("示例超市", (MerchantKind.SUPERMARKET,), rate_per_minute=600)
    _, made = merchants.create_with_key(deps, SYSTEM, wanted=wanted, label="till")
    return merchants.authenticate(deps, made.key, Channel.API)


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_every_answer_is_an_announced_one(
    app: Flask, tokens: Tokens, callers: list[Actor], path: str, method: str, operation: dict[str, Any]
) -> None:
    schema = _schema(app)
    may = [caller for caller in callers if caller.role.value in operation["x-roles"]]
    assert may, "nobody among the callers may ask this"
    alike = [[_header(tokens, caller) for caller in colleagues] for colleagues in _alike(may)]
    names = {str(one["$ref"]).removeprefix(COMMON) for one in operation["parameters"] if _common(one)}
    seen: set[int] = set()
    for mode in _modes(path, operation):
        seen |= _ask_much(schema[path][method.upper()], names, alike, mode)
    if method == "get" and "{" not in path:
        assert 200 in seen, "no answer of the good kind was ever compared with its schema"


def _alike(callers: list[Actor]) -> list[list[Actor]]:
    """The desks whom the table of rights lets in are answered by the same rules and in the same words; of residents it matters
    who has proved what, of a provider for which unit it asks."""
    desks = [caller for caller in callers if caller.role in STAFF_ROLES - {Role.PROVIDER}]
    return [desks, *([caller] for caller in callers if caller not in desks)]


def _header(tokens: Tokens, caller: Actor) -> dict[str, str]:
    return {} if caller.role is Role.ANONYMOUS else {"Authorization": f"Bearer {tokens.give(caller)}"}


def _modes(path: str, operation: dict[str, Any]) -> list[GenerationMode]:
    """Where nothing is sent, nothing wrong can be; nor in a word of a public path, where every word is one."""
    takes = (
        ("{" in path and operation["security"])
        or "requestBody" in operation
        or any(p.get("in") == "query" for p in operation["parameters"])
    )
    return list(GenerationMode) if takes else [GenerationMode.POSITIVE]


def _ask_much(
    operation: Any, names: set[str], alike: list[list[dict[str, str]]], mode: GenerationMode
) -> set[int]:
    """Everything that is thought of is asked by everybody who may ask, one after the other. Only what is wrong in itself is
    asked, after the first, by every second of those who are answered alike, so that each of them asks half of it."""
    seen = set()
    turns: dict[str, int] = {}
    client = operation.app.test_client(use_cookies=False)

    @EVERYTHING
    @given(case=operation.as_strategy(generation_mode=mode), common=st.sampled_from(_common_headers()))
    def ask(case: Any, common: dict[str, str]) -> None:
        taken = {name: common[name] for name in names & common.keys()}
        # What Hypothesis repeats is asked by the same again.
        drawn = repr((case.path_parameters, case.query, case.headers, case.media_type, case.body, taken))
        turn = turns.setdefault(drawn, len(turns))
        for colleagues in alike:
            few = colleagues[turn % 2 :: 2] if turn and mode.is_negative else []
            for header in few or colleagues:
                answer = _asked(client, case, taken | header)
                assert answer.status_code != 500, answer.text
                case.validate_response(answer, checks=CHECKS)
                seen.add(answer.status_code)

    ask()
    return seen


def _asked(client: FlaskClient, case: Any, headers: dict[str, str]) -> Response:
    """As `case.call`, which puts each request together a second time, to tell of it."""
    assert not case.cookies, "no operation takes any, and none would be sent"
    sent = case.as_transport_kwargs(headers=headers)
    found = client.open(**sent)
    told = {name.lower(): found.headers.getlist(name) for name in {*found.headers.keys()}}
    request = PreparedRequest()
    request.method, request.url = sent["method"], found.request.url
    request.headers = CaseInsensitiveDict(sent["headers"])
    return Response(found.status_code, told, found.get_data(), request, elapsed=0, verify=False)
