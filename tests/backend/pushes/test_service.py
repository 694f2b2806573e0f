"""Pushes: every person of the audience once, whatever happens on the way, and figures that add up."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from backend.common.deps import Deps
from backend.deliveries import rules
from backend.deliveries import service as deliveries
from backend.deliveries.model import LEGAL, NOTICE, Parcel
from backend.gateways.carrying import Handover, Verdict
from backend.pushes import service
from backend.pushes.model import NOT_OPEN, Audience, Shown, Wish
from backend.pushes.service import choosing
from backend.recipients import service as recipients
from notifications.worker import queues_of
from schemas.terms import NewsCategory, PushState, Role, Way
from tests.backend.deliveries.test_service import Silent, states
from tests.backend.news.press import Press
from tests.support.followers import EDITOR, WORKER, bound, crowd, let_pass
from tests.support.people import NUMBER, resident
from tests.support.refusals import at_once, refused
from tests.support.world import Clock

BOTH = (Way.TELEGRAM, Way.WECHAT)


@pytest.fixture
def set_up(deps: Deps) -> Deps:
    return replace(deps, carriers=dict.fromkeys(Way, Silent()))


def wish(audience: Audience | None = None, ways: Sequence[Way] = BOTH, **given: Any) -> Wish:
    words = {"title": "本月资讯", "body": "第四期已发布", "title_en": None, "body_en": None, "news_id": None}
    return Wish(**(words | given), audience=audience or Audience(), ways=tuple(ways))


def start(deps: Deps, audience: Audience | None = None, ways: Sequence[Way] = BOTH, **given: Any) -> str:
    return service.create(deps, EDITOR, wish=wish(audience, ways, **given)).push.id


def figures(deps: Deps, push_id: str) -> tuple[int, int, int, int, int]:
    found = service.find(deps, EDITOR, push_id=push_id).progress
    return found.queued, found.sent, found.delivered, found.failed, found.skipped


def take(deps: Deps, way: Way) -> list[Parcel]:
    return list(deliveries.take(deps, way, queues_of(deps), words_of=service.words).parcels)


def send_all(deps: Deps, way: Way, handover: Handover) -> list[str]:
    """Hand over whatever waits for a channel; to whom."""
    sent: list[str] = []
    while parcels := take(deps, way):
        for parcel in parcels:
            deliveries.settle(deps, parcel, handover)
            sent.append(parcel.to)
    return sent


def test_everybody_has_it_once_by_the_first_way_that_reaches_them(set_up: Deps) -> None:
    bound(set_up, "anna1", Way.WECHAT, Way.TELEGRAM)
    bound(set_up, "bert2", Way.WECHAT)
    bound(set_up, "cleo3", Way.APP_PUSH)
    recipients.bind_chat(set_up, way=Way.TELEGRAM, address="5550", language="en")
    push = start(set_up, title_en="News", body_en="Issue four")
    assert service.advance(set_up, WORKER) == 1
    assert figures(set_up, push) == (3, 0, 0, 0, 0)
    parcels = take(set_up, Way.TELEGRAM)
    assert {(one.to, one.message.title) for one in parcels} == {("771", "本月资讯"), ("5550", "News")}
    for parcel in parcels:
        deliveries.settle(set_up, parcel, Handover(Verdict.ARRIVED, receipt="1"))
    assert send_all(set_up, Way.WECHAT, Handover(Verdict.TAKEN, receipt="2")) == ["wechat-bert2"]
    assert figures(set_up, push) == (0, 3, 2, 0, 0)
    assert service.advance(set_up, WORKER) == 1
    shown = service.find(set_up, EDITOR, push_id=push)
    assert (shown.push.state, shown.progress.complete) == (PushState.DONE, True)
    assert service.advance(set_up, WORKER) == 0


def test_who_cannot_be_reached_by_one_way_has_it_by_the_next(set_up: Deps) -> None:
    bound(set_up, "anna1", Way.WECHAT, Way.TELEGRAM)
    bound(set_up, "bert2", Way.TELEGRAM)
    push = start(set_up)
    service.advance(set_up, WORKER)
    send_all(set_up, Way.TELEGRAM, Handover(Verdict.GONE, "blocked"))
    assert figures(set_up, push) == (1, 0, 0, 1, 0)
    assert send_all(set_up, Way.WECHAT, Handover(Verdict.TAKEN)) == ["wechat-anna1"]
    assert figures(set_up, push) == (0, 1, 0, 1, 0)


def test_who_switches_a_way_off_meanwhile_has_it_by_the_next(set_up: Deps) -> None:
    anna = bound(set_up, "anna1", Way.WECHAT, Way.TELEGRAM)
    start(set_up)
    service.advance(set_up, WORKER)
    recipients.switch(set_up, anna, ways={Way.TELEGRAM: False}, kinds={})
    assert take(set_up, Way.TELEGRAM) == []
    assert send_all(set_up, Way.WECHAT, Handover(Verdict.TAKEN)) == ["wechat-anna1"]


def test_a_lost_answer_is_never_repeated(set_up: Deps) -> None:
    crowd(set_up, 1)
    push = start(set_up)
    service.advance(set_up, WORKER)
    send_all(set_up, Way.TELEGRAM, Handover(Verdict.UNKNOWN, "no_answer"))
    assert figures(set_up, push) == (0, 0, 0, 1, 0)
    assert list(states(set_up).values()) == [("failed", "outcome_unknown")]


def test_the_audience_is_chosen_by_district_topic_and_role(set_up: Deps) -> None:
    subject = resident(set_up, number=NUMBER)
    bound(set_up, "anna1", Way.TELEGRAM, subject_id=subject.id)
    bert = bound(set_up, "bert2", Way.TELEGRAM)
    recipients.bind_chat(set_up, way=Way.TELEGRAM, address="5550")
    recipients.switch(set_up, bert, ways={}, kinds={}, follows=[NewsCategory.POLICY])
    for audience, people in (
        (Audience(), 3),
        (Audience(districts=("310101",)), 1),
        (Audience(districts=("310104",)), 0),
        (Audience(follows=(NewsCategory.NEWS,)), 2),
        (Audience(follows=(NewsCategory.NEWS, NewsCategory.POLICY)), 3),
        (Audience(roles=(Role.ANONYMOUS,)), 1),
        (Audience(roles=(Role.CITIZEN,), follows=(NewsCategory.NEWS,)), 1),
    ):
        assert service.count(set_up, EDITOR, wish=wish(audience)).people == people
        push = start(set_up, audience)
        service.advance(set_up, WORKER)
        assert service.find(set_up, EDITOR, push_id=push).progress.people == people


def test_who_switched_pushes_off_is_counted_and_skipped(set_up: Deps) -> None:
    anna, bert = bound(set_up, "anna1", *BOTH), bound(set_up, "bert2", *BOTH)
    recipients.switch(set_up, anna, ways={}, kinds={"push": dict.fromkeys(BOTH, False)})
    recipients.switch(set_up, bert, ways={}, kinds={"push": {Way.TELEGRAM: False}})
    counted = service.count(set_up, EDITOR, wish=wish())
    assert (counted.people, counted.switched_off, counted.by_way[Way.WECHAT]) == (1, 1, 1)
    push = start(set_up)
    service.advance(set_up, WORKER)
    assert figures(set_up, push) == (1, 0, 0, 0, 1)
    recipients.switch(set_up, bert, ways={Way.WECHAT: False}, kinds={})
    assert take(set_up, Way.WECHAT) == []
    assert figures(set_up, push) == (0, 0, 0, 0, 2)


def test_it_is_queued_page_by_page_and_at_once_by_many(set_up: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "AT_ONCE", 7)
    crowd(set_up, 50)
    push = start(set_up)
    at_once(lambda: service.advance(set_up, WORKER), 4)
    service.advance(set_up, WORKER)
    assert figures(set_up, push) == (50, 0, 0, 0, 0)


def test_a_page_that_was_cut_off_is_queued_again_without_doubles(
    set_up: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "AT_ONCE", 10)
    crowd(set_up, 35)
    push = start(set_up)
    service.advance(set_up, WORKER)
    send_all(set_up, Way.TELEGRAM, Handover(Verdict.ARRIVED))
    set_up.db["pushes"].update_one(
        {}, {"$set": {"cursor": "p000011", "expanded_at": None, "settled_at": None}}
    )
    service.advance(set_up, WORKER)
    assert figures(set_up, push) == (0, 35, 35, 0, 0)


def test_it_stands_still_while_it_is_paused_and_goes_on_where_it_was(
    set_up: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "AT_ONCE", 10)
    crowd(set_up, 30)
    push = start(set_up)
    put = deliveries.put

    def put_and_pause(deps: Deps, made: Any) -> None:
        put(deps, made)
        service.pause(deps, EDITOR, push_id=push, reason="有错字")

    with monkeypatch.context() as patched:
        patched.setattr(deliveries, "put", put_and_pause)
        service.advance(set_up, WORKER)
    queued = figures(set_up, push)[0]
    assert 0 < queued < 30
    assert queues_of(set_up) == [LEGAL, NOTICE]
    assert take(set_up, Way.TELEGRAM) == []
    assert service.advance(set_up, WORKER) == 0
    service.resume(set_up, EDITOR, push_id=push)
    service.advance(set_up, WORKER)
    assert figures(set_up, push) == (30, 0, 0, 0, 0)
    assert len(set(send_all(set_up, Way.TELEGRAM, Handover(Verdict.ARRIVED)))) == 30


def test_a_cancelled_one_ends_and_what_is_under_way_is_still_marked(set_up: Deps) -> None:
    crowd(set_up, 30)
    push = start(set_up)
    service.advance(set_up, WORKER)
    under_way = take(set_up, Way.TELEGRAM)
    service.cancel(set_up, EDITOR, push_id=push)
    service.advance(set_up, WORKER)
    assert figures(set_up, push) == (10, 0, 0, 0, 20)
    assert service.find(set_up, EDITOR, push_id=push).push.settled_at is None
    for parcel in under_way:
        deliveries.settle(set_up, parcel, Handover(Verdict.ARRIVED))
    assert service.advance(set_up, WORKER) == 1
    assert figures(set_up, push) == (0, 10, 10, 0, 20)
    shown = service.find(set_up, EDITOR, push_id=push)
    assert (shown.push.state, shown.push.settled_at is not None) == (PushState.CANCELLED, True)
    refused("pushes.changed", service.resume, set_up, EDITOR, push_id=push)


def test_a_page_queued_while_it_is_cancelled_waits_for_nothing(
    set_up: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(set_up, 5)
    push = start(set_up)
    put = deliveries.put

    def cancel_and_put(deps: Deps, made: Any) -> None:
        service.cancel(deps, EDITOR, push_id=push)
        service.advance(deps, WORKER)
        put(deps, made)

    with monkeypatch.context() as patched:
        patched.setattr(deliveries, "put", cancel_and_put)
        service.advance(set_up, WORKER)
    assert figures(set_up, push) == (0, 0, 0, 0, 5)


def test_what_a_dead_worker_had_of_a_cancelled_one_is_closed_once_its_lease_is_over(set_up: Deps) -> None:
    crowd(set_up, 3)
    push = start(set_up)
    service.advance(set_up, WORKER)
    assert len(take(set_up, Way.TELEGRAM)) == 3
    service.cancel(set_up, EDITOR, push_id=push)
    assert service.advance(set_up, WORKER) == 0
    let_pass(set_up, rules.LEASE)
    assert service.advance(set_up, WORKER) == 1
    assert figures(set_up, push) == (0, 0, 0, 0, 3)


def test_people_sleep_and_staff_see_until_when(set_up: Deps, clock: Clock) -> None:
    crowd(set_up, 3)
    clock.set(datetime(2026, 11, 21, 15, 0, tzinfo=UTC))
    push = start(set_up)
    service.advance(set_up, WORKER)
    assert take(set_up, Way.TELEGRAM) == []
    shown = service.find(set_up, EDITOR, push_id=push)
    assert shown.held_until == datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
    clock.set(shown.held_until)
    assert len(take(set_up, Way.TELEGRAM)) == 3
    assert service.find(set_up, EDITOR, push_id=push).held_until is None


def test_everything_that_is_wrong_is_told_at_once(deps: Deps) -> None:
    audience = Audience(districts=("310101", "999999"), roles=(Role.AUDITOR, Role.ANONYMOUS))
    told = refused("pushes.invalid", start, deps, audience, (Way.WECHAT, Way.WECHAT), title_en="Only a title")
    fields = [one["field"] for one in told.data["errors"]]
    assert fields == ["channels"] * 3 + ["audience.districts", "audience.roles", "audience.roles", "title_en"]
    assert "999999" in told.text.zh
    assert "WeChat" in told.text.en
    refused("pushes.invalid", start, deps, None, ())


def test_each_act_is_in_the_history_and_in_the_log(set_up: Deps) -> None:
    push = start(set_up)
    service.pause(set_up, EDITOR, push_id=push, reason="核对")
    refused("pushes.changed", service.pause, set_up, EDITOR, push_id=push)
    service.resume(set_up, EDITOR, push_id=push)
    service.advance(set_up, WORKER)
    shown: Shown = service.find(set_up, EDITOR, push_id=push)
    assert [one.act.value for one in shown.push.events] == ["create", "pause", "resume", "finish"]
    lines = [one["action"] for one in set_up.db["audit_log"].find({"target_id": push}, sort=[("seq", 1)])]
    assert sorted(lines) == ["pushes.create", "pushes.pause", "pushes.resume", "pushes.settle"]
    refused("pushes.not_found", service.find, set_up, EDITOR, push_id="none")


def test_of_two_who_act_at_once_one_is_told(set_up: Deps) -> None:
    push = start(set_up)
    found = at_once(lambda: service.cancel(set_up, EDITOR, push_id=push), 3)
    assert sorted(getattr(one, "reason", "done") for one in found) == [
        "done",
        "pushes.changed",
        "pushes.changed",
    ]


def test_it_stops_by_itself_while_its_article_cannot_be_opened(
    set_up: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "AT_ONCE", 10)
    press = Press(set_up)
    article = press.published()
    crowd(set_up, 30)
    other, push = start(set_up), start(set_up, news_id=article.id)
    service.advance(set_up, WORKER)
    assert queues_of(set_up) == [LEGAL, NOTICE, other, push]
    press.unpublish(article)
    assert queues_of(set_up) == [LEGAL, NOTICE, other]
    at_once(lambda: service.advance(set_up, WORKER), 4)
    shown = service.find(set_up, EDITOR, push_id=push)
    assert (shown.push.state, shown.progress.queued) == (PushState.PAUSED, 30)
    assert [one.act.value for one in shown.push.events] == ["create", "hold"]
    assert shown.push.events[-1].told == NOT_OPEN
    line = set_up.db["audit_log"].find_one({"target_id": push, "action": "pushes.hold"})
    assert line is not None
    assert line["details"] == {"news_id": article.id}
    assert refused("pushes.article_not_open", service.resume, set_up, EDITOR, push_id=push).text == NOT_OPEN
    press.again(article)
    assert service.resume(set_up, EDITOR, push_id=push).push.state is PushState.RUNNING
    service.advance(set_up, WORKER)
    assert queues_of(set_up) == [LEGAL, NOTICE, other, push]


def test_no_page_is_queued_once_its_article_was_taken_down(
    set_up: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "AT_ONCE", 10)
    press = Press(set_up)
    article = press.published()
    crowd(set_up, 30)
    push = start(set_up, news_id=article.id)
    put = deliveries.put

    def put_and_unpublish(deps: Deps, made: Any) -> None:
        put(deps, made)
        press.unpublish(article)

    with monkeypatch.context() as patched:
        patched.setattr(deliveries, "put", put_and_unpublish)
        service.advance(set_up, WORKER)
    queued = figures(set_up, push)[0]
    assert 0 < queued <= 10
    service.advance(set_up, WORKER)
    shown = service.find(set_up, EDITOR, push_id=push)
    assert (shown.push.state, shown.progress.queued) == (PushState.PAUSED, queued)
    service.cancel(set_up, EDITOR, push_id=push)
    service.advance(set_up, WORKER)
    assert figures(set_up, push) == (0, 0, 0, 0, queued)


def test_last_figures_outlive_the_deliveries(set_up: Deps, clock: Clock) -> None:
    crowd(set_up, 4, Way.WECHAT)
    push = start(set_up)
    service.advance(set_up, WORKER)
    send_all(set_up, Way.WECHAT, Handover(Verdict.TAKEN, receipt="9001"))
    service.advance(set_up, WORKER)
    deliveries.confirm(set_up, way=Way.WECHAT, receipt="9001", arrived=True)
    assert service.close(set_up, WORKER) == 0
    clock.advance(days=1, seconds=1)
    assert (service.close(set_up, WORKER), service.close(set_up, WORKER)) == (1, 0)
    set_up.db["deliveries"].delete_many({})
    assert figures(set_up, push) == (0, 4, 1, 0, 0)


def test_only_editors_push(set_up: Deps) -> None:
    officer = replace(EDITOR, role=Role.CASE_OFFICER)
    for verb in (service.create, service.count):
        refused("auth.not_allowed", verb, set_up, officer, wish=wish())
    refused("auth.not_allowed", deliveries.channels, set_up, officer)
