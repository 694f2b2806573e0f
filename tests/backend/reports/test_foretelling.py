"""What is told thirty days ahead: each date of the forgetting calendar, once, to whoever has an account."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from backend.accounts import service as accounts
from backend.accounts.model import Account
from backend.common.actor import Actor, system
from backend.common.deps import Deps
from backend.common.documents import to_document
from backend.common.periods import end_of
from backend.notices import service as notices
from backend.records.model import Record
from backend.reports import rules, service
from backend.reports.service import foretelling
from schemas.notices import NoticeKind
from schemas.terms import Channel, Nature, Openness, Severity
from tests.support.records import keep, keep_subject, make_record
from tests.support.refusals import at_once, refused
from tests.support.world import START, Clock

WORKER = system(Channel.WORKER, "worker")
TODAY = date(2026, 11, 21)
IN_30 = date(2026, 12, 21)


def fine(**changes: Any) -> Record:
    """An adverse record of which nothing is near."""
    given: dict[str, Any] = {
        "occurred_on": date(2024, 1, 5),
        "ended_on": date(2024, 1, 5),
        "query_until": end_of(date(2029, 1, 5)),
    }
    return make_record(**given | changes)


def told(deps: Deps, actor: Actor) -> list[NoticeKind]:
    return [notice.kind for notice in notices.inbox(deps, actor, limit=50).items]


@pytest.mark.parametrize(
    ("record", "kinds"),
    [
        (fine(), {}),
        (fine(query_until=end_of(IN_30 - timedelta(days=1))), {NoticeKind.QUERY_ENDS_SOON: "2026-12-20"}),
        (fine(query_until=end_of(IN_30)), {}),
        (fine(query_until=START), {}),
        (fine(query_until=None), {}),
        (
            fine(public_until=end_of(TODAY), openness=Openness.PUBLIC),
            {NoticeKind.DISPLAY_ENDS_SOON: "2026-11-21"},
        ),
        (fine(public_until=end_of(TODAY)), {}),
        (fine(ended_on=date(2026, 12, 1)), {NoticeKind.RESTORATION_POSSIBLE_SOON: "2026-12-01"}),
        (fine(ended_on=IN_30), {NoticeKind.RESTORATION_POSSIBLE_SOON: "2026-12-21"}),
        (fine(ended_on=IN_30 + timedelta(days=1)), {}),
        (fine(ended_on=TODAY), {}),
        (
            fine(occurred_on=date(2025, 12, 10), ended_on=date(2026, 1, 1), severity=Severity.SERIOUS),
            {NoticeKind.RESTORATION_POSSIBLE_SOON: "2026-12-10"},
        ),
        (fine(document_on=date(2026, 9, 5)), {NoticeKind.RESTORATION_POSSIBLE_SOON: "2026-12-05"}),
        (fine(ended_on=date(2026, 12, 1), severity=None), {}),
        (fine(ended_on=date(2026, 12, 1), nature=Nature.OTHER), {}),
    ],
)
def test_what_is_near_is_known_by_its_day(record: Record, kinds: dict[NoticeKind, str]) -> None:
    assert {kind: str(one.on) for kind, one in rules.ahead(record, START).items()} == kinds


def near(actor: Actor, on: date = date(2026, 12, 1)) -> Record:
    """A record of the person that is forgotten in ten days."""
    return fine(subject_id=actor.subject_id, query_until=end_of(on))


def test_each_date_is_told_once_however_often_the_sweep_runs(deps: Deps, bound: Actor, clock: Clock) -> None:
    (record,) = keep(deps, near(bound, date(2026, 12, 30)))
    assert service.tell_ahead(deps, WORKER) == 0
    clock.set(datetime(2026, 12, 1, tzinfo=UTC))
    assert [service.tell_ahead(deps, WORKER) for _ in range(2)] == [1, 0]
    clock.set(datetime(2026, 12, 30, tzinfo=UTC))
    assert service.tell_ahead(deps, WORKER) == 0
    (notice,) = notices.inbox(deps, bound, limit=5).items
    assert "2026年12月30日 24:00" in notice.body
    assert "第三十五条" in notice.body
    assert record.title not in notice.body


def test_a_date_that_moves_is_told_again(deps: Deps, bound: Actor) -> None:
    (record,) = keep(deps, near(bound))
    service.tell_ahead(deps, WORKER)
    deps.db["records"].update_one({"_id": record.id}, {"$set": {"query_until": end_of(date(2026, 12, 5))}})
    assert service.tell_ahead(deps, WORKER) == 1


def test_workers_at_the_same_moment_tell_it_once(deps: Deps, bound: Actor) -> None:
    keep(deps, *(near(bound) for _ in range(3)))
    assert sum(at_once(lambda: service.tell_ahead(deps, WORKER), 3)) == 3
    assert told(deps, bound) == [NoticeKind.QUERY_ENDS_SOON] * 3


@pytest.mark.parametrize("changes", [{"hidden_at": START}, {"suspended_at": START}])
def test_of_what_is_not_shown_nothing_is_told(deps: Deps, bound: Actor, changes: dict[str, Any]) -> None:
    keep(deps, replace(near(bound), **changes))
    assert service.tell_ahead(deps, WORKER) == 0


def test_who_has_no_account_hears_nothing_and_who_closes_it_no_more(deps: Deps, bound: Actor) -> None:
    keep(deps, fine(subject_id="nobody", query_until=end_of(date(2026, 12, 1))), near(bound))
    accounts.close(deps, bound)
    assert service.tell_ahead(deps, WORKER) == 0
    assert deps.db["notices"].count_documents({"kind": "query_ends_soon"}) == 0


def test_what_changed_since_the_sweep_looked_is_seen(deps: Deps, bound: Actor) -> None:
    (record,) = keep(deps, near(bound))
    owed = list(foretelling._owed(deps))
    deps.db["records"].update_one({"_id": record.id}, {"$set": {"hidden_at": START}})
    assert [foretelling._tell(deps, one) for one in owed] == [False]


def test_every_account_has_its_turn(deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foretelling, "ACCOUNTS_AT_ONCE", 3)
    for place in range(8):
        subject = keep_subject(deps, name="某人", number=f"31019919610804{place:03}X")
        deps.db["accounts"].insert_one(
            to_document(Account(f"a{place}", b"%d" % place, subject.id, "zh", deps.now()))
        )
        keep(deps, fine(subject_id=subject.id, query_until=end_of(date(2026, 12, 1))))
    assert service.tell_ahead(deps, WORKER) == 8
    assert sorted(deps.db["notices"].distinct("account_id")) == [f"a{place}" for place in range(8)]


@pytest.mark.parametrize("sweep", [service.tell_ahead, service.remind_due, service.recompute_clocks])
def test_a_sweep_is_the_systems(deps: Deps, bound: Actor, sweep: Callable[[Deps, Actor], int]) -> None:
    refused("auth.not_allowed", sweep, deps, bound)
