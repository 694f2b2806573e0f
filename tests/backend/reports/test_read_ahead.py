"""The own report over real sessions: what it needs is read with the session, and handed out only of a live one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.accounts import service as accounts
from backend.accounts.model import Holder
from backend.app import create_app
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.reports import service
from schemas.terms import Level, Role
from tests.backend.reports.conftest import NAME
from tests.support import commands
from tests.support.records import keep, make_record
from tests.support.web import loud
from tests.support.world import Clock

REPORT = "/api/v1/me/report"


@dataclass(frozen=True)
class Phone:
    """A resident's phone that is signed in."""

    client: FlaskClient
    session_id: str


@pytest.fixture
def app(deps: Deps) -> Iterator[Flask]:
    with loud(create_app(deps)) as made:
        yield made


@pytest.fixture
def phone(deps: Deps, app: Flask, verified: Actor) -> Phone:
    made = _signed_in(deps, app, Holder(verified.id, Role.CITIZEN, verified.subject_id))
    proof = {"level": Level.VERIFIED.value, "verified_until": deps.now() + timedelta(minutes=10)}
    deps.db["sessions"].update_one({"_id": made.session_id}, {"$set": proof})
    return made


def test_it_says_what_is_said_without_reading_ahead(deps: Deps, phone: Phone, verified: Actor) -> None:
    keep(deps, *(make_record(subject_id=verified.subject_id) for _ in range(3)))
    ahead, apart = phone.client.get(REPORT).json, service.mine(deps, verified)
    assert ahead is not None
    assert ahead["subject"]["name"] == NAME == apart.subject.name
    told = [[record["id"] for record in section["records"]] for section in ahead["sections"]]
    assert told == [[record.id for record in section.records] for section in apart.sections]
    assert (ahead["access_log_total"], apart.access_log_total) == (1, 2)
    again = phone.client.get(REPORT).json
    assert again is not None
    assert [look["id"] for look in again["access_log"]][1:] == [look.id for look in apart.access_log or ()]


def test_it_asks_the_database_twice(deps: Deps, phone: Phone) -> None:
    with commands.watched(deps) as (own, sent):
        watched = create_app(own)
        with loud(watched):
            other = watched.test_client()
            other.environ_base |= phone.client.environ_base
            assert other.get(REPORT).status_code == 200
            sent.commands.clear()  # the catalogue and the data key were read too, once a process
            assert other.get(REPORT).status_code == 200
    assert sent.commands == ["aggregate", "insert"]


def test_an_ended_session_is_told_nothing_and_no_look_is_written(
    deps: Deps, phone: Phone, verified: Actor
) -> None:
    accounts.end_sessions(deps, verified, verified.id)
    _refused(deps, phone, 401, "auth.session_ended")


def test_a_session_of_a_week_ago_is_told_nothing(deps: Deps, clock: Clock, phone: Phone) -> None:
    far = {"expires_at": deps.now(), "idle_until": deps.now() + timedelta(days=1)}
    deps.db["sessions"].update_one({"_id": phone.session_id}, {"$set": far})
    _refused(deps, phone, 401, "auth.session_ended")


def test_a_session_of_another_account_than_the_tokens_is_told_nothing(deps: Deps, phone: Phone) -> None:
    deps.db["sessions"].update_one({"_id": phone.session_id}, {"$set": {"account_id": "a2"}})
    _refused(deps, phone, 401, "auth.session_ended")


def test_a_proof_that_has_run_out_is_told_nothing(deps: Deps, phone: Phone) -> None:
    deps.db["sessions"].update_one({"_id": phone.session_id}, {"$set": {"verified_until": deps.now()}})
    _refused(deps, phone, 403, "identity.verification_required")


def test_a_phone_without_name_and_number_is_told_what_is_missing(deps: Deps, app: Flask) -> None:
    keep(deps, make_record(subject_id="somebody"))
    phone = _signed_in(deps, app, Holder("a9", Role.CITIZEN, None))
    _refused(deps, phone, 403, "identity.verification_required")


def _refused(deps: Deps, phone: Phone, status: int, reason: str) -> None:
    answer = phone.client.get(REPORT)
    assert (answer.status_code, answer.json["reason"]) == (status, reason)
    assert deps.db["audit_log"].count_documents({"look": True}) == 0


def _signed_in(deps: Deps, app: Flask, holder: Holder) -> Phone:
    session, tokens = accounts.open_session(deps, holder)
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {tokens.access_token}"
    return Phone(client, session.id)
