"""From draft to readers and back: who may, in which state, and what is kept of it."""

from datetime import timedelta
from typing import Any

import pytest

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.news import rules, service
from backend.news.service import ShownLine
from schemas.terms import Channel, NewsAct, NewsCategory, NewsState, Role
from tests.backend.news.press import ANNA, BO, CHEN, WORKER, Press
from tests.support.plans import scans
from tests.support.refusals import refused
from tests.support.world import Clock


def test_what_is_written_goes_through_other_hands_before_readers_see_it(press: Press) -> None:
    one = press.draft()
    assert (one.state, press.titles()) == (NewsState.DRAFT, [])
    assert press.submit(one).state is NewsState.SUBMITTED
    assert press.approve(one).state is NewsState.APPROVED
    assert press.titles() == []
    done = press.publish(one)
    assert (done.state, done.live_revision) == (NewsState.PUBLISHED, 1)
    assert press.titles() == ["信用修复怎么办"]
    assert [line.act for line in done.history] == ["publish", "approve", "submit", "create"]
    assert [line.by_name for line in done.history] == ["an.na", "bo.wen", "an.na", "an.na"]


def test_who_wrote_it_cannot_approve_it(press: Press) -> None:
    one = press.submit(press.draft())
    refused("news.four_eyes", press.approve, one, ANNA)
    assert press.look(one).may_approve is False
    assert service.find_for_staff(press.deps, BO, article_id=one.id).may_approve is True


def test_two_who_changed_each_others_text_cannot_approve_it_for_each_other(press: Press) -> None:
    one = press.draft()
    press.change(one, BO, title="信用修复怎么办？")
    press.submit(one)
    refused("news.four_eyes", press.approve, one, ANNA)
    refused("news.four_eyes", press.approve, one, BO)
    assert press.approve(one, CHEN).state is NewsState.APPROVED


def test_who_wrote_an_earlier_published_revision_stays_out_of_the_review(press: Press) -> None:
    one = press.published()
    press.change(one, CHEN, title="改过")
    press.submit(one)
    refused("news.four_eyes", press.approve, one, ANNA)
    assert press.approve(one, BO).state is NewsState.APPROVED


def test_who_uploaded_a_picture_that_is_shown_cannot_approve_it(press: Press) -> None:
    one = press.draft()
    shown, unused = press.add(one, BO), press.add(one, CHEN)
    press.change(one, cover_id=shown)
    press.submit(one)
    refused("news.four_eyes", press.approve, one, BO)
    assert unused != shown
    assert press.approve(one, CHEN).state is NewsState.APPROVED


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.NEWS_EDITOR, Role.ADMIN)])
def test_nobody_but_editors_approves(press: Press, role: Role) -> None:
    one = press.submit(press.draft())
    reason = "auth.required" if role is Role.ANONYMOUS else "auth.not_allowed"
    refused(reason, press.approve, one, Actor("x", role, Channel.API))
    assert press.look(one).state is NewsState.SUBMITTED


@pytest.mark.parametrize("reached", ["submitted", "approved", "scheduled"])
def test_a_change_begins_the_review_anew(press: Press, clock: Clock, reached: str) -> None:
    one = press.submit(press.draft())
    if reached != "submitted":
        press.approve(one)
    if reached == "scheduled":
        press.publish(one, clock() + timedelta(hours=1))
    made = press.change(one, title="换了内容")
    assert (made.state, made.revision, made.publish_at) == (NewsState.DRAFT, 2, None)
    refused("news.changed", press.publish, one)
    clock.advance(hours=2)
    assert service.publish_due(press.deps, WORKER) == 0
    assert press.titles() == []


def test_readers_keep_the_old_text_until_the_new_one_is_reviewed_and_published(
    press: Press, clock: Clock
) -> None:
    one = press.published()
    before = service.find(press.deps, news_id=one.id)
    clock.advance(hours=1)
    press.change(one, title="更正后的标题", body="更正后的正文")
    assert service.find(press.deps, news_id=one.id) == before
    press.submit(one)
    press.approve(one)
    done = press.publish(one)
    after = service.find(press.deps, news_id=one.id)
    assert (after.title.zh, done.live_revision) == ("更正后的标题", 2)
    assert (after.published_at, after.updated_at) == (before.published_at, clock())


