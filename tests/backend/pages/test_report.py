"""The own report on a page: what it says, that it is logged first, and what its owner does from there."""

from flask.testing import FlaskClient

from backend.common.deps import Deps
from tests.support import people
from tests.support.records import keep, make_record


def test_smoke(deps: Deps, visitor: FlaskClient) -> None:
    me = people.verified(deps, people.bound(deps))
    keep(deps, make_record(subject_id=me.subject_id))
    tokens, _ = deps.tokens.sign({"sub": me.id, "sid": me.session_id}, now=deps.now())
    visitor.set_cookie("citizen_access", tokens, domain="localhost")
    for path in (
        "/report",
        "/report/looks",
        "/report/questions",
        "/report/forgetting",
        "/report/links",
        "/report/removals",
        "/verify",
    ):
        found = visitor.get(path)
        assert found.status_code == 200, found.text
    print(visitor.get("/report").text)
