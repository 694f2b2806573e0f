"""The own report on a page: what it says, that it is logged first, and what its owner does from there."""

import re

import pytest
from flask.testing import FlaskClient

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.identity import service as identity
from backend.registry.model import Subject
from backend.reports import service
from tests.backend.pages.conftest import Visiting
from tests.support import browser as browsing
from tests.support import people, residents
from tests.support.records import keep, make_record


def test_smoke(deps: Deps, visitor: FlaskClient) -> None:
    me = people.verified(deps, people.bound(deps))
    keep(deps, make_record(subject_id=me.subject_id))
    tokens, _ = deps.tokens.sign({"sub": me.id, "sid": me.session_id}, now=deps.now())
    visitor.set_cookie("citizen_access", tokens, domain="localhost")
    for path in ("/report", "/report/looks", "/report/questions", "/report/forgetting", "/report/links", "/report/removals", "/verify"):
        found = visitor.get(path)
        assert found.status_code == 200, found.text
    print(visitor.get("/report").text)
