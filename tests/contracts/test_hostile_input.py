"""Whatever is sent: no 500, and every answer is one that the document announces."""

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks

from backend.common.actor import Actor, anonymous
from schemas.terms import Channel, Level, Role
from tests.contracts.test_openapi import OPERATIONS
from tests.support.web import Tokens

CALLERS = [
    anonymous(Channel.API),
    Actor(id="a1", role=Role.CITIZEN, channel=Channel.API, session_id="s1", level=Level.PHONE),
    Actor(id="s1", role=Role.ADMIN, channel=Channel.API, session_id="s2", name="王", unit="U"),
]
CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
EVERYTHING = settings(
    max_examples=12, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_every_answer_is_an_announced_one(
    app: Flask, tokens: Tokens, path: str, method: str, operation: dict[str, Any]
) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    allowed = set(operation["x-roles"])
    callers = [caller for caller in CALLERS if caller.role.value in allowed]
    for caller in callers or [CALLERS[0]]:
        header = {} if caller.role is Role.ANONYMOUS else {"Authorization": f"Bearer {tokens.give(caller)}"}
        for mode in _modes(path, operation):
            _ask_much(schema[path][method.upper()], header, mode)


def _modes(path: str, operation: dict[str, Any]) -> list[GenerationMode]:
    """Where nothing is sent, nothing wrong can be."""
    takes = (
        "{" in path
        or "requestBody" in operation
        or any(p.get("in") == "query" for p in operation["parameters"])
    )
    return list(GenerationMode) if takes else [GenerationMode.POSITIVE]


def _ask_much(operation: Any, header: dict[str, str], mode: GenerationMode) -> None:
    @EVERYTHING
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        answer = case.call(headers=header)
        assert answer.status_code != 500, answer.text
        case.validate_response(answer, checks=CHECKS)

    ask()
