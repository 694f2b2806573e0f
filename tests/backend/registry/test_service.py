from typing import Any

import pytest

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.registry import service
from backend.registry.model import Particulars, Subject
from backend.registry.service import Hasher
from schemas.terms import SubjectKind
from tests.support.people import acts
from tests.support.refusals import at_once
from tests.support.world import Clock

NUMBER, NAME, PHONE = "310199196108040117", "欧阳䶮", "+8613900001111"


def given(**changes: Any) -> Particulars:
    words: dict[str, Any] = {
        "kind": SubjectKind.PERSON,
        "name": NAME,
        "number": NUMBER,
        "phone": PHONE,
        "district": "310101",
        "batch_id": "b1",
        "line": 2,
    }
    return Particulars(**words | changes)


def registered(deps: Deps, **changes: Any) -> Subject:
    subject = service.register(deps, given(**changes))
    assert subject is not None
    return subject


def raw(deps: Deps) -> str:
    return repr(list(deps.db["subjects"].find())) + repr(list(deps.db["reference_faces"].find()))


def test_a_subject_is_found_by_number_and_its_words_open_again(deps: Deps) -> None:
    made = registered(deps)
    found = service.find_by_number(deps, NUMBER)
    assert found == service.find(deps, made.id) == made
    assert (service.name_of(deps, found), service.number_of(deps, found)) == (NAME, NUMBER)
    assert service.phone_of(deps, found) == PHONE


def test_a_subject_without_a_phone_has_none(deps: Deps) -> None:
    assert service.phone_of(deps, registered(deps, phone=None)) is None


def test_nobody_is_found_by_another_number(deps: Deps) -> None:
    registered(deps)
    assert service.find_by_number(deps, "310199196108040125") is None
    assert service.find(deps, "absent") is None


def test_nothing_of_a_subject_lies_in_clear(deps: Deps) -> None:
    registered(deps)
    stored = raw(deps)
    for secret in (NUMBER, NAME, PHONE, PHONE[3:], NUMBER[6:14]):
        assert secret not in stored
        assert repr(secret.encode())[2:-1] not in stored


def test_a_number_is_on_file_once_however_many_register_it_at_once(deps: Deps) -> None:
    made = at_once(lambda: service.register(deps, given()), 6)
    assert len([one for one in made if one is not None]) == 1
    assert deps.db["subjects"].count_documents({}) == 1


def test_the_hash_of_a_name_says_nothing_about_namesakes(deps: Deps) -> None:
    hasher = Hasher(service.linking_key(deps))
    assert hasher.name(NUMBER, NAME) != hasher.name("310199196108040125", NAME)
    assert hasher.name(NUMBER, "阿卜杜拉·买买提") == hasher.name(NUMBER, "阿卜杜拉• 买买提")


def test_a_change_keeps_the_id_and_is_written_down_without_the_words(
    deps: Deps, system_actor: Actor, clock: Clock
) -> None:
    before = registered(deps)
    clock.advance(days=1)
    to = service.made(
        deps, Hasher(service.linking_key(deps)), given(name="欧阳小䶮", phone=None, batch_id="b2")
    )
    assert service.change(deps, system_actor, subject=before, to=to)
    after = service.find_by_number(deps, NUMBER)
    assert after is not None
    assert (after.id, after.created_at, after.updated_at) == (before.id, before.created_at, clock())
    assert service.name_of(deps, after) == "欧阳小䶮"
    (entry,) = acts(deps, "registry.change")
    assert (entry["subject_id"], entry["details"]) == (before.id, {"changed": "name,phone"})


def test_a_change_of_what_is_no_longer_so_is_not_made(deps: Deps, system_actor: Actor, clock: Clock) -> None:
    before = registered(deps)
    hasher = Hasher(service.linking_key(deps))
    for place, done in enumerate((True, False), 1):
        clock.advance(days=1)
        to = service.made(deps, hasher, given(district=str(place)))
        assert service.change(deps, system_actor, subject=before, to=to) is done
    found = service.find(deps, before.id)
    assert found is not None
    assert found.district == "1"


def test_a_template_is_kept_sealed_and_opens_again(deps: Deps, system_actor: Actor) -> None:
    subject, template = registered(deps), bytes(range(256)) * 2
    service.save_face(
        deps, system_actor, subject_id=subject.id, template=template, pictures=[b"photograph"], model="m"
    )
    assert service.template_of(deps, subject.id) == template
    stored = deps.db["reference_faces"].find_one() or {}
    assert template not in bytes(stored["template_sealed"])
    assert b"photograph" not in stored.values()


def test_an_erased_template_is_gone_and_the_same_photographs_are_remembered_as_refused(
    deps: Deps, system_actor: Actor
) -> None:
    subject = registered(deps)
    service.save_face(
        deps, system_actor, subject_id=subject.id, template=bytes(512), pictures=[b"one", b"two"], model="m"
    )
    assert service.erase_face(deps, system_actor, subject_id=subject.id)
    assert service.template_of(deps, subject.id) is None
    assert service.knows_face(deps, subject.id, [b"two", b"one"])
    assert not service.knows_face(deps, subject.id, [b"three"])
    assert not service.erase_face(deps, system_actor, subject_id=subject.id)


def test_every_refused_set_of_photographs_is_remembered_whatever_comes_after(
    deps: Deps, system_actor: Actor
) -> None:
    subject = registered(deps)
    for picture in (b"one", b"two", b"three"):
        service.save_face(
            deps, system_actor, subject_id=subject.id, template=bytes(512), pictures=[picture], model="m"
        )
        assert not service.was_erased(deps, subject.id)
        service.erase_face(deps, system_actor, subject_id=subject.id)
        assert service.was_erased(deps, subject.id)
    service.save_face(
        deps, system_actor, subject_id=subject.id, template=bytes(512), pictures=[b"four"], model="m"
    )
    assert all(service.knows_face(deps, subject.id, [one]) for one in (b"one", b"two", b"three", b"four"))


def test_an_erasure_written_while_only_the_last_refusal_was_kept_still_holds(
    deps: Deps, system_actor: Actor
) -> None:
    subject = registered(deps)
    service.erase_face(deps, system_actor, subject_id=subject.id)
    for before, refused in ((service.digest_of(deps, [b"one"]), [b"one"]), (None, [])):
        deps.db["reference_faces"].update_one({"_id": subject.id}, {"$set": {"refused": before}})
        assert service.was_erased(deps, subject.id)
        assert [one for one in (b"one", b"two") if service.knows_face(deps, subject.id, [one])] == refused


def test_who_has_no_template_may_want_none(deps: Deps, system_actor: Actor) -> None:
    subject = registered(deps)
    assert not service.erase_face(deps, system_actor, subject_id=subject.id)
    assert service.was_erased(deps, subject.id)
    assert not service.has_face(deps, subject.id)


def test_nobody_unknown_gets_a_face(deps: Deps, system_actor: Actor) -> None:
    with pytest.raises(ServiceError) as caught:
        service.save_face(
            deps, system_actor, subject_id="absent", template=bytes(512), pictures=[b"p"], model="m"
        )
    assert caught.value.reason == "registry.no_subject"
    assert service.template_of(deps, "absent") is None
