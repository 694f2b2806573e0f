"""The inbox and the outbox, on the real database."""

from datetime import date, datetime
from typing import Any

import pytest

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.notices import service
from schemas.base import SPEAKING
from schemas.notices import DESK_FORMS, FORMS, DeskNoticeKind, NoticeKind, desk_worded, stored, worded
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
    Text: Text("比对", "Compare"),
    CaseKind: CaseKind.OBJECTION,
    QuestionFinding: QuestionFinding.LAWFUL,
    ContestFinding: ContestFinding.UPHELD,
    RippleCause: RippleCause.CORRECTED,
}


@pytest.mark.parametrize("kind", [*NoticeKind, *DeskNoticeKind])
def test_every_kind_speaks_both_languages(kind: NoticeKind | DeskNoticeKind) -> None:
    form = FORMS[kind] if isinstance(kind, NoticeKind) else DESK_FORMS[kind]
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
        assert "locked until 2026-11-21 20:00" in notice.body
    finally:
        SPEAKING.reset(mark)
