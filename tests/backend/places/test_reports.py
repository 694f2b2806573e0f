"""Three residents who say that a shop is gone make a task; nobody counts twice, and nobody is kept."""

from typing import Any

from backend.common.actor import Actor, system
from backend.common.deps import Deps
from backend.desk import service as desk
from backend.places import service
from backend.places.service import reporting
from schemas.terms import Channel, Crs, PlaceFinding, PlaceReportKind, PlaceState, PlaceTaskState, Role
from tests.backend.places.conftest import STEWARD, Put
from tests.support.followers import account
from tests.support.refusals import at_once, refused
from tests.support.world import Clock

MOVED, CLOSED = PlaceReportKind.MOVED, PlaceReportKind.CLOSED
WORKER = system(Channel.WORKER, "sweeps")


def resident(number: int, subject_id: str | None = None) -> Actor:
    return Actor(f"acc-{number}", Role.CITIZEN, Channel.API, subject_id=subject_id)


def raised(deps: Deps) -> tuple[reporting.ShownTask, ...]:
    return service.tasks(deps, STEWARD, state=PlaceTaskState.OPEN, limit=10).items


def on_desk(deps: Deps) -> int:
    (queue,) = [queue for queue in desk.desk(deps, STEWARD).queues if queue.name == "places"]
    return queue.count


def report_thrice(deps: Deps, place_id: str, first: int = 1) -> None:
    for number in range(first, first + 3):
        service.report(deps, resident(number), place_id=place_id, kind=CLOSED)


def test_a_phone_counts_once_whatever_accounts_it_opens(deps: Deps, put: Put) -> None:
    place, phone = put(), "+8613812345671"
    for name in ("first", "second", "third"):
        actor = account(deps, name, phone=phone)
        service.report(deps, actor, place_id=place.id, kind=CLOSED)
        deps.db["accounts"].update_one(
            {"_id": name}, {"$set": {"phone_sealed": None, "closed_at": deps.now()}}
        )
    assert raised(deps) == ()
    assert deps.db["place_reports"].count_documents({}) == 1


def test_the_third_report_makes_a_task(deps: Deps, put: Put) -> None:
    place = put()
    service.report(deps, resident(1), place_id=place.id, kind=MOVED)
    service.report(deps, resident(2), place_id=place.id, kind=CLOSED)
    assert (raised(deps), on_desk(deps)) == ((), 0)
    service.report(deps, resident(3), place_id=place.id, kind=CLOSED)
    (task,) = raised(deps)
    assert (task.place_id, task.moved, task.closed, on_desk(deps)) == (place.id, 1, 2, 1)
    service.report(deps, resident(4), place_id=place.id, kind=CLOSED)
    (task,) = raised(deps)
    assert (task.moved, task.closed) == (1, 3)
    assert service.find(deps, place_id=place.id, crs=Crs.WGS84), "shown until somebody has looked"


def test_a_person_counts_once_however_often_and_by_however_many_accounts(deps: Deps, put: Put) -> None:
    place = put()
    first = service.report(deps, resident(1, "subject-1"), place_id=place.id, kind=MOVED)
    again = service.report(deps, resident(1, "subject-1"), place_id=place.id, kind=CLOSED)
    assert (again.id, again.kind) == (first.id, MOVED)
    for number in (2, 3, 4):
        service.report(deps, resident(number, "subject-1"), place_id=place.id, kind=MOVED)
    assert raised(deps) == ()
    assert deps.db["place_tasks"].find_one()["moved"] == 1


def test_an_account_that_is_bound_afterwards_counts_no_second_time(deps: Deps, put: Put) -> None:
    place = put()
    service.report(deps, resident(1), place_id=place.id, kind=MOVED)
    service.report(deps, resident(1, "subject-1"), place_id=place.id, kind=MOVED)
    assert deps.db["place_tasks"].find_one()["moved"] == 1


def test_of_many_at_the_same_moment_each_counts_and_one_task_is_made(deps: Deps, put: Put) -> None:
    place = put()
    numbers = iter(range(1, 6))
    ended = at_once(lambda: service.report(deps, resident(next(numbers)), place_id=place.id, kind=CLOSED), 5)
    refusals = [one for one in ended if hasattr(one, "reason")]
    assert {one.reason for one in refusals} <= {"database.busy"}
    (task,) = deps.db["place_tasks"].find()
    assert task["closed"] == deps.db["place_reports"].count_documents({}) == 5 - len(refusals)
    assert (task["state"] == "open") == (task["closed"] >= 3)


def test_one_who_taps_many_times_at_once_counts_once(deps: Deps, put: Put) -> None:
    place = put()
    at_once(lambda: service.report(deps, resident(1), place_id=place.id, kind=CLOSED), 5)
    assert deps.db["place_tasks"].find_one()["closed"] == 1


