"""Consent: separate, to the text in force, single, and withdrawn with the template."""

from dataclasses import replace

import pytest

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import Kind
from backend.identity import service, store, texts
from backend.identity.model import Consent
from backend.notices import service as notices
from backend.registry import service as registry
from schemas.notices import NoticeKind
from schemas.terms import ConsentPurpose
from tests.support.people import acts, bound, enrol, number_of, refused, signed_in, together
from tests.support.world import Clock

FACE = ConsentPurpose.FACE_VERIFICATION


@pytest.fixture
def actor(deps: Deps) -> Actor:
    return bound(deps)


def give(deps: Deps, actor: Actor) -> Consent:
    return service.give_consent(deps, actor, purpose=FACE, notice_version="1")


def test_a_consent_keeps_which_text_was_agreed_to_and_when(deps: Deps, clock: Clock, actor: Actor) -> None:
    consent = give(deps, actor)
    assert (consent.notice_version, consent.notice_digest) == ("1", texts.digest(texts.current(FACE)))
    assert (consent.given_at, consent.ended_at) == (clock(), None)
    assert service.list_consents(deps, actor) == (consent,)
    assert service.live_consent(deps, actor.subject_id, FACE) == consent


def test_the_resident_is_told_of_giving_and_withdrawing(deps: Deps, clock: Clock, actor: Actor) -> None:
    consent = give(deps, actor)
    clock.advance(seconds=1)
    service.withdraw_consent(deps, actor, consent_id=consent.id)
    kinds = [notice.kind for notice in notices.inbox(deps, actor, limit=2).items]
    assert kinds == [NoticeKind.CONSENT_WITHDRAWN, NoticeKind.CONSENT_GIVEN]


def test_agreeing_twice_is_agreeing_once(deps: Deps, actor: Actor) -> None:
    assert give(deps, actor) == give(deps, actor)
    assert len(service.list_consents(deps, actor)) == 1


def test_of_many_that_agree_at_once_one_consent_comes(deps: Deps, actor: Actor) -> None:
    given = together([lambda: give(deps, actor) for _ in range(4)])
    assert len({consent.id for consent in given}) == 1
    assert len(service.list_consents(deps, actor)) == 1


@pytest.mark.parametrize("version", ["0", "2", "latest"])
def test_another_version_than_the_one_in_force_is_refused_with_the_right_one(
    deps: Deps, actor: Actor, version: str
) -> None:
    error = refused(
        "consents.outdated_notice", service.give_consent, deps, actor, purpose=FACE, notice_version=version
    )
    assert (error.kind, error.data) == (Kind.CONFLICT, {"current_version": "1"})


def test_a_consent_to_an_older_text_is_not_live_and_is_replaced_not_withdrawn(
    deps: Deps, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = give(deps, actor)
    enrol(deps, actor)
    newer = replace(texts.NOTICES[-1], version="2")
    monkeypatch.setattr(texts, "NOTICES", (*texts.NOTICES, newer))
    assert service.live_consent(deps, actor.subject_id, FACE) is None
    service.give_consent(deps, actor, purpose=FACE, notice_version="2")
    ended = store.find_own_consent(deps.db, actor.subject_id, old.id)
    assert (ended.ended_at is not None, ended.withdrawn) == (True, False)
    assert registry.template_of(deps, actor.subject_id) is not None


def test_withdrawing_erases_the_template_and_the_log_proves_it(deps: Deps, actor: Actor) -> None:
    consent = give(deps, actor)
    enrol(deps, actor)
    service.withdraw_consent(deps, actor, consent_id=consent.id)
    assert registry.template_of(deps, actor.subject_id) is None
    (entry,) = acts(deps, "identity.consent_withdraw")
    assert (entry["details"]["template_erased"], entry["details"]["template_left"]) == (True, False)
    assert service.live_consent(deps, actor.subject_id, FACE) is None


def test_withdrawing_twice_is_withdrawing_once(deps: Deps, actor: Actor) -> None:
    consent = give(deps, actor)
    for _ in range(2):
        service.withdraw_consent(deps, actor, consent_id=consent.id)
    assert len(acts(deps, "identity.consent_withdraw")) == 1


def test_withdrawing_again_erases_what_came_meanwhile(deps: Deps, actor: Actor) -> None:
    """The answer promises that no template is left, whatever became of the consent before."""
    consent = give(deps, actor)
    service.withdraw_consent(deps, actor, consent_id=consent.id)
    enrol(deps, actor)
    service.withdraw_consent(deps, actor, consent_id=consent.id)
    assert registry.template_of(deps, actor.subject_id) is None
    assert len(acts(deps, "registry.erase_face")) == 1
    assert len(acts(deps, "identity.consent_withdraw")) == 1


def test_a_withdrawal_is_kept_also_where_there_was_no_template(deps: Deps, actor: Actor) -> None:
    consent = give(deps, actor)
    assert not registry.was_erased(deps, actor.subject_id)
    service.withdraw_consent(deps, actor, consent_id=consent.id)
    assert registry.was_erased(deps, actor.subject_id)
    assert acts(deps, "registry.erase_face") == []


def test_when_the_log_cannot_be_written_neither_consent_nor_template_is_touched(
    deps: Deps, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    consent = give(deps, actor)
    enrol(deps, actor)
    monkeypatch.setattr(audit, "record", lambda *_, **__: (_ for _ in ()).throw(OSError("log away")))
    with pytest.raises(OSError, match="log away"):
        service.withdraw_consent(deps, actor, consent_id=consent.id)
    assert service.live_consent(deps, actor.subject_id, FACE) is not None
    assert registry.template_of(deps, actor.subject_id) is not None


def test_another_persons_consent_is_not_found_and_stays(deps: Deps, actor: Actor) -> None:
    other = bound(deps, phone="13900002222", number=number_of("19780304", "004"), name="王小明")
    consent = give(deps, other)
    error = refused("consents.not_found", service.withdraw_consent, deps, actor, consent_id=consent.id)
    assert error.kind is Kind.NOT_FOUND
    assert service.live_consent(deps, other.subject_id, FACE) == consent


def test_agreeing_again_after_a_withdrawal_is_a_new_consent(deps: Deps, actor: Actor) -> None:
    first = give(deps, actor)
    service.withdraw_consent(deps, actor, consent_id=first.id)
    assert give(deps, actor).id != first.id
    assert len(service.list_consents(deps, actor)) == 2


def test_without_a_bound_person_there_is_nobody_to_agree(deps: Deps) -> None:
    refused("identity.real_name_required", give, deps, signed_in(deps, "13900009999"))