def test_every_revision_stays_as_it_was(press: Press, clock: Clock) -> None:
    one = press.published()
    for number in (2, 3):
        clock.advance(minutes=1)
        press.again(one, title=f"第{number}稿")
    press.unpublish(one)
    page = service.revisions(press.deps, BO, article_id=one.id, limit=2)
    assert [(line.number, line.content.title, line.by_name) for line in page.items] == [
        (3, "第3稿", "an.na"),
        (2, "第2稿", "an.na"),
    ]
    rest = service.revisions(press.deps, BO, article_id=one.id, limit=2, cursor=page.next_cursor)
    assert [line.number for line in rest.items] == [1]
    first = service.revision(press.deps, BO, article_id=one.id, number=1)
    assert "<strong>信用修复</strong>" in first.body_html
    refused("news.revision_not_found", service.revision, press.deps, BO, article_id=one.id, number=4)


def test_what_is_taken_down_says_why_and_needs_another_review(press: Press) -> None:
    one = press.published()
    done = press.unpublish(one, "数字有误。", reason_en="A figure was wrong.")
    assert (done.state, done.live_revision, press.titles()) == (NewsState.UNPUBLISHED, None, [])
    told = refused("news.unpublished", service.find, press.deps, news_id=one.id)
    assert told.text.zh == "这篇资讯已于2026年11月21日撤下：数字有误。"
    assert told.text.en == "This article was taken down on 21 Nov 2026: A figure was wrong."
    refused("news.changed", press.publish, one)
    refused("news.not_published", press.unpublish, one)
    press.submit(one)
    press.approve(one)
    press.publish(one)
    assert service.find(press.deps, news_id=one.id).title.zh == "信用修复怎么办"


def test_taking_down_ends_the_schedule_of_the_next_revision(press: Press, clock: Clock) -> None:
    one = press.published()
    press.change(one, title="下一稿")
    press.submit(one)
    press.approve(one)
    press.publish(one, clock() + timedelta(hours=1))
    assert press.unpublish(one).state is NewsState.APPROVED
    clock.advance(hours=2)
    assert service.publish_due(press.deps, WORKER) == 0
    refused("news.unpublished", service.find, press.deps, news_id=one.id)


def test_a_schedule_that_is_taken_back_was_never_before_readers(press: Press, clock: Clock) -> None:
    one = press.approved()
    press.publish(one, clock() + timedelta(hours=1))
    done = press.unpublish(one)
    assert (done.state, done.publish_at, done.history[0].act) == (NewsState.APPROVED, None, NewsAct.CANCEL)
    refused("news.not_found", service.find, press.deps, news_id=one.id)


def test_what_is_taken_down_is_the_revision_that_readers_saw(press: Press) -> None:
    one = press.published()
    seen = one.live_revision
    changed = press.change(one)
    assert changed.revision > seen
    done = press.unpublish(changed)
    assert (done.history[0].act, done.history[0].revision) == (NewsAct.UNPUBLISH, seen)


def test_it_can_be_sent_back_until_it_is_published(press: Press) -> None:
    one = press.approved()
    back = service.return_(press.deps, BO, article_id=one.id, reason="请补文号")
    assert (back.state, back.history[0].reason) == (NewsState.DRAFT, "请补文号")
    press.submit(one)
    press.approve(one)
    press.publish(one)
    refused("news.changed", lambda: service.return_(press.deps, BO, article_id=one.id, reason="晚了"))


@pytest.mark.parametrize("state", list(NewsState))
@pytest.mark.parametrize("act", [act for act in NewsAct if act is not NewsAct.CREATE])
def test_a_step_leads_where_the_table_says_or_nowhere(state: NewsState, act: NewsAct) -> None:
    after = rules.step(state, act, live=False)
    review = {NewsState.SUBMITTED, NewsState.APPROVED, NewsState.SCHEDULED}
    cases: dict[NewsAct, Any] = {
        NewsAct.CHANGE: NewsState.DRAFT,
        NewsAct.SUBMIT: NewsState.SUBMITTED if state in (NewsState.DRAFT, NewsState.UNPUBLISHED) else None,
        NewsAct.RETURN: NewsState.DRAFT if state in review else None,
        NewsAct.APPROVE: NewsState.APPROVED if state is NewsState.SUBMITTED else None,
        NewsAct.SCHEDULE: NewsState.SCHEDULED if state in review - {NewsState.SUBMITTED} else None,
        NewsAct.CANCEL: NewsState.APPROVED if state is NewsState.SCHEDULED else None,
        NewsAct.PUBLISH: NewsState.PUBLISHED if state in review - {NewsState.SUBMITTED} else None,
        NewsAct.UNPUBLISH: None,
    }
    assert after is cases[act]


