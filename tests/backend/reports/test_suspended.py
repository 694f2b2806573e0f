"""A record whose provider fell silent is out of everything its subject or anybody else can ask, from the instant itself."""

from datetime import timedelta

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.records import service as records
from backend.records.model import Record
from backend.reports import service
from schemas.terms import Audience, Channel, Nature, RecordMark
from schemas.text import Text
from tests.backend.reports.conftest import NAME
from tests.support.records import keep, make_record
from tests.support.world import START, Clock

MINUTE = timedelta(minutes=1)


def seen(deps: Deps, verified: Actor, record: Record) -> list[int]:
    """How often the record stands in the report, a shared one, the counts, the calendar, and alone."""
    link = service.make_link(deps, verified, purpose="租房", audience=Audience.THIRD_PARTY)
    visitor = Actor("v", verified.role, Channel.LINK)
    shared = service.open_link(deps, visitor, code=link.url.rsplit("/", 1)[1])
    return [
        sum(section.count for section in service.mine(deps, verified).sections),
        sum(section.count for section in shared.sections),
        service.summary(deps, verified).by_nature[Nature.ADVERSE],
        len(service.forgetting_calendar(deps, verified).items),
        int(records.find_own(deps, record.subject_id, record.id) is not None),
    ]


def test_it_leaves_every_answer_at_the_planned_instant_and_not_before(
    deps: Deps, verified: Actor, clock: Clock
) -> None:
    (record,) = keep(deps, make_record(subject_id=verified.subject_id, suspends_at=START + MINUTE))
    clock.advance(seconds=59, milliseconds=999)
    assert seen(deps, verified, record) == [1] * 5
    clock.advance(milliseconds=1)
    assert seen(deps, verified, record) == [0] * 5


def test_an_erased_record_leaves_every_answer(deps: Deps, verified: Actor) -> None:
    (record,) = keep(deps, make_record(subject_id=verified.subject_id))
    records.erase(deps, verified, record=record)
    assert seen(deps, verified, record) == [0] * 5


def test_a_statement_stands_in_the_report_and_masks_the_name_for_others(deps: Deps, verified: Actor) -> None:
    (record,) = keep(deps, make_record(subject_id=verified.subject_id))
    records.mark(
        deps,
        verified,
        record_id=record.id,
        subject_id=record.subject_id,
        kind=RecordMark.DISSENTED,
        case_id="c1",
        reason=Text("理由", "the reason"),
        statement=f"{NAME}当日不在上海",
    )
    (own,) = service.mine(deps, verified).annotations
    assert own.statement == f"{NAME}当日不在上海"
    link = service.make_link(deps, verified, purpose="租房", audience=Audience.THIRD_PARTY)
    shared = service.open_link(deps, Actor("v", verified.role, Channel.LINK), code=link.url.rsplit("/", 1)[1])
    assert [one.statement for one in shared.annotations] == ["王**当日不在上海"]
