"""Taking the own data away, and closing the account."""

import pytest

from backend.audit import service as audit
from backend.common.actor import Actor, anonymous
from backend.common.deps import Deps
from backend.identity import service
from backend.registry import service as registry
from schemas.terms import Channel, ConsentPurpose
from schemas.text import Text
from tests.support.people import (
    NAME,
    NUMBER,
    PHONE,
    acts,
    again,
    bound,
    enrol,
    refused,
    signed_in,
    verified,
)
from tests.support.world import Clock

FACE = ConsentPurpose.FACE_VERIFICATION


@pytest.fixture
def actor(deps: Deps) -> Actor:
    return verified(deps, bound(deps))


def test_the_export_holds_the_profile_the_consents_the_notices_and_the_log_with_itself(
    deps: Deps, actor: Actor
) -> None:
    consent = service.give_consent(deps, actor, purpose=FACE, notice_version="1")
    taken = service.export(deps, actor)
    assert (taken.profile.name, taken.profile.id_number) == (NAME, NUMBER)
    assert taken.profile.phone.endswith(PHONE)
    assert taken.consents == (consent,)
    assert len(taken.notices) == 3
    assert taken.access_log[0].action == "identity.export"


def test_more_than_a_page_of_log_is_taken_whole(deps: Deps, actor: Actor) -> None:
    for _ in range(230):
        audit.look(
            deps,
            actor,
            "test.look",
            subject_id=actor.subject_id,
            purpose=Text("测试", "test"),
            scope=Text("无", "none"),
        )
    log = service.export(deps, actor).access_log
    assert [entry.seq for entry in log] == list(range(231, 0, -1))


def test_nothing_leaves_when_the_look_cannot_be_written_down(
    deps: Deps, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "look", lambda *_, **__: (_ for _ in ()).throw(OSError("log away")))
    monkeypatch.setattr(registry, "number_of", lambda *_: pytest.fail("the number was opened"))
    with pytest.raises(OSError, match="log away"):
        service.export(deps, actor)


def test_without_a_fresh_verification_name_and_numbers_are_masked(
    deps: Deps, clock: Clock, actor: Actor
) -> None:
    clock.advance(minutes=10)
    taken = service.export(deps, again(deps, actor))
    assert taken.profile.masked
    assert (taken.profile.name, taken.profile.id_number) == ("欧**", f"{NUMBER[:3]}***********{NUMBER[-4:]}")
    assert PHONE not in repr(taken.profile)
    assert taken.access_log[0].action == "identity.export"


def test_an_account_without_a_person_can_take_its_data_away(deps: Deps) -> None:
    taken = service.export(deps, signed_in(deps, "13900009999"))
    assert (taken.profile.phone, taken.profile.name, taken.access_log) == ("139****9999", None, ())


def test_closing_ends_every_session_withdraws_consents_and_erases_the_template(
    deps: Deps, actor: Actor
) -> None:
    service.give_consent(deps, actor, purpose=FACE, notice_version="1")
    enrol(deps, actor)
    other = signed_in(deps)
    service.close_account(deps, actor)
    for ended in (actor, other):
        refused("auth.session_ended", again, deps, ended)
    assert registry.template_of(deps, actor.subject_id) is None
    assert service.live_consent(deps, actor.subject_id, FACE) is None


def test_closing_erases_the_template_also_where_no_consent_ever_hung_on_it(deps: Deps, actor: Actor) -> None:
    """An import makes templates before anybody is asked; notice, interface and assessment promise that closing erases it
    (PIPL 47), and name no consent for it."""
    enrol(deps, actor)
    service.close_account(deps, actor)
    assert registry.template_of(deps, actor.subject_id) is None
    assert registry.was_erased(deps, actor.subject_id)


def test_closing_erases_the_template_that_came_after_a_withdrawal(deps: Deps, actor: Actor) -> None:
    consent = service.give_consent(deps, actor, purpose=FACE, notice_version="1")
    service.withdraw_consent(deps, actor, consent_id=consent.id)
    enrol(deps, actor)
    service.close_account(deps, actor)
    assert registry.template_of(deps, actor.subject_id) is None


def test_after_closing_the_person_can_be_bound_anew_and_the_log_is_still_there(
    deps: Deps, actor: Actor
) -> None:
    service.close_account(deps, actor)
    anew = signed_in(deps)
    assert anew.id != actor.id
    assert anew.subject_id is None
    assert service.bind(deps, anew, name=NAME, id_number=NUMBER).subject_id == actor.subject_id
    assert [act["subject_id"] for act in acts(deps, "identity.close_account")] == [actor.subject_id]
    assert len(acts(deps, "identity.bind")) == 2


def test_an_account_without_a_person_can_be_closed(deps: Deps) -> None:
    actor = signed_in(deps, "13900009999")
    service.close_account(deps, actor)
    refused("auth.session_ended", again, deps, actor)


def test_who_is_not_signed_in_has_nothing_to_close(deps: Deps) -> None:
    refused("auth.required", service.close_account, deps, anonymous(Channel.API))
