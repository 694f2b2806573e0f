"""A template from the photographs on file: for whom one is made, and that a withdrawal at the same moment wins."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import apart
from backend.facechecks import service
from backend.gateways.faces import Wanted
from backend.identity import service as identity
from backend.identity.model import Consent
from backend.registry import service as registry
from schemas.faces import Enrolment, FaceReason, Look
from schemas.terms import ConsentPurpose
from tests.backend.facechecks.test_service import ScriptedFaces
from tests.support.people import COMMAND, bound, enrol

GOOD = Look(True, 1, 200, 0.0, False, 120.0, 100.0, 0.0, 0.0, 5.0)


class Enrolling(ScriptedFaces):
    """Makes a template of any photograph, after what a test wants to happen meanwhile."""

    def enrol(self, pictures: Sequence[bytes], wanted: Wanted) -> Enrolment:
        self.asked += 1
        self.meanwhile()
        return Enrolment((GOOD,), (0,), bytes(512), 0.0)


@pytest.fixture
def matcher() -> Enrolling:
    return Enrolling()


@pytest.fixture
def deps(deps: Deps, matcher: Enrolling) -> Deps:
    return replace(deps, faces=matcher)


@pytest.fixture
def actor(deps: Deps) -> Actor:
    return bound(deps)


def agree(deps: Deps, actor: Actor) -> Consent:
    return identity.give_consent(deps, actor, purpose=ConsentPurpose.FACE_VERIFICATION, notice_version="1")


def withdraw(deps: Deps, actor: Actor) -> None:
    (live,) = [one for one in identity.list_consents(deps, actor) if one.ended_at is None]
    identity.withdraw_consent(deps, actor, consent_id=live.id)


def handed_in(deps: Deps, actor: Actor, picture: bytes = b"another") -> FaceReason | None:
    return service.enrol(deps, COMMAND, subject_id=actor.require_subject(), pictures=[picture])


def has_face(deps: Deps, actor: Actor) -> bool:
    return registry.has_face(deps, actor.require_subject())


def test_who_was_not_asked_yet_gets_a_template_that_waits_for_their_consent(deps: Deps, actor: Actor) -> None:
    assert handed_in(deps, actor) is None
    assert has_face(deps, actor)
    assert not service.standing(deps, actor).consented


@pytest.mark.parametrize("leave", [withdraw, identity.close_account])
@pytest.mark.parametrize("had_face", [True, False])
def test_after_a_withdrawal_no_photograph_is_even_looked_at(
    deps: Deps,
    matcher: Enrolling,
    actor: Actor,
    leave: Callable[[Deps, Actor], object],
    had_face: bool,
) -> None:
    agree(deps, actor)
    if had_face:
        enrol(deps, actor)
    leave(deps, actor)
    for picture in (b"photograph", b"another", b"a third"):
        assert handed_in(deps, actor, picture) is FaceReason.NOT_AGREED
    assert matcher.asked == 0
    assert not has_face(deps, actor)


def test_a_new_consent_brings_nothing_back_and_lets_the_next_photograph_in(deps: Deps, actor: Actor) -> None:
    agree(deps, actor)
    enrol(deps, actor)
    withdraw(deps, actor)
    agree(deps, actor)
    assert not has_face(deps, actor)
    standing = service.standing(deps, actor)
    assert (standing.erased, standing.consented) == (True, True)
    assert not standing.can_agree
    assert not standing.can_begin
    assert handed_in(deps, actor, b"photograph") is None
    assert not has_face(deps, actor)
    assert handed_in(deps, actor) is None
    assert has_face(deps, actor)
    assert not service.standing(deps, actor).erased


def test_a_new_consent_that_was_withdrawn_too_lets_nothing_in(deps: Deps, actor: Actor) -> None:
    for _ in range(2):
        agree(deps, actor)
        withdraw(deps, actor)
    assert handed_in(deps, actor) is FaceReason.NOT_AGREED
    assert not has_face(deps, actor)


def test_who_withdrew_can_agree_anew_without_a_template_and_nobody_else_is_asked_in_vain(
    deps: Deps, actor: Actor
) -> None:
    assert not service.standing(deps, actor).can_agree
    agree(deps, actor)
    withdraw(deps, actor)
    assert service.standing(deps, actor).can_agree


@pytest.mark.parametrize("had_face", [True, False])
def test_a_withdrawal_while_the_photographs_are_looked_at_wins(
    deps: Deps, matcher: Enrolling, actor: Actor, had_face: bool
) -> None:
    agree(deps, actor)
    if had_face:
        enrol(deps, actor)
    matcher.meanwhile = lambda: withdraw(deps, actor)
    assert handed_in(deps, actor) is FaceReason.NOT_AGREED
    assert not has_face(deps, actor)


@pytest.mark.parametrize("had_face", [True, False])
@pytest.mark.parametrize("agreed", [True, False])
def test_a_withdrawal_between_the_last_question_and_the_write_wins(
    deps: Deps, actor: Actor, monkeypatch: pytest.MonkeyPatch, had_face: bool, agreed: bool
) -> None:
    """As from another process: outside of the transaction that has asked and not yet written."""
    if agreed:
        agree(deps, actor)
    if had_face:
        enrol(deps, actor)
    save, leave = registry.save_face, withdraw if agreed else identity.close_account
    left: list[None] = []

    def overtaken(*args: Any, **kwargs: Any) -> None:
        if not left:
            left.append(apart(lambda: leave(deps, actor)))
        save(*args, **kwargs)

    monkeypatch.setattr(registry, "save_face", overtaken)
    assert handed_in(deps, actor) is FaceReason.NOT_AGREED
    assert left == [None]
    assert not has_face(deps, actor)


@pytest.mark.parametrize("agreed", [True, False])
def test_an_import_between_the_last_look_and_the_erasure_leaves_nothing(
    deps: Deps, actor: Actor, monkeypatch: pytest.MonkeyPatch, agreed: bool
) -> None:
    """The other way round: the withdrawal has seen that there is no template, and another process makes one."""
    if agreed:
        agree(deps, actor)
    erase, leave = registry.erase_face, withdraw if agreed else identity.close_account
    made: list[FaceReason | None] = []

    def overtaken(*args: Any, **kwargs: Any) -> bool:
        assert made or not has_face(deps, actor)
        if not made:
            made.append(apart(lambda: handed_in(deps, actor)))
        return erase(*args, **kwargs)

    monkeypatch.setattr(registry, "erase_face", overtaken)
    leave(deps, actor)
    assert made == [None]
    assert not has_face(deps, actor)
    assert handed_in(deps, actor, b"a third") is FaceReason.NOT_AGREED
