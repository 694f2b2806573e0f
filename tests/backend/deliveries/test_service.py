"""Deliveries: planned from the outbox, claimed once, paced over all, settled by what the channel said."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from backend.common.deps import Deps
from backend.deliveries import rules, service
from backend.deliveries.model import LEGAL, NOTICE, Parcel, Words
from backend.deliveries.store import items, verdicts
from backend.gateways import posting
from backend.gateways.carrying import Handover, Message, Verdict
from backend.notices import service as notices
from backend.recipients import service as recipients
from notifications.worker import queues_of
from schemas.notices import NoticeKind
from schemas.terms import Role, Way
from schemas.text import Text
from tests.support.followers import EDITOR, WORKER, account, address, bound, crowd, let_pass
from tests.support.people import together
from tests.support.refusals import at_once
from tests.support.world import Clock

LEGAL_KIND, OTHER_KIND = NoticeKind.IDENTITY_BOUND, NoticeKind.ORDER_RETURNED
ALL = (LEGAL, NOTICE)


class Silent:
    """Stands for a channel that is set up; these tests say themselves what it answered."""

    def carry(self, to: str, message: Message) -> Handover:
        raise AssertionError("nothing is sent here")

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def set_up(deps: Deps) -> Deps:
    return replace(deps, carriers=dict.fromkeys(Way, Silent()))


def no_words(_: Deps, ids: Any) -> Mapping[str, Words]:
    return {one: Words(Text("推送", "Push"), Text("正文", "Body")) for one in ids}


def take(deps: Deps, way: Way = Way.TELEGRAM, queues: tuple[str, ...] = ALL) -> list[Parcel]:
    return list(service.take(deps, way, queues, words_of=no_words).parcels)


def owe(deps: Deps, account_id: str, kind: NoticeKind = LEGAL_KIND) -> str:
    if kind is OTHER_KIND:
        return notices.send(deps, account_id, kind, **order()).id
    return notices.send(deps, account_id, kind).id


def order() -> dict[str, Any]:
    from schemas.notices import FORMS
    from tests.backend.notices.test_service import EXAMPLES

    return {name: EXAMPLES[type_] for name, type_ in FORMS[OTHER_KIND].fields.items()}


def states(deps: Deps) -> dict[str, tuple[str, str | None]]:
    return {one["_id"]: (one["state"], one["reason"]) for one in deps.db["deliveries"].find()}


def test_a_notice_goes_by_every_way_that_is_there_set_up_and_wanted(set_up: Deps) -> None:
    deps = replace(set_up, carriers={way: Silent() for way in Way if way is not Way.WECHAT})
    anna = bound(deps, "anna", Way.TELEGRAM, Way.WECHAT, Way.APP_PUSH)
    bound(deps, "bert", Way.SMS, phone="+8613800138000")
    account(deps, "cleo")
    recipients.switch(deps, anna, ways={Way.TELEGRAM: False}, kinds={})
    legal = owe(deps, "anna")
    other = owe(deps, "anna", OTHER_KIND)
    texted, nowhere = owe(deps, "bert"), owe(deps, "cleo")
    assert service.plan(deps, WORKER) == 4
    assert set(states(deps)) == {
        f"{legal}:telegram",
        f"{legal}:app_push",
        f"{other}:app_push",
        f"{texted}:sms",
    }
    assert nowhere in notices.by_id(deps, [nowhere])
    assert (service.plan(deps, WORKER), notices.waiting(deps)) == (0, 0)


def test_planned_by_many_at_once_and_again_after_a_crash_it_is_there_once(set_up: Deps) -> None:
    bound(set_up, "anna", Way.TELEGRAM)
    owed = {owe(set_up, "anna") for _ in range(30)}
    at_once(lambda: service.plan(set_up, WORKER), 4)
    set_up.db["notices"].update_many({}, {"$set": {"handed_at": None}})
    service.plan(set_up, WORKER)
    assert set(states(set_up)) == {f"{one}:telegram" for one in owed}


def test_what_was_sent_stays_sent_when_it_is_planned_again(set_up: Deps) -> None:
    bound(set_up, "anna", Way.TELEGRAM)
    owe(set_up, "anna")
    service.plan(set_up, WORKER)
    service.settle(set_up, take(set_up)[0], Handover(Verdict.ARRIVED, receipt="1"))
    set_up.db["notices"].update_many({}, {"$set": {"handed_at": None}})
    service.plan(set_up, WORKER)
    assert [state for state, _ in states(set_up).values()] == ["delivered"]
    assert take(set_up) == []


def test_it_is_said_in_the_readers_language_when_it_is_sent(set_up: Deps) -> None:
    bound(set_up, "anna", Way.TELEGRAM, language="en")
    owe(set_up, "anna")
    service.plan(set_up, WORKER)
    set_up.db["accounts"].update_one({"_id": "anna"}, {"$set": {"language": "zh"}})
    (parcel,) = take(set_up)
    assert parcel.message.title == LEGAL_KIND.zh
    assert (parcel.to, parcel.message.id) == (address("anna", Way.TELEGRAM), parcel.delivery.id)
    assert parcel.to not in repr(parcel)


def test_many_workers_at_once_claim_each_thing_once(set_up: Deps) -> None:
    crowd(set_up, 40)
    for number in range(40):
        owe(set_up, f"p{number:06}")
    service.plan(set_up, WORKER)
    found = at_once(partial(take, set_up), 4)
    claimed = Counter(parcel.delivery.id for parcels in found for parcel in parcels)
    assert claimed
    assert max(claimed.values()) == 1


def test_a_dead_workers_claim_runs_out_and_its_late_mark_is_nothing(set_up: Deps) -> None:
    bound(set_up, "anna", Way.TELEGRAM)
    owe(set_up, "anna")
    service.plan(set_up, WORKER)
    (dead,) = take(set_up)
    let_pass(set_up, rules.LEASE - timedelta(seconds=5))
    assert take(set_up) == []
    let_pass(set_up, timedelta(seconds=5))
    (heir,) = take(set_up)
    assert heir.delivery.tries == 2
    service.settle(set_up, dead, Handover(Verdict.REFUSED, "late"))
    assert [state for state, _ in states(set_up).values()] == ["waiting"]
    service.settle(set_up, heir, Handover(Verdict.TAKEN, receipt="9"))
    assert [state for state, _ in states(set_up).values()] == ["sent"]


def test_what_was_not_sent_is_given_back_as_if_it_had_not_been_claimed(set_up: Deps) -> None:
    bound(set_up, "anna", Way.APP_PUSH)
    owe(set_up, "anna")
    service.plan(set_up, WORKER)
    service.release(set_up, take(set_up, Way.APP_PUSH))
    (again,) = take(set_up, Way.APP_PUSH)
    assert again.delivery.tries == 1


@pytest.mark.parametrize(
    ("handover", "state", "reason"),
    [
        (Handover(Verdict.ARRIVED, receipt="1"), "delivered", None),
        (Handover(Verdict.TAKEN, receipt="1"), "sent", None),
        (Handover(Verdict.REFUSED, "refused"), "failed", "refused"),
        (Handover(Verdict.GONE, "blocked"), "failed", "blocked"),
        (Handover(Verdict.AWAY, "server_fault"), "waiting", "server_fault"),
        (Handover(Verdict.UNKNOWN, "no_answer"), "waiting", "no_answer"),
        (Handover(Verdict.PACED, "too_many", wait_s=9), "waiting", None),
    ],
)
def test_what_the_channel_says_is_what_becomes_of_it(
    set_up: Deps, handover: Handover, state: str, reason: str | None
) -> None:
    bound(set_up, "anna", Way.TELEGRAM)
    owe(set_up, "anna")
    service.plan(set_up, WORKER)
    service.settle(set_up, take(set_up)[0], handover)
    assert list(states(set_up).values()) == [(state, reason)]
    assert bool(recipients.reachable(set_up, ["anna"])) == (handover.verdict is not Verdict.GONE)


def test_who_is_gone_gets_no_further_deliveries(set_up: Deps) -> None:
    bound(set_up, "anna", Way.TELEGRAM)
    for _ in range(2):
        owe(set_up, "anna")
    service.plan(set_up, WORKER)
    (first,) = take(set_up)
    service.settle(set_up, first, Handover(Verdict.GONE, "blocked"))
    let_pass(set_up, timedelta(seconds=5))
    assert take(set_up) == []
    owe(set_up, "anna")
    service.plan(set_up, WORKER)
    assert list(states(set_up).values()) == [("failed", "blocked")] * 2


def test_tries_grow_apart_and_end(set_up: Deps) -> None:
    bound(set_up, "anna", Way.TELEGRAM)
    owe(set_up, "anna")
    service.plan(set_up, WORKER)
    for delay in rules.DELAYS:
        (parcel,) = take(set_up)
        service.settle(set_up, parcel, Handover(Verdict.AWAY, "server_fault"))
        let_pass(set_up, timedelta(seconds=delay - 5))
        assert take(set_up) == []
        let_pass(set_up, timedelta(seconds=6))
    (last,) = take(set_up)
    service.settle(set_up, last, Handover(Verdict.AWAY, "server_fault"))
    assert list(states(set_up).values()) == [("failed", "server_fault")]
    assert list(rules.DELAYS) == sorted(rules.DELAYS)


def test_a_channel_that_asks_for_a_pause_gets_it_from_everybody(set_up: Deps) -> None:
    crowd(set_up, 2)
    for number in range(2):
        owe(set_up, f"p{number:06}")
    service.plan(set_up, WORKER)
    parcels = take(set_up)
    service.settle(set_up, parcels[0], Handover(Verdict.PACED, "too_many", wait_s=40))
    service.release(set_up, parcels[1:])
    taken = service.take(set_up, Way.TELEGRAM, ALL, words_of=no_words)
    assert 30 < taken.slots.paused_s <= 40
    shown = {one.way: one for one in service.channels(set_up, EDITOR)}[Way.TELEGRAM]
    assert (shown.waiting, shown.paused_because) == (2, "too_many")
    let_pass(set_up, timedelta(seconds=41))
    assert {parcel.delivery.tries for parcel in take(set_up)} == {1}


def test_the_pace_is_one_over_all_workers(set_up: Deps) -> None:
    asked = datetime.now(UTC)
    slots = at_once(lambda: service.reserve(set_up, Way.TELEGRAM, slots=10), 6)
    starts = sorted(one.first_in_s for one in slots)
    apart = 10 / rules.PACES[Way.TELEGRAM].per_second
    elapsed = (datetime.now(UTC) - asked).total_seconds()
    assert starts[-1] + elapsed >= 5 * apart - 0.01
    assert {one.apart_s for one in slots} == {0.04}


def test_no_chat_is_written_to_twice_within_a_second(set_up: Deps) -> None:
    bound(set_up, "anna", Way.TELEGRAM)
    for _ in range(3):
        owe(set_up, "anna")
    service.plan(set_up, WORKER)
    (first,) = take(set_up)
    assert take(set_up) == []
    service.settle(set_up, first, Handover(Verdict.ARRIVED))
    let_pass(set_up, timedelta(seconds=3))
    assert len(take(set_up)) == 1


def test_what_need_not_be_sent_any_more_is_not(set_up: Deps) -> None:
    anna = bound(set_up, "anna", Way.APP_PUSH)
    bound(set_up, "bert", Way.APP_PUSH)
    bound(set_up, "cleo", Way.SMS)
    ids = [owe(set_up, "anna", OTHER_KIND), owe(set_up, "bert", OTHER_KIND), owe(set_up, "cleo")]
    service.plan(set_up, WORKER)
    recipients.switch(set_up, anna, ways={}, kinds={OTHER_KIND.value: {Way.APP_PUSH: False}})
    recipients.unbind(set_up, account_id="bert", way=Way.APP_PUSH)
    assert take(set_up, Way.APP_PUSH) == []
    assert take(set_up, Way.SMS) == []
    assert states(set_up) == {
        f"{ids[0]}:app_push": ("skipped", "switched_off"),
        f"{ids[1]}:app_push": ("failed", "unbound"),
        f"{ids[2]}:sms": ("skipped", "no_address"),
    }


def test_a_text_message_goes_to_the_phone_of_the_account(set_up: Deps) -> None:
    bound(set_up, "anna", Way.SMS, phone="+8613800138000")
    owe(set_up, "anna")
    service.plan(set_up, WORKER)
    assert [parcel.to for parcel in take(set_up, Way.SMS)] == ["+8613800138000"]


def test_legal_notices_go_first_and_alone_at_night(set_up: Deps, clock: Clock) -> None:
    crowd(set_up, 20)
    for number in range(20):
        owe(set_up, f"p{number:06}", OTHER_KIND if number < 15 else LEGAL_KIND)
    service.plan(set_up, WORKER)
    queues = tuple(queues_of(set_up))
    kinds = Counter(parcel.delivery.queue for parcel in take(set_up, queues=queues))
    assert kinds == {LEGAL: 5, NOTICE: 5}
    clock.set(datetime(2026, 11, 21, 14, 0, tzinfo=UTC))
    assert queues_of(set_up) == [LEGAL]
    clock.set(datetime(2026, 11, 22, 0, 0, tzinfo=UTC))
    assert queues_of(set_up) == [LEGAL, NOTICE]


@pytest.mark.parametrize(
    ("hour", "minute", "quiet"),
    [(21, 59, False), (22, 0, True), (0, 0, True), (7, 59, True), (8, 0, False), (12, 0, False)],
)
def test_people_sleep_from_ten_to_eight(hour: int, minute: int, quiet: bool) -> None:
    shanghai = datetime(2026, 11, 21, hour, minute, tzinfo=UTC) - timedelta(hours=8)
    assert rules.is_quiet(shanghai) is quiet


def test_a_lost_answer_is_repeated_for_a_notice_and_not_for_a_push() -> None:
    assert rules.may_repeat(Verdict.UNKNOWN, of_push=False)
    assert not rules.may_repeat(Verdict.UNKNOWN, of_push=True)
    assert rules.may_repeat(Verdict.AWAY, of_push=True)


def test_a_failing_channel_is_left_alone_longer_and_longer() -> None:
    assert [rules.breather_s(failures) for failures in (1, 4, 5, 6, 9, 50)] == [None, None, 5, 10, 60, 60]


def test_what_the_channel_tells_later(set_up: Deps) -> None:
    bound(set_up, "anna", Way.WECHAT)
    owe(set_up, "anna")
    service.plan(set_up, WORKER)
    service.settle(set_up, take(set_up, Way.WECHAT)[0], Handover(Verdict.TAKEN, receipt="9001"))
    assert not service.confirm(set_up, way=Way.WECHAT, receipt="9002", arrived=True)
    assert service.confirm(set_up, way=Way.WECHAT, receipt="9001", arrived=True)
    assert not service.confirm(set_up, way=Way.WECHAT, receipt="9001", arrived=False)
    assert list(states(set_up).values()) == [("delivered", None)]


def wechat_parcel(deps: Deps) -> Parcel:
    bound(deps, "anna", Way.WECHAT)
    owe(deps, "anna")
    service.plan(deps, WORKER)
    return take(deps, Way.WECHAT)[0]


def early(deps: Deps) -> int:
    return deps.db["delivery_verdicts"].count_documents({})


@pytest.mark.parametrize(
    ("arrived", "reason", "state"), [(True, None, "delivered"), (False, "refused_by_user", "failed")]
)
def test_what_the_channel_tells_before_the_mark_is_not_lost(
    set_up: Deps, arrived: bool, reason: str | None, state: str
) -> None:
    parcel = wechat_parcel(set_up)
    for _ in range(2):
        assert not service.confirm(set_up, way=Way.WECHAT, receipt="9001", arrived=arrived, reason=reason)
    assert early(set_up) == 1
    service.settle(set_up, parcel, Handover(Verdict.TAKEN, receipt="9001"))
    assert list(states(set_up).values()) == [(state, reason)]
    assert early(set_up) == 0
    assert not service.confirm(set_up, way=Way.WECHAT, receipt="9001", arrived=not arrived)
    assert list(states(set_up).values()) == [(state, reason)]
    assert early(set_up) == 0, "a word about a known message does not wait"


def test_a_mark_between_looking_for_it_and_asking_for_its_number_is_seen(
    set_up: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    parcel, is_known = wechat_parcel(set_up), items.is_known

    def crossed(*given: Any) -> bool:
        service.settle(set_up, parcel, Handover(Verdict.TAKEN, receipt="9001"))
        return is_known(*given)

    monkeypatch.setattr(items, "is_known", crossed)
    assert service.confirm(set_up, way=Way.WECHAT, receipt="9001", arrived=True)
    assert list(states(set_up).values()) == [("delivered", None)]


@pytest.mark.parametrize("at", ["before_the_word_lies_there", "after_it_lies_there"])
def test_mark_and_word_may_cross_each_other(set_up: Deps, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    """The worker marks while the channel's word is being written down."""
    parcel, put = wechat_parcel(set_up), verdicts.put

    def crossed(*given: Any, **named: Any) -> bool:
        if at == "before_the_word_lies_there":
            service.settle(set_up, parcel, Handover(Verdict.TAKEN, receipt="9001"))
            return put(*given, **named)
        kept = put(*given, **named)
        service.settle(set_up, parcel, Handover(Verdict.TAKEN, receipt="9001"))
        return kept

    monkeypatch.setattr(verdicts, "put", crossed)
    service.confirm(set_up, way=Way.WECHAT, receipt="9001", arrived=True)
    assert list(states(set_up).values()) == [("delivered", None)]
    assert early(set_up) == 0


