"""The own account: what it shows, whom it belongs to, and that closing it leaves nothing behind."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.accounts import service, store
from backend.common.actor import Actor, anonymous
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from schemas.base import SPEAKING
from schemas.terms import Channel, Level, Role
from tests.support.residents import PHONE, STRANGER, authenticate, code_for, messages, sign_in
from tests.support.world import Clock


def test_the_profile_masks_the_phone_and_tells_the_level(deps: Deps, clock: Clock) -> None:
    here = sign_in(deps)
    found = service.profile(deps, here.actor)
    assert (found.phone, found.level, found.verified_until) == ("139****1111", Level.PHONE, None)
    assert (found.subject_bound, found.language, found.created_at) == (False, "zh", clock())
    assert service.phone_of(deps, here.actor) == "+8613900001111"


def test_the_profile_tells_until_when_a_proof_holds(deps: Deps, clock: Clock) -> None:
    here = sign_in(deps)
    service.bind_subject(deps, here.actor, subject_id="subject-1")
    until = clock.advance(minutes=1)
    clock.advance(minutes=-1)
    raised = service.raise_level(deps, here.actor, level=Level.VERIFIED, verified_until=until)
    shown = service.profile(deps, authenticate(deps, raised.access_token))
    assert (shown.level, shown.verified_until, shown.subject_bound) == (Level.VERIFIED, until, True)
    clock.set(until)
    later = service.profile(deps, authenticate(deps, raised.access_token))
    assert (later.level, later.verified_until) == (Level.REAL_NAME, None)


@pytest.mark.parametrize("actor", [anonymous(Channel.API), Actor("staff-1", Role.AUDITOR, Channel.CONSOLE)])
def test_only_residents_have_a_profile(deps: Deps, actor: Actor) -> None:
    with pytest.raises(ServiceError, match="auth"):
        service.profile(deps, actor)


def test_a_new_account_speaks_the_language_it_was_made_in_and_can_change_it(deps: Deps) -> None:
    spoken = SPEAKING.set("en")
    actor = sign_in(deps).actor
    SPEAKING.reset(spoken)
    assert service.profile(deps, actor).language == "en"
    assert service.set_language(deps, actor, language="zh").language == "zh"
    assert service.profile(deps, actor).language == "zh"


def test_binding_reaches_every_session_of_the_account_at_once(deps: Deps) -> None:
    here, other = sign_in(deps), sign_in(deps)
    assert service.bind_subject(deps, here.actor, subject_id="subject-1")
    for one in (here, other):
        actor = authenticate(deps, one.tokens.access_token)
        assert (actor.subject_id, actor.level) == ("subject-1", Level.REAL_NAME)
    assert authenticate(deps, sign_in(deps).tokens.access_token).subject_id == "subject-1"


def test_binding_the_same_again_changes_nothing(deps: Deps) -> None:
    actor = sign_in(deps).actor
    assert service.bind_subject(deps, actor, subject_id="subject-1")
    assert service.bind_subject(deps, actor, subject_id="subject-1")


def test_an_account_keeps_its_subject_and_a_subject_its_account(deps: Deps) -> None:
    mine, theirs = sign_in(deps).actor, sign_in(deps, "13900002222").actor
    assert service.bind_subject(deps, mine, subject_id="subject-1")
    assert not service.bind_subject(deps, mine, subject_id="subject-2")
    assert not service.bind_subject(deps, theirs, subject_id="subject-1")
    assert service.profile(deps, theirs).subject_bound is False


def test_of_accounts_that_bind_one_subject_at_once_one_gets_it(deps: Deps) -> None:
    actors = [sign_in(deps, f"1390000{number:04d}").actor for number in range(8)]

    def bind(actor: Actor) -> bool:
        return service.bind_subject(deps, actor, subject_id="subject-1")

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(bind, actors, timeout=60)) == 1
    assert deps.db[store.COLLECTION].count_documents({"subject_id": "subject-1"}) == 1


def test_an_account_that_binds_two_subjects_at_once_gets_one(deps: Deps) -> None:
    actor = sign_in(deps).actor

    def bind(number: int) -> bool:
        return service.bind_subject(deps, actor, subject_id=f"subject-{number}")

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(bind, range(8), timeout=60)) == 1


def test_closing_ends_sessions_erases_the_phone_and_frees_the_person(deps: Deps) -> None:
    here, other = sign_in(deps), sign_in(deps)
    service.bind_subject(deps, here.actor, subject_id="subject-1")
    service.close(deps, here.actor)
    for one in (here, other):
        with pytest.raises(ServiceError, match=r"auth\.session_ended"):
            authenticate(deps, one.tokens.access_token)
    kept = deps.db[store.COLLECTION].find_one({"_id": here.actor.id})
    assert kept is not None
    assert (kept["phone_sealed"], kept["subject_id"]) == (None, None)
    assert kept["closed_at"] is not None


def test_after_closing_phone_and_person_begin_anew(deps: Deps) -> None:
    before = sign_in(deps).actor
    service.bind_subject(deps, before, subject_id="subject-1")
    service.close(deps, before)
    after = sign_in(deps).actor
    assert after.id != before.id
    assert after.subject_id is None
    assert service.bind_subject(deps, after, subject_id="subject-1")


def test_any_number_of_closed_accounts_do_not_stand_in_each_others_way(deps: Deps) -> None:
    for _ in range(3):
        service.close(deps, sign_in(deps).actor)
    assert deps.db[store.COLLECTION].count_documents({"phone_sealed": None}) == 3


def test_a_closed_account_is_closed_once_and_can_do_nothing(deps: Deps) -> None:
    actor = sign_in(deps).actor
    service.close(deps, actor)
    for late in (service.close, service.profile, service.phone_of):
        with pytest.raises(ServiceError, match=r"auth\.session_ended"):
            late(deps, actor)
    with pytest.raises(ServiceError, match=r"auth\.session_ended"):
        service.bind_subject(deps, actor, subject_id="subject-1")
    with pytest.raises(ServiceError, match=r"auth\.session_ended"):
        service.set_language(deps, actor, language="en")


def test_a_code_that_was_on_its_way_dies_with_the_account(deps: Deps) -> None:
    actor = sign_in(deps).actor
    code = code_for(deps)
    service.close(deps, actor)
    with pytest.raises(ServiceError, match=r"auth\.wrong_code"):
        service.sign_in(deps, STRANGER, phone=PHONE, code=code)
    assert len(messages(deps)) == 2


def test_no_session_outlives_an_account_that_closes_while_somebody_signs_in(deps: Deps, clock: Clock) -> None:
    for _ in range(5):
        actor = sign_in(deps).actor
        code = code_for(deps)
        clock.advance(minutes=1)
        with ThreadPoolExecutor(2) as pool:
            closing = pool.submit(service.close, deps, actor)
            pool.submit(service.sign_in, deps, STRANGER, phone=PHONE, code=code).exception(60)
            closing.result(60)
        live = deps.db[store.SESSIONS].count_documents({"account_id": actor.id, "ended_at": None})
        assert live == 0
