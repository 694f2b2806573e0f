"""Binding an account to a person: who may, what is told, what is counted, and who wins a race."""

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from types import FrameType
from typing import Any, cast

import pytest

from backend.common.actor import Actor, anonymous
from backend.common.deps import Deps
from backend.common.errors import Kind, ServiceError
from backend.common.sealing import Sealer
from backend.identity import service
from backend.identity.service import binding
from backend.limits.service import Limit
from backend.notices import service as notices
from backend.registry.model import Subject
from schemas.notices import NoticeKind
from schemas.terms import Channel, Level, SubjectKind
from tests.support import commands
from tests.support.people import NAME, NUMBER, acts, again, number_of, refused, resident, signed_in, together
from tests.support.world import Clock

STRANGER = number_of("19780304", "004")


@pytest.fixture
def subject(deps: Deps) -> Subject:
    return resident(deps)


@pytest.fixture
def actor(deps: Deps) -> Actor:
    return signed_in(deps)


def test_the_right_name_and_number_bind_the_account(deps: Deps, actor: Actor, subject: Subject) -> None:
    bound = service.bind(deps, actor, name=NAME, id_number=NUMBER)
    assert (bound.subject_id, bound.level) == (subject.id, Level.REAL_NAME)
    now = again(deps, actor)
    assert (now.subject_id, now.level) == (subject.id, Level.REAL_NAME)


def test_the_resident_is_told_and_the_log_knows(deps: Deps, actor: Actor, subject: Subject) -> None:
    service.bind(deps, actor, name=NAME, id_number=NUMBER)
    assert [n.kind for n in notices.inbox(deps, actor, limit=9).items] == [NoticeKind.IDENTITY_BOUND]
    (entry,) = acts(deps, "identity.bind")
    assert entry["subject_id"] == subject.id


def test_a_full_width_number_and_a_spaced_name_bind_as_well(
    deps: Deps, actor: Actor, subject: Subject
) -> None:
    wide = NUMBER.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789X"})
    assert service.bind(deps, actor, name=" 欧阳 䶮", id_number=wide).subject_id == subject.id


def test_binding_the_same_again_changes_nothing(deps: Deps, actor: Actor, subject: Subject) -> None:
    for _ in range(12):
        assert service.bind(deps, again(deps, actor), name=NAME, id_number=NUMBER).subject_id == subject.id
    assert len(acts(deps, "identity.bind")) == 1


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        ("123", "length"),
        (NUMBER[:17] + "A", "letters"),
        (NUMBER[:17] + "0", "check_digit"),
        ("99" + NUMBER[2:], "check_digit"),
    ],
)
def test_a_wrong_number_is_refused_with_the_rule_it_breaks(
    deps: Deps, actor: Actor, number: str, rule: str
) -> None:
    error = refused("identity.invalid_number", service.bind, deps, actor, name=NAME, id_number=number)
    assert (error.kind, error.data) == (Kind.INVALID, {"rule": rule})
    assert error.text.zh
    assert error.text.en
    assert number not in f"{error.text} {error.data}"


@pytest.mark.parametrize(("now", "reason"), [
    (datetime(2026, 11, 21, 15, 59, 59, tzinfo=UTC), "identity.under_age"),
    (datetime(2026, 11, 21, 16, 0, tzinfo=UTC), "identity.no_match"),
])  # fmt: skip
def test_who_turns_18_tomorrow_in_shanghai_may_come_tomorrow(
    deps: Deps, clock: Clock, actor: Actor, now: datetime, reason: str
) -> None:
    clock.set(now)
    refused(reason, service.bind, deps, actor, name=NAME, id_number=number_of("20081122", "001"))


def test_an_unknown_person_and_a_wrong_name_get_the_same_answer(
    deps: Deps, actor: Actor, subject: Subject
) -> None:
    unknown = refused("identity.no_match", service.bind, deps, actor, name=NAME, id_number=STRANGER)
    wrong = refused("identity.no_match", service.bind, deps, actor, name="王小明", id_number=NUMBER)
    assert (
        (unknown.kind, unknown.text, unknown.data)
        == (wrong.kind, wrong.text, wrong.data)
        == (Kind.NOT_FOUND, wrong.text, None)
    )