def test_twenty_marks_and_words_at_once_lose_none(set_up: Deps) -> None:
    crowd(set_up, 20, Way.WECHAT)
    for number in range(20):
        owe(set_up, f"p{number:06}")
    service.plan(set_up, WORKER)
    parcels: list[Parcel] = []
    while found := take(set_up, Way.WECHAT):
        parcels += found
    assert len(parcels) == 20
    marks = [
        partial(service.settle, set_up, one, Handover(Verdict.TAKEN, receipt=str(9000 + n)))
        for n, one in enumerate(parcels)
    ]
    words = [
        partial(service.confirm, set_up, way=Way.WECHAT, receipt=str(9000 + n), arrived=True)
        for n in range(20)
    ]
    together([one for pair in zip(marks, words, strict=True) for one in pair])
    assert set(states(set_up).values()) == {("delivered", None)}
    assert early(set_up) == 0


def test_words_about_unknown_messages_are_bounded_and_end(
    set_up: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_EARLY", 3)
    for number in range(6):
        assert not service.confirm(set_up, way=Way.WECHAT, receipt=str(number), arrived=True)
    kept = list(set_up.db["delivery_verdicts"].find())
    assert len(kept) == 3
    assert {one["expires_at"] - set_up.now() for one in kept} == {timedelta(hours=1)}
    ends = set_up.db["delivery_verdicts"].index_information()["expires_at_1"]
    assert ends["expireAfterSeconds"] == 0


def test_only_the_system_plans(set_up: Deps) -> None:
    assert EDITOR.role is Role.NEWS_EDITOR
    with pytest.raises(Exception, match=r"auth\.not_allowed"):
        service.plan(set_up, EDITOR)


def test_a_notice_whose_words_are_gone_holds_up_no_other(set_up: Deps) -> None:
    crowd(set_up, 2, Way.APP_PUSH)
    first, second = owe(set_up, "p000000"), owe(set_up, "p000001", OTHER_KIND)
    set_up.db["notices"].update_one({"_id": second}, {"$set": {"payload": {}}})
    service.plan(set_up, WORKER)
    assert [parcel.delivery.source_id for parcel in take(set_up, Way.APP_PUSH)] == [first]
    assert states(set_up)[f"{second}:app_push"] == ("skipped", "no_words")


def test_what_kills_its_workers_is_given_up(set_up: Deps) -> None:
    bound(set_up, "anna", Way.TELEGRAM)
    owe(set_up, "anna")
    service.plan(set_up, WORKER)
    for _ in range(rules.MOST_CLAIMS):
        assert len(take(set_up)) == 1
        let_pass(set_up, rules.LEASE)
    assert take(set_up) == []
    assert list(states(set_up).values()) == [("failed", "claimed_too_often")]


def test_a_message_is_waited_for_no_longer_than_it_is_ours() -> None:
    assert posting.CONNECT_SECONDS + posting.ANSWER_SECONDS < rules.A_TRY_S < rules.LEASE.total_seconds() / 2