def test_only_a_live_article_is_taken_down_and_no_state_of_it_stays_published() -> None:
    for state in NewsState:
        after = rules.step(state, NewsAct.UNPUBLISH, live=True)
        assert after is not None
        assert after not in (NewsState.PUBLISHED, NewsState.SCHEDULED)


@pytest.mark.parametrize("by", [timedelta(), timedelta(minutes=-1), timedelta(days=367)])
def test_a_time_that_is_past_or_too_far_is_refused(press: Press, clock: Clock, by: timedelta) -> None:
    one = press.approved()
    refused("news.bad_time", press.publish, one, clock() + by)
    assert press.look(one).state is NewsState.APPROVED


def test_what_was_seen_is_what_is_approved(press: Press) -> None:
    one = press.submit(press.draft())
    press.change(one, body="悄悄换掉的正文")
    press.submit(one)
    told = refused("news.stale", service.approve, press.deps, BO, article_id=one.id, version=one.version)
    assert told.data == {"version": one.version + 2}


def test_every_fault_of_a_text_is_told_at_once(press: Press) -> None:
    wanted = press.content(title_en="Half", body="![x](https://evil.example/x.png)", cover_id="nobody")
    told = refused("news.invalid", service.create, press.deps, ANNA, content=wanted)
    assert [one["field"] for one in told.data["errors"]] == ["body_en", "cover_id", "body"]


@pytest.mark.parametrize("body", ["***", "![](picture:x)", "---", "#"])
def test_a_text_that_says_nothing_is_refused(press: Press, body: str) -> None:
    refused("news.invalid", service.create, press.deps, ANNA, content=press.content(body=body))


def test_a_picture_of_another_article_is_not_ones_own(press: Press) -> None:
    other = press.add(press.draft())
    one = press.draft()
    refused("news.invalid", press.change, one, cover_id=other)
    refused("news.invalid", press.change, one, body=f"看图 ![图](picture:{other})")


def test_an_article_has_a_bounded_number_of_revisions(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.news.service.writing.MOST_REVISIONS", 2)
    one = press.draft()
    press.change(one)
    refused("news.too_many_revisions", press.change, one)


def test_every_step_of_staff_is_in_the_log_without_a_word_of_the_text(deps: Deps, press: Press) -> None:
    one = press.published()
    press.unpublish(one, "理由甲")
    lines = list(deps.db["audit_log"].find({"target_id": one.id}))
    acts = {line["action"] for line in lines}
    assert acts == {f"news.{act}" for act in ("create", "submit", "approve", "publish", "unpublish")}
    assert "理由甲" not in repr(lines)
    assert "信用修复" not in repr(lines)
    assert list(audit.verify_log(deps)) == []


def test_no_question_reads_a_whole_collection(press: Press, deps: Deps, clock: Clock) -> None:
    one = press.published()
    picture = press.add(one)
    press.again(one, cover_id=picture)
    press.publish(press.approved(), clock() + timedelta(hours=1))

    def everything() -> None:
        for category in (None, NewsCategory.KNOWLEDGE):
            page = service.listed(deps, category=category, limit=1)
            service.listed(deps, category=category, limit=1, cursor=page.next_cursor)
            service.listed(deps, category=category, q="信用修复", limit=1)
            service.feed(deps, language="zh", category=category)
        for state in (None, NewsState.SUBMITTED):
            service.listed_for_staff(deps, BO, state=state, limit=1)
        service.find(deps, news_id=one.id)
        service.picture(deps, picture_id=picture)
        service.find_for_staff(deps, BO, article_id=one.id)
        service.revisions(deps, BO, article_id=one.id, limit=1)
        service.queues(deps, BO)
        service.publish_due(deps, WORKER)
        press.again(one, title="再改")
        press.unpublish(one)

    assert scans(deps, everything) == []


def listed(press: Press, state: NewsState | None = None) -> list[ShownLine]:
    return list(service.listed_for_staff(press.deps, BO, state=state, limit=100).items)


def test_the_list_of_editors_has_every_state_and_its_queue_what_waits(press: Press) -> None:
    press.draft(title="甲")
    waiting = press.submit(press.draft(title="乙"))
    press.published(title="丙")
    assert [one.title for one in listed(press)] == ["丙", "乙", "甲"]
    assert [one.id for one in listed(press, NewsState.SUBMITTED)] == [waiting.id]
    (queue,) = service.queues(press.deps, BO)
    assert (queue.count, queue.overdue) == (1, 0)
    assert service.queues(press.deps, Actor("x", Role.AUDITOR, Channel.CONSOLE)) == ()
