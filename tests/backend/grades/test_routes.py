from typing import Any

import marshmallow
import pytest
from flask.testing import FlaskClient

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.grades import service
from schemas import grades as wire
from schemas.base import SPEAKING
from schemas.text import Language
from tests.backend.grades.conftest import Desk
from tests.support.web import ClientAs

API = "/api/v1"


def body_of(client: FlaskClient, path: str, status: int, **more: Any) -> Any:
    answer = client.get(API + path, **more)
    assert answer.status_code == status, answer.text
    return answer.json


def test_nobody_reads_a_grade_without_a_token(web: FlaskClient) -> None:
    assert body_of(web, "/me/grade", 401)["reason"] == "auth.required"


def test_without_a_fresh_proof_the_way_to_it_is_named(web_as: ClientAs, bound: Actor) -> None:
    assert body_of(web_as(bound), "/me/grade", 403)["reason"] == "identity.verification_required"


def test_the_own_grade_with_its_reasons(web_as: ClientAs, desk: Desk, verified: Actor) -> None:
    record = desk.record()
    grade = body_of(web_as(verified), "/me/grade", 200, headers={"Accept-Language": "en"})
    assert (grade["value"], grade["value_label"], grade["floor"]) == ("fair", "Fair", None)
    assert grade["rule_version"] == "shanghai-2026-1"
    assert grade["reasons"] == [
        {
            "code": "grade.general_recent",
            "text": "General adverse information, not ended or ended no more than two years ago",
            "rule": "general_recent",
            "record_id": record.id,
            "article": "Shanghai Public Credit Information Measures, arts. 12 and 17",
            "decisive": True,
        }
    ]
    assert grade["left_out"] == []
    assert "12345" in grade["notice"]


def test_anybody_reads_which_rules_there_are(web: FlaskClient) -> None:
    (found,) = body_of(web, "/grade-rules", 200)["items"]
    assert (found["version"], found["active"], found["in_force_from"]) == (
        "shanghai-2026-1", True, "2026-04-01",
    )  # fmt: skip
    assert (found["in_force_until"], found["kind"]) == (None, "person")
    assert found["title"]["zh"].startswith("自然人信用等级规则")


def test_an_older_version_stays_and_says_until_when_it_held(web: FlaskClient, later: object) -> None:
    newer, older = body_of(web, "/grade-rules", 200)["items"]
    assert (newer["version"], newer["active"], newer["in_force_until"]) == ("shanghai-2027-1", False, None)
    assert (older["active"], older["in_force_until"]) == (True, "2026-12-31")


def test_anybody_reads_the_rules_whole_in_both_languages(web: FlaskClient) -> None:
    found = body_of(web, "/grade-rules/shanghai-2026-1", 200)
    rules = {rule["id"]: rule for rule in found["rules"]}
    assert rules["minor_repeated"]["when"] == {
        "nature": ["adverse"],
        "category": [],
        "severity": ["minor", "unset"],
        "within_months": 12,
        "after_months": None,
        "at_least": 3,
    }
    assert (rules["minor_repeated"]["effect"], rules["minor_repeated"]["grade"]) == ("at_most", "fair")
    assert set(rules["good_deed"]["said"]["sentence"]) == {"zh", "en"}
    assert (found["base"], found["floor"]) == ("good", "good")
    assert found["floor_said"]["source_mark"] == "service"
    assert len(found["legal_basis"]) == 3


@pytest.mark.parametrize("version", ["shanghai-1999-1", "..", "%2e%2e%2fmodel", "shanghai-2026-1.yaml"])
def test_a_version_there_is_not(web: FlaskClient, version: str) -> None:
    assert body_of(web, f"/grade-rules/{version}", 404)["reason"] in (
        "grades.unknown_version", "request.not_found",
    )  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_reply_is_written_as_its_schema_says(deps: Deps, language: Language) -> None:
    spoken = SPEAKING.set(language)
    try:
        for schema, entity in (
            (wire.RuleSet(), service.version(deps, version="shanghai-2026-1")),
            (wire.VersionList(), {"items": service.versions(deps)}),
            (wire.Grade(), service.not_shared()),
        ):
            assert schema.dump(entity) == marshmallow.Schema.dump(schema, entity)
    finally:
        SPEAKING.reset(spoken)
