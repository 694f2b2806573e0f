"""The way without a face: from the counter to the report, once, and only for whom it was meant."""

from functools import partial

import pytest

from backend.common.actor import Actor, system
from backend.common.deps import Deps
from backend.common.errors import Kind
from backend.identity import rules, service, store
from backend.identity.model import Proof, WindowCode
from backend.notices import service as notices
from schemas.notices import NoticeKind
from schemas.terms import STAFF_ROLES, Channel, Level, ProofWay, Role
from tests.support.people import NUMBER, acts, again, bound, number_of, refused, signed_in, together
from tests.support.world import Clock

CLERK = Actor("clerk-1", Role.WINDOW_CLERK, Channel.CONSOLE, name="李窗口", unit="徐汇区服务窗口")


@pytest.fixture
def actor(deps: Deps) -> Actor:
    return bound(deps)


def issue(deps: Deps, number: str = NUMBER) -> WindowCode:
    return service.issue_window_code(deps, CLERK, id_number=number)


def redeem(deps: Deps, actor: Actor, code: str) -> Proof:
    return service.redeem_window_code(deps, actor, code=code)


def test_a_code_from_the_window_verifies_for_ten_minutes(deps: Deps, clock: Clock, actor: Actor) -> None:
    proof = redeem(deps, actor, issue(deps).code)
    assert (proof.level, proof.verified_until - clock()) == (Level.VERIFIED, rules.VERIFIED_FOR)
    assert again(deps, actor, proof.access_token).require_verified(clock()) == actor.subject_id


def test_at_exactly_ten_minutes_it_is_over(deps: Deps, clock: Clock, actor: Actor) -> None:
    proof = redeem(deps, actor, issue(deps).code)
    clock.advance(minutes=10, milliseconds=-1)
    now = again(deps, actor)
    assert now.require_verified(clock()) == actor.subject_id
    clock.advance(milliseconds=1)
    assert clock() == proof.verified_until
    refused("identity.verification_required", now.require_verified, clock())
    assert again(deps, actor).level is Level.REAL_NAME


def test_another_session_of_the_same_person_is_not_lifted(deps: Deps, clock: Clock, actor: Actor) -> None:
    other = signed_in(deps)
    redeem(deps, actor, issue(deps).code)
    refused("identity.verification_required", again(deps, other).require_verified, clock())


def test_the_log_shows_the_resident_who_handed_it_out_and_that_it_was_used(deps: Deps, actor: Actor) -> None:
    redeem(deps, actor, issue(deps).code)
    (issued,), (used,) = acts(deps, "identity.window_code_issue"), acts(deps, "identity.verify")
    assert (issued["actor_name"], issued["actor_unit"], issued["subject_id"]) == (
        "李窗口",
        "徐汇区服务窗口",
        actor.subject_id,
    )
    assert (used["actor_id"], used["details"]) == (actor.id, {"way": "window", "passed": True})
    assert notices.inbox(deps, actor, limit=1).items[0].kind is NoticeKind.WINDOW_CODE_USED


def test_a_code_works_once(deps: Deps, actor: Actor) -> None:
    code = issue(deps).code
    redeem(deps, actor, code)
    assert refused("identity.window_code_used", redeem, deps, actor, code).kind is Kind.CONFLICT


def test_of_two_that_redeem_one_code_at_once_one_wins(deps: Deps, actor: Actor) -> None:
    code, other = issue(deps).code, signed_in(deps)
    ended = together([partial(redeem, deps, a, code) for a in (actor, other)])
    assert sorted(getattr(end, "reason", "verified") for end in ended) == [
        "identity.window_code_used",
        "verified",
    ]


def test_a_code_ends_at_exactly_a_quarter_of_an_hour(deps: Deps, clock: Clock, actor: Actor) -> None:
    code = issue(deps)
    clock.set(code.expires_at)
    assert refused("identity.window_code_expired", redeem, deps, actor, code.code).kind is Kind.CONFLICT


def test_a_new_code_replaces_the_one_before(deps: Deps, actor: Actor) -> None:
    before, now = issue(deps), issue(deps)
    refused("identity.window_code_wrong", redeem, deps, actor, before.code)
    assert redeem(deps, actor, now.code).level is Level.VERIFIED


