"""Every sweep with something to do: in two real processes at once each thing is done once, and a second time nothing is."""

import base64
import json
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest

from backend import sweeps
from backend.audit import service as audit
from backend.batches import service as batches
from backend.benefits.model import Tier
from backend.calendars import service as calendars
from backend.common.actor import Actor, system
from backend.common.deps import Deps
from backend.common.periods import end_of
from backend.eligibility import service as eligibility
from backend.evidence import service as evidence
from backend.evidence.model import Upload
from backend.merchants import service as merchants
from backend.orders import service as orders
from backend.places import service as places
from backend.pushes import service as pushes
from backend.reports import service as reports
from backend.restorations import service as restorations
from schemas.terms import Channel, ObjectionState, PlaceReportKind, Role, Way
from tests.backend.benefits.fair import MANAGER, Fair
from tests.backend.eligibility import counter as counters
from tests.backend.evidence.made import picture
from tests.backend.news.press import Press
from tests.backend.objections.town import Town, make_town
from tests.backend.places.conftest import LISTED, SHOP
from tests.backend.pushes.test_service import wish
from tests.support import world
from tests.support.calendars import DAYS_OF_2027
from tests.support.followers import EDITOR
from tests.support.processes import Process
from tests.support.refusals import at_once
from tests.support.world import Clock

STEWARD = Actor("staff-tang", Role.DATA_STEWARD, Channel.CONSOLE, name="tang.yue")
WORKER = system(Channel.WORKER, "worker")
LONG_AGO, FRIDAY = datetime(2026, 11, 20, 2, tzinfo=UTC), datetime(2026, 12, 18, 2, tzinfo=UTC)
NOW = datetime(2026, 12, 22, 2, tzinfo=UTC)
"""A Tuesday: what had two working days on Friday is due today, what had three is due tomorrow."""


@pytest.fixture
def busy(deps: Deps, clock: Clock) -> Town:
    """A town in which every sweep has something to do at `NOW`."""
    clock.set(LONG_AGO - places.GATHERED_FOR)
    _report_shop(deps)
    clock.set(LONG_AGO)
    town = make_town(deps)
    for state in (
        ObjectionState.MARKED,
        ObjectionState.COMPARING,
        ObjectionState.SUPPLEMENT_REQUESTED,
        ObjectionState.FORWARDED,
        ObjectionState.UPHELD,
    ):
        town.bring_to(state)
    _ask_and_apply(town)
    _claim(town)
    counter = counters.make_counter(deps)
    _contest(counter, town)
    evidence.put(deps, town.resident, checked=evidence.checked([Upload("a.jpg", picture())]))
    pushes.create(deps, EDITOR, wish=wish(ways=[Way.APP_PUSH]))
    pushes.advance(deps, WORKER)
    clock.set(datetime(2026, 12, 1, 2, tzinfo=UTC))
    _ask_and_apply(town)
    clock.set(datetime(2026, 12, 9, 2, tzinfo=UTC))
    _contest(counter, town)
    _borrow(counter)
    clock.set(FRIDAY)
    _contest(counter, town)
    town.bring_to(ObjectionState.MARKED)
    town.bring_to(ObjectionState.SUPPLEMENT_REQUESTED)
    town.bring_to(ObjectionState.CLOSED)
    _ask_and_apply(town)
    _claim(town)
    _close_a_shop(town)
    town.record(query_until=end_of(date(2026, 12, 31)))
    pushes.create(deps, EDITOR, wish=wish(ways=[Way.APP_PUSH]))
    calendars.put_year(deps, STEWARD, **DAYS_OF_2027)
    batches.hand_in(deps, town.provider, name="a.jsonl", content=b"{}\n")
    press = Press(deps)
    press.publish(press.approved(), NOW)
    clock.set(NOW)
    return town


def _report_shop(deps: Deps) -> None:
    """A shop that one resident says has closed."""
    shop = places.create(deps, STEWARD, given=SHOP, listed=LISTED)
    resident = Actor("acc-shopper", Role.CITIZEN, Channel.API)
    places.report(deps, resident, place_id=shop.id, kind=PlaceReportKind.CLOSED)


def _ask_and_apply(town: Town) -> None:
    """A question about a look, and two restorations, one of them accepted."""
    deps, resident = town.deps, town.resident
    reports.summary(deps, resident)
    reports.ask(deps, resident, entry_id=reports.access_log(deps, resident, limit=1).items[0].id)
    for _ in range(2):
        case = restorations.apply(deps, resident, record_id=town.record().id, pledge="已补缴")
    restorations.accept(deps, town.officer, restoration_id=case.id)


def _claim(town: Town) -> None:
    """A benefit for everybody, claimed for five days: over by `NOW`, or to be reminded of."""
    fair = Fair(town.deps, town.resident)
    fair.claim(fair.start(tiers=(Tier(None, 500),), valid_days=5))


