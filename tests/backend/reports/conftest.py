"""A resident with records, and the ways they come in."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from backend.accounts.model import Account
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.documents import to_document
from backend.registry.model import Subject
from schemas.terms import Channel, Level, Role
from tests.support.records import keep_subject

Refuse = Callable[[], None]
NAME = "王小明"


@pytest.fixture
def subject(deps: Deps) -> Subject:
    return keep_subject(deps, name=NAME, number="31019919610804011X")


@pytest.fixture
def bound(deps: Deps, subject: Subject) -> Actor:
    """A citizen with name and number bound, who has not proved to be that person just now."""
    return citizen(deps, subject)


def citizen(deps: Deps, subject: Subject) -> Actor:
    phone = deps.sealer.seal_for_lookup("accounts", "+8613900001111")
    deps.db["accounts"].insert_one(to_document(Account("a1", phone, subject.id, "zh", deps.now())))
    return Actor("a1", Role.CITIZEN, Channel.API, "s-1", subject.id, level=Level.REAL_NAME)


@pytest.fixture
def verified(deps: Deps, bound: Actor) -> Actor:
    return proved(deps, bound)


def proved(deps: Deps, one: Actor) -> Actor:
    return replace(one, level=Level.VERIFIED, verified_until=deps.now() + timedelta(minutes=10))


@pytest.fixture
def other(deps: Deps, verified: Actor) -> Actor:
    """Somebody else, verified too."""
    return replace(
        verified, id="a2", subject_id=keep_subject(deps, name="李四", number="310199197803040042").id
    )


@pytest.fixture
def log_refused(deps: Deps) -> Iterator[Refuse]:
    """From the moment it is called, the server itself refuses every new line of the log, until the test ends."""
    rule = {"never_written": {"$exists": True}}

    def refuse() -> None:
        deps.db.command("collMod", "audit_log", validator=rule)

    yield refuse
    deps.db.command("collMod", "audit_log", validator={})