def test_another_persons_code_is_no_code_and_stays_good_for_its_owner(deps: Deps, actor: Actor) -> None:
    other = bound(deps, phone="13900002222", number=number_of("19780304", "004"), name="王小明")
    code = issue(deps).code
    assert refused("identity.window_code_wrong", redeem, deps, other, code).kind is Kind.NOT_FOUND
    assert redeem(deps, actor, code).level is Level.VERIFIED


@pytest.mark.parametrize("code", ["", "0000", "abcdefgh", "12345678", "９９９９９９９９", "1" * 32])
def test_a_wrong_code_is_told_in_both_languages(deps: Deps, actor: Actor, code: str) -> None:
    error = refused("identity.window_code_wrong", redeem, deps, actor, code)
    assert error.text.zh
    assert error.text.en


def test_after_five_wrong_codes_even_the_right_one_waits_a_quarter_of_an_hour(
    deps: Deps, clock: Clock, actor: Actor
) -> None:
    for _ in range(5):
        refused("identity.window_code_wrong", redeem, deps, actor, "00000000")
    code = issue(deps).code
    error = refused("limits.too_many", redeem, deps, actor, code)
    assert 0 < (error.retry_after or 0) <= 900
    clock.advance(minutes=15, seconds=1)
    assert redeem(deps, again(deps, actor), issue(deps).code).level is Level.VERIFIED


def test_a_code_unlocks_the_face_way(deps: Deps, actor: Actor) -> None:
    for _ in range(5):
        service.count_face_failure(deps, actor)
    refused("identity.locked", service.face_attempts_left, deps, actor)
    redeem(deps, actor, issue(deps).code)
    assert service.face_attempts_left(deps, actor) == rules.LOCK_AFTER


def test_who_is_not_bound_cannot_redeem(deps: Deps, actor: Actor) -> None:
    code = issue(deps).code
    refused("identity.real_name_required", redeem, deps, signed_in(deps, "13900009999"), code)


@pytest.mark.parametrize("role", sorted((STAFF_ROLES | {Role.CITIZEN, Role.MERCHANT}) - {Role.WINDOW_CLERK}))
def test_only_a_window_clerk_or_the_operations_command_hands_out_codes(deps: Deps, role: Role) -> None:
    refused(
        "auth.not_allowed", service.issue_window_code, deps, Actor("x", role, Channel.API), id_number=NUMBER
    )


def test_the_operations_command_hands_out_codes(deps: Deps, actor: Actor) -> None:
    code = service.issue_window_code(deps, system(Channel.COMMAND, "manage"), id_number=NUMBER).code
    assert redeem(deps, actor, code).level is Level.VERIFIED


def test_the_window_is_told_of_a_mistyped_or_unknown_number(deps: Deps) -> None:
    refused("identity.invalid_number", issue, deps, "123")
    refused("identity.no_such_person", issue, deps, number_of("19780304", "004"))


def test_a_code_lies_nowhere_readable(deps: Deps, actor: Actor) -> None:
    code = issue(deps).code
    everything = "".join(str(list(deps.db[name].find())) for name in deps.db.list_collection_names())
    assert code not in everything
    assert store.find_code(deps.db, actor.subject_id, b"other") is None


def test_the_parity_figures_count_both_ways_without_saying_whose(
    deps: Deps, clock: Clock, actor: Actor
) -> None:
    redeem(deps, actor, issue(deps).code)
    refused("identity.window_code_wrong", redeem, deps, actor, "00000000")
    service.refuse(deps, actor, way=ProofWay.FACE, target_id="c", reason="face.too_dark")
    figures = {f.way: (f.passed, f.failed) for f in service.parity(deps).ways}
    assert figures == {ProofWay.WINDOW: (1, 1), ProofWay.FACE: (0, 1)}
    assert {f.passed for f in service.parity(deps, year=2027).ways} == {0}
    assert actor.subject_id not in str(list(deps.db[store.ATTEMPTS].find()))