def test_who_reported_is_not_to_be_read_anywhere_and_is_forgotten_with_the_answer(
    deps: Deps, put: Put
) -> None:
    place = put()
    for number in (1, 2, 3):
        service.report(deps, resident(number, f"subject-{number}"), place_id=place.id, kind=CLOSED)
    everything = repr([list(deps.db[name].find()) for name in deps.db.list_collection_names()])
    assert "acc-1" not in everything
    assert "subject-1" not in everything
    (task,) = raised(deps)
    service.resolve(
        deps, STEWARD, task_id=task.id, finding=PlaceFinding.STILL_THERE, reason="电话核实，正常营业"
    )
    assert deps.db["place_reports"].count_documents({}) == 0


def test_what_was_found_is_done(deps: Deps, put: Put) -> None:
    wanted = {
        PlaceFinding.STILL_THERE: PlaceState.ACTIVE,
        PlaceFinding.MOVED: PlaceState.PAUSED,
        PlaceFinding.CLOSED: PlaceState.CLOSED,
    }
    for finding, state in wanted.items():
        place = put()
        report_thrice(deps, place.id)
        (task,) = raised(deps)
        done = service.resolve(deps, STEWARD, task_id=task.id, finding=finding, reason="现场核实")
        assert (done.place_state, done.finding, done.state) == (state, finding, PlaceTaskState.RESOLVED)
        assert on_desk(deps) == 0
        refused(
            "places.task_changed",
            service.resolve,
            deps,
            STEWARD,
            task_id=task.id,
            finding=finding,
            reason="再次",
        )
    resolved = service.tasks(deps, STEWARD, state=PlaceTaskState.RESOLVED, limit=10).items
    assert [one.finding for one in resolved] == list(wanted)


def test_a_finding_about_a_shop_that_staff_have_paused_meanwhile(deps: Deps, put: Put) -> None:
    for finding, state in ((PlaceFinding.MOVED, PlaceState.PAUSED), (PlaceFinding.CLOSED, PlaceState.CLOSED)):
        place = put()
        report_thrice(deps, place.id)
        (task,) = raised(deps)
        service.pause(deps, STEWARD, place_id=place.id, reason="先停")
        done = service.resolve(deps, STEWARD, task_id=task.id, finding=finding, reason="现场核实")
        assert done.place_state is state


def test_two_members_of_staff_resolve_a_task_once(deps: Deps, put: Put) -> None:
    place = put()
    report_thrice(deps, place.id)
    (task,) = raised(deps)
    ended = at_once(
        lambda: service.resolve(deps, STEWARD, task_id=task.id, finding=PlaceFinding.CLOSED, reason="关门"), 3
    )
    assert [getattr(one, "reason", None) for one in ended if not hasattr(one, "kind")].count("关门") == 1
    events = service.find_for_staff(deps, STEWARD, place_id=place.id).events
    assert [event.act.value for event in events] == ["create", "close"]


def test_withdrawing_a_shop_settles_its_task(deps: Deps, put: Put) -> None:
    place = put()
    report_thrice(deps, place.id)
    service.close(deps, STEWARD, place_id=place.id, reason="取消资格")
    assert (raised(deps), on_desk(deps), deps.db["place_reports"].count_documents({})) == ((), 0, 0)


def test_after_the_answer_reports_begin_anew(deps: Deps, put: Put) -> None:
    place = put()
    report_thrice(deps, place.id)
    (task,) = raised(deps)
    service.resolve(deps, STEWARD, task_id=task.id, finding=PlaceFinding.STILL_THERE, reason="仍在")
    service.report(deps, resident(1), place_id=place.id, kind=CLOSED)
    assert raised(deps) == ()
    report_thrice(deps, place.id)
    (new,) = raised(deps)
    assert (new.id != task.id, new.closed) == (True, 3)


def test_ten_shops_a_day_and_a_refused_report_is_not_counted(deps: Deps, put: Put, clock: Clock) -> None:
    shops = [put() for _ in range(11)]
    for place in shops[:10]:
        service.report(deps, resident(1), place_id=place.id, kind=CLOSED)
        service.report(deps, resident(1), place_id=place.id, kind=CLOSED)
    wanted: dict[str, Any] = {"place_id": shops[10].id, "kind": CLOSED}
    refused("places.too_many_reports", service.report, deps, resident(1), **wanted)
    clock.advance(hours=24)
    assert service.report(deps, resident(1), **wanted)
    refused("places.not_found", service.report, deps, resident(2), place_id="nothing", kind=CLOSED)


def test_nobody_but_a_resident_reports(deps: Deps, put: Put) -> None:
    refused("auth.not_allowed", service.report, deps, STEWARD, place_id=put().id, kind=CLOSED)


def test_what_nobody_confirms_is_forgotten_after_three_months(deps: Deps, put: Put, clock: Clock) -> None:
    alone, task = put(), put()
    service.report(deps, resident(1), place_id=alone.id, kind=CLOSED)
    report_thrice(deps, task.id, first=2)
    clock.advance(days=90)
    assert service.forget_reports(deps, WORKER) == 0
    clock.advance(seconds=1)
    assert service.forget_reports(deps, WORKER) == 1
    assert service.forget_reports(deps, WORKER) == 0
    assert {one["place_id"] for one in deps.db["place_reports"].find()} == {task.id}
    assert on_desk(deps) == 1
