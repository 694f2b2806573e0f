"""The inbox and the outbox, on the real database."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.notices import service
from schemas.base import SPEAKING
from schemas.notices import (
    DESK_FORMS,
    FORMS,
    DeskNoticeKind,
    End,
    NoticeForm,
    NoticeKind,
    desk_worded,
    stored,
    worded,
)
from schemas.terms import CaseKind, Channel, ContestFinding, QuestionFinding, RippleCause, Role
from schemas.text import Text
from tests.support.world import START, Clock


def citizen(account_id: str) -> Actor:
    return Actor(id=account_id, role=Role.CITIZEN, channel=Channel.API)


def test_a_notice_lies_in_the_inbox_until_it_is_read(deps: Deps, clock: Clock) -> None:
    sent = service.send(deps, "anna", NoticeKind.FACE_LOCKED, until=clock())
    assert service.inbox(deps, citizen("anna"), limit=10).unread == 1

    clock.advance(minutes=1)
    read = service.read(deps, citizen("anna"), notice_id=sent.id)
    clock.advance(minutes=1)
    again = service.read(deps, citizen("anna"), notice_id=sent.id)

    assert read.read_at == again.read_at
    assert service.inbox(deps, citizen("anna"), limit=10).unread == 0


def test_another_persons_notice_is_not_found(deps: Deps) -> None:
    sent = service.send(deps, "anna", NoticeKind.IDENTITY_BOUND)
    with pytest.raises(ServiceError) as refused:
        service.read(deps, citizen("bert"), notice_id=sent.id)
    assert refused.value.reason == "notices.not_found"
    assert service.inbox(deps, citizen("bert"), limit=10).items == ()


def test_pages_give_every_notice_once_newest_first(deps: Deps, clock: Clock) -> None:
    sent = [service.send(deps, "anna", NoticeKind.IDENTITY_BOUND).id for _ in range(7)]
    got: list[str] = []
    cursor = None
    while True:
        page = service.inbox(deps, citizen("anna"), limit=3, cursor=cursor)
        got += [notice.id for notice in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(got) == sorted(sent)
    assert got == sorted(got, reverse=True)


def test_a_cursor_of_another_person_is_refused(deps: Deps) -> None:
    for _ in range(3):
        service.send(deps, "anna", NoticeKind.IDENTITY_BOUND)
    cursor = service.inbox(deps, citizen("anna"), limit=1).next_cursor
    with pytest.raises(ServiceError) as refused:
        service.inbox(deps, citizen("bert"), limit=1, cursor=cursor)
    assert refused.value.reason == "list.bad_cursor"


@pytest.mark.parametrize("payload", [{}, {"until": "tomorrow"}, {"until": None, "name": "张三"}])
def test_a_payload_that_its_kind_does_not_declare_is_refused(deps: Deps, payload: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        service.send(deps, "anna", NoticeKind.FACE_LOCKED, **payload)


def test_a_notice_of_a_failed_use_case_is_never_sent(deps: Deps) -> None:
    def failing() -> None:
        with deps.transaction():
            service.send(deps, "anna", NoticeKind.IDENTITY_BOUND)
            raise RuntimeError("the use case fails after its notice")

    with pytest.raises(RuntimeError):
        failing()
    assert service.waiting(deps) == 0


EXAMPLES: dict[type, Any] = {
    str: "2026-1",
    int: 2,
    date: date(2026, 11, 23),
    datetime: START,
    End: START,
    Text: Text("比对", "Compare"),
    CaseKind: CaseKind.OBJECTION,
    QuestionFinding: QuestionFinding.LAWFUL,
    ContestFinding: ContestFinding.UPHELD,
    RippleCause: RippleCause.CORRECTED,
}


def form_of(kind: NoticeKind | DeskNoticeKind) -> NoticeForm:
    return FORMS[kind] if isinstance(kind, NoticeKind) else DESK_FORMS[kind]


def body_of(kind: NoticeKind | DeskNoticeKind, examples: dict[type, Any] | None = None) -> Text:
    form, told = form_of(kind), EXAMPLES | (examples or {})
    payload = stored(form, {name: told[type_] for name, type_ in form.fields.items()})
    return (worded(kind, payload) if isinstance(kind, NoticeKind) else desk_worded(kind, payload))[1]


@pytest.mark.parametrize("kind", [*NoticeKind, *DeskNoticeKind])
def test_every_kind_speaks_both_languages(kind: NoticeKind | DeskNoticeKind) -> None:
    form = form_of(kind)
    payload = stored(form, {name: EXAMPLES[type_] for name, type_ in form.fields.items()})
    title, body = worded(kind, payload) if isinstance(kind, NoticeKind) else desk_worded(kind, payload)
    for text in (title, body):
        assert text.zh
        assert text.en
        assert text.zh != text.en
        assert "{" not in text.zh + text.en


def test_the_inbox_is_read_in_the_readers_language(deps: Deps, clock: Clock) -> None:
    notice = service.send(deps, "anna", NoticeKind.FACE_LOCKED, until=clock())
    assert "20:00" in notice.body
    assert "锁定" in notice.body
    mark = SPEAKING.set("en")
    try:
        assert "locked until 21 Nov 2026 20:00" in notice.body
    finally:
        SPEAKING.reset(mark)


@pytest.mark.parametrize("kind", [*NoticeKind, *DeskNoticeKind])
def test_no_notice_says_a_day_as_machines_write_it(kind: NoticeKind | DeskNoticeKind) -> None:
    for text in body_of(kind):
        assert re.search(r"\d{4}-\d\d-\d\d", text) is None


@pytest.mark.parametrize(
    "kind", [kind for kind in (*NoticeKind, *DeskNoticeKind) if "due_on" in form_of(kind).fields]
)
def test_a_due_day_is_said_with_its_end(kind: NoticeKind | DeskNoticeKind) -> None:
    """“前” and “by” leave open whether the day itself still counts; it does."""
    zh, en = body_of(kind)
    assert "2026年11月23日 24:00" in zh
    assert "the end of 23 Nov 2026" in en


@pytest.mark.parametrize("kind", [kind for kind in NoticeKind if End in form_of(kind).fields.values()])
def test_an_end_at_midnight_is_the_end_of_the_day_before(kind: NoticeKind) -> None:
    """The page of the voucher says the same."""
    zh, en = body_of(kind, {End: datetime(2026, 12, 15, 16, tzinfo=UTC)})
    assert "2026年12月15日 24:00" in zh
    assert "12月16日" not in zh
    assert "the end of 15 Dec 2026" in en


def test_an_instant_at_midnight_at_which_something_was_done_stays_in_its_day() -> None:
    zh, en = body_of(NoticeKind.BENEFIT_REDEEMED, {datetime: datetime(2026, 12, 15, 16, tzinfo=UTC)})
    assert "已于 2026年12月16日 00:00 在" in zh
    assert "was used on 16 Dec 2026 00:00 at" in en