def _close_a_shop(town: Town) -> None:
    """A benefit whose only shop closes when one was used, which is kept until now, and another was not."""
    fair = Fair(town.deps, town.resident)
    shop = fair.shop("将要停业的店")
    benefit = fair.start(shop, tiers=(Tier(None, 500),), per_person=2, valid_days=30)
    used = fair.claim(benefit)
    fair.redeem(shop, used.code)
    fair.claim(benefit)
    town.deps.db["benefit_claims"].update_one({"_id": used.id}, {"$set": {"kept_until": NOW}})
    merchants.close(town.deps, MANAGER, merchant_id=shop.id, reason="歇业")


def _contest(counter: counters.Counter, town: Town) -> None:
    """A deposit-free check that the resident wants a person to look at."""
    answer = counter.asked(counter.still_verified(town.resident))
    eligibility.contest(town.deps, town.resident, check_id=answer.check_id)


def _borrow(counter: counters.Counter) -> None:
    """An order that is never begun, one that is late at `NOW`, one that is due on the next day, one that nobody settled for long
    enough, one whose merchant closes; and a pass that nobody uses."""
    borrower = counter.resident("赵六", "006")
    for days in (None, 7, 13):
        answer = counter.asked(borrower)
        made = orders.create(
            counter.deps, counter.till, order_no=f"no-{days}", check_id=answer.check_id, days=days
        )
        if days is not None:
            orders.activate(counter.deps, counter.till, order_id=made.id)
    old = orders.create(counter.deps, counter.till, order_no="old", check_id=counter.asked(borrower).check_id)
    orders.activate(counter.deps, counter.till, order_id=old.id)
    counter.deps.db["orders"].update_one({"_id": old.id}, {"$set": {"end_by": NOW}})
    code = counter.passed(borrower, counter.elsewhere).code
    asked = {"code": code, "service_id": counter.elsewhere.id}
    answer = eligibility.check(counter.deps, counter.other, **asked)
    gone = orders.create(counter.deps, counter.other, order_no="gone", check_id=answer.check_id)
    orders.activate(counter.deps, counter.other, order_id=gone.id)
    merchants.close(counter.deps, counters.MANAGER, merchant_id=counter.other.id, reason="停业")
    counter.passed(borrower)


def dump(deps: Deps) -> dict[str, list[str]]:
    """Everything in the database, as text."""
    names = sorted(deps.db.list_collection_names())
    return {name: sorted(map(repr, deps.db[name].find())) for name in names}


def doubled(deps: Deps) -> list[Any]:
    """Notices, and lines of the log about a case's clocks, that say the same thing twice."""
    said: Counter[str] = Counter()
    for name in ("notices", "desk_notices"):
        for one in deps.db[name].find({"created_at": NOW}):
            about = {key: one.get(key) for key in ("account_id", "role", "unit", "kind", "payload")}
            said[json.dumps(about, default=str)] += 1
    return [one for one, times in said.items() if times > 1]


def test_in_two_processes_at_once_every_sweep_does_each_thing_once(busy: Town) -> None:
    deps = busy.deps
    env = {
        "APP_ENV": "test",
        "MONGODB_URI": deps.settings.mongodb_uri or "",
        "MONGODB_DATABASE": deps.settings.mongodb_database,
        "DATA_DIR": str(deps.settings.data_dir),
        "FIELD_MASTER_KEY": base64.b64encode(world.MASTER_KEY).decode(),
    }
    asked = ("run-schedule", "--now", NOW.isoformat())
    with Process("backend.manage", *asked, env=env) as one, Process("backend.manage", *asked, env=env) as two:
        assert (one.wait(), two.wait()) == (0, 0), one.lines + two.lines
    done = Counter[str]()
    for line in one.lines + two.lines:
        name, _, count = line.partition(": ")
        done[name] += int(count)
    assert {name: done[name] > 0 for name in done} == dict.fromkeys((job.name for job in sweeps.JOBS), True)
    assert doubled(deps) == []
    _nothing_is_left(deps)


def test_a_second_time_and_many_at_once_change_nothing_more(busy: Town) -> None:
    deps = busy.deps
    first = {outcome.name: outcome for outcome in sweeps.run_all(deps, WORKER)}
    assert [outcome for outcome in first.values() if outcome.fault or not outcome.done] == []
    assert doubled(deps) == []
    _nothing_is_left(deps)


def _nothing_is_left(deps: Deps) -> None:
    before = dump(deps)
    again = at_once(lambda: [one.done or one.fault for one in sweeps.run_all(deps, WORKER)], 3)
    assert [what for each in again for what in each if what] == []
    assert dump(deps) == before
    assert list(audit.verify_log(deps)) == []