def test_an_entitys_number_is_nobody(deps: Deps, actor: Actor) -> None:
    resident(deps, number="91310000MA1FL0AF2L", name="甲公司", kind=SubjectKind.ENTITY)
    refused(
        "identity.invalid_number", service.bind, deps, actor, name="甲公司", id_number="91310000MA1FL0AF2L"
    )


class CountedSealer:
    """The real sealer, which notes what it is asked to do."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer
        self.done: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.done.append(name)
        return getattr(self._sealer, name)


def test_an_unknown_person_and_a_wrong_name_cost_the_same_work(
    deps: Deps, actor: Actor, subject: Subject
) -> None:
    """The same commands to the database and the same sealings and openings, so that no clock can tell them apart."""
    work = []
    for number in (STRANGER, NUMBER):
        sealer = CountedSealer(deps.sealer)
        with commands.watched(replace(deps, sealer=cast(Sealer, sealer))) as (own, sent):
            refused("identity.no_match", service.bind, own, actor, name="王小明", id_number=number)
        work.append((sent.commands, sealer.done))
    assert work[0] == work[1]
    assert "find" in work[0][0]
    assert "open" in work[0][1]


def test_an_unknown_person_and_a_wrong_name_call_the_same(deps: Deps, actor: Actor, subject: Subject) -> None:
    """Whatever seals and opens is called alike, down to the library in C; reading the person is a twentieth more.

    Calls and no clock: beside a busy neighbour one of three hundred tries may be half as dear as all others.
    """

    def called(number: str) -> list[tuple[str, str]]:
        calls = []

        def see(frame: FrameType, event: str, arg: Any) -> None:
            if event == "call":
                calls.append((frame.f_code.co_filename, frame.f_code.co_name))
            elif event == "c_call":
                calls.append((f"{arg.__module__}", arg.__qualname__))

        sys.setprofile(see)
        try:
            assert binding._matching(deps, "王小明", number) is None
        finally:
            sys.setprofile(None)
        return calls

    called(NUMBER)
    unknown, wrong = called(STRANGER), called(NUMBER)
    ciphers = ("_cffi_backend", "sealing", "sealed_text", "macs", "pymongocrypt", "cryptography")
    assert [c for c in unknown if any(part in c[0] for part in ciphers)] == [
        c for c in wrong if any(part in c[0] for part in ciphers)
    ]
    assert abs(len(unknown) - len(wrong)) < 0.1 * len(wrong)


def test_a_person_bound_elsewhere_is_taken_but_only_for_who_knows_the_name(
    deps: Deps, actor: Actor, subject: Subject
) -> None:
    service.bind(deps, actor, name=NAME, id_number=NUMBER)
    other = signed_in(deps, "13900002222")
    refused("identity.no_match", service.bind, deps, other, name="王小明", id_number=NUMBER)
    error = refused("identity.taken", service.bind, deps, other, name=NAME, id_number=NUMBER)
    assert error.kind is Kind.CONFLICT
    assert again(deps, other).subject_id is None


def test_a_bound_account_cannot_change_hands(deps: Deps, actor: Actor, subject: Subject) -> None:
    resident(deps, number=STRANGER, name="王小明")
    service.bind(deps, actor, name=NAME, id_number=NUMBER)
    bound = again(deps, actor)
    for name in ("王小明", "没有此人"):
        refused("identity.already_bound", service.bind, deps, bound, name=name, id_number=STRANGER)
    assert again(deps, actor).subject_id == subject.id


def test_of_two_accounts_that_race_for_a_person_exactly_one_wins(deps: Deps, subject: Subject) -> None:
    racers = [signed_in(deps, f"1390000300{n}") for n in range(4)]
    ended = together([partial(service.bind, deps, a, name=NAME, id_number=NUMBER) for a in racers])
    reasons = sorted(getattr(end, "reason", "bound") for end in ended)
    assert reasons == ["bound", *["identity.taken"] * 3]
    assert sum(again(deps, racer).subject_id == subject.id for racer in racers) == 1


def test_of_two_people_that_race_for_an_account_exactly_one_wins(
    deps: Deps, actor: Actor, subject: Subject
) -> None:
    resident(deps, number=STRANGER, name="王小明")
    ended = together([
        lambda: service.bind(deps, actor, name=NAME, id_number=NUMBER),
        lambda: service.bind(deps, actor, name="王小明", id_number=STRANGER),
    ])  # fmt: skip
    assert sorted(getattr(end, "reason", "bound") for end in ended) == ["bound", "identity.already_bound"]


def test_the_sixth_try_of_a_phone_in_a_day_is_refused_and_the_next_day_is_free(
    deps: Deps, clock: Clock, actor: Actor, subject: Subject
) -> None:
    for _ in range(5):
        refused("identity.no_match", service.bind, deps, actor, name="王小明", id_number=NUMBER)
    error = _too_many(deps, actor, name=NAME, id_number=NUMBER)
    assert error.retry_after
    clock.advance(days=1, seconds=1)
    assert service.bind(deps, again(deps, actor), name=NAME, id_number=NUMBER).subject_id == subject.id


def test_closing_the_account_and_making_another_gives_the_phone_no_more_tries(
    deps: Deps, actor: Actor, subject: Subject
) -> None:
    for _ in range(5):
        refused("identity.no_match", service.bind, deps, actor, name="王小明", id_number=NUMBER)
    service.close_account(deps, actor)
    _too_many(deps, signed_in(deps), name="王小明", id_number=STRANGER)


def test_a_number_can_be_tried_ten_times_a_day_by_all_accounts_together(deps: Deps, subject: Subject) -> None:
    for account in range(2):
        other = signed_in(deps, f"1390000400{account}")
        for _ in range(5):
            refused("identity.no_match", service.bind, deps, other, name="王小明", id_number=NUMBER)
    _too_many(deps, signed_in(deps, "13900004009"), name="王小明", id_number=NUMBER)


def test_an_unknown_number_is_counted_like_a_known_one(deps: Deps) -> None:
    for account in range(2):
        other = signed_in(deps, f"1390000500{account}")
        for _ in range(5):
            refused("identity.no_match", service.bind, deps, other, name="王小明", id_number=STRANGER)
    _too_many(deps, signed_in(deps, "13900005009"), name="王小明", id_number=STRANGER)


def test_an_address_is_counted_only_where_the_settings_limit_addresses(
    deps: Deps, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited = replace(deps, settings=replace(deps.settings, limit_per_address=600))
    monkeypatch.setattr(binding, "PER_ADDRESS", ("bind.address", Limit(1, timedelta(days=1))))
    for chosen, reason in ((deps, "identity.no_match"), (limited, "identity.no_match")):
        refused(reason, service.bind, chosen, actor, name=NAME, id_number=STRANGER, address="192.0.2.1")
    assert _too_many(limited, actor, name=NAME, id_number=STRANGER, address="192.0.2.1").kind is Kind.TOO_MANY


def test_a_wrong_number_is_not_counted_since_nothing_was_looked_up(
    deps: Deps, actor: Actor, subject: Subject
) -> None:
    for _ in range(8):
        refused("identity.invalid_number", service.bind, deps, actor, name=NAME, id_number="123")
    assert service.bind(deps, actor, name=NAME, id_number=NUMBER).subject_id == subject.id


def test_neither_name_nor_number_lies_readable_anywhere_after_it(
    deps: Deps, actor: Actor, subject: Subject
) -> None:
    refused("identity.no_match", service.bind, deps, actor, name="王小明", id_number=NUMBER)
    service.bind(deps, actor, name=NAME, id_number=NUMBER)
    everything = "".join(str(list(deps.db[name].find())) for name in deps.db.list_collection_names())
    assert not [word for word in (NAME, "王小明", NUMBER) if word in everything]


def test_who_is_not_signed_in_cannot_bind(deps: Deps, subject: Subject) -> None:
    refused("auth.required", service.bind, deps, anonymous(Channel.API), name=NAME, id_number=NUMBER)


def test_an_empty_name_is_no_name(deps: Deps, actor: Actor) -> None:
    refused("identity.invalid_name", service.bind, deps, actor, name=" · ", id_number=NUMBER)


def _too_many(deps: Deps, actor: Actor, **inputs: str) -> ServiceError:
    return refused("limits.too_many", service.bind, deps, actor, **inputs)
