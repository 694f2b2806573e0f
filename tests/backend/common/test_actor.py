"""What an actor may be asked, and how it is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.common.actor import Actor, anonymous, system
from backend.common.errors import Kind, ServiceError
from schemas.terms import Channel, Level, Role

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CITIZEN = Actor("a", Role.CITIZEN, Channel.API)


def refusal(call: object) -> tuple[Kind, str]:
    assert callable(call)
    with pytest.raises(ServiceError) as caught:
        call()
    assert caught.value.text.zh
    assert caught.value.text.en
    return caught.value.kind, caught.value.reason


def test_a_stranger_is_asked_to_sign_in_whatever_it_is_about() -> None:
    stranger = anonymous(Channel.API)
    asked = (Kind.UNAUTHENTICATED, "auth.required")
    assert refusal(lambda: stranger.require(Role.CITIZEN)) == asked
    assert refusal(lambda: stranger.require(Role.ANONYMOUS)) == asked
    assert refusal(stranger.require_subject) == asked
    assert refusal(lambda: stranger.require_verified(NOW)) == asked


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.CITIZEN, Role.ANONYMOUS)])
def test_no_other_role_passes_for_a_citizen(role: Role) -> None:
    other = Actor(
        "x", role, Channel.API, subject_id="s", level=Level.VERIFIED, verified_until=NOW + timedelta(1)
    )
    not_allowed = (Kind.FORBIDDEN, "auth.not_allowed")
    assert refusal(lambda: other.require(Role.CITIZEN)) == not_allowed
    assert refusal(other.require_subject) == not_allowed
    assert refusal(lambda: other.require_verified(NOW)) == not_allowed
    other.require(role)
    other.require(Role.CITIZEN, role)


def test_a_citizen_without_a_name_is_told_to_bind_it() -> None:
    assert refusal(CITIZEN.require_subject) == (Kind.FORBIDDEN, "identity.real_name_required")
    bound = Actor("a", Role.CITIZEN, Channel.API, subject_id="s")
    assert bound.require_subject() == "s"


def test_where_a_proof_is_needed_that_is_the_reason_also_before_a_name_is_bound() -> None:
    needed = (Kind.FORBIDDEN, "identity.verification_required")
    assert refusal(lambda: CITIZEN.require_verified(NOW)) == needed


def test_a_proof_holds_until_its_end_and_not_at_it() -> None:
    until = NOW + timedelta(minutes=10)
    proved = Actor("a", Role.CITIZEN, Channel.API, subject_id="s", level=Level.VERIFIED, verified_until=until)
    assert proved.require_verified(until - timedelta(milliseconds=1)) == "s"
    needed = (Kind.FORBIDDEN, "identity.verification_required")
    assert refusal(lambda: proved.require_verified(until)) == needed
    never = Actor("a", Role.CITIZEN, Channel.API, subject_id="s", level=Level.VERIFIED)
    assert refusal(lambda: never.require_verified(NOW)) == needed


def test_a_process_acts_under_its_own_name() -> None:
    worker = system(Channel.WORKER, "sweep")
    assert (worker.id, worker.name, worker.role) == ("system:sweep", "sweep", Role.SYSTEM)
    worker.require(Role.SYSTEM)
