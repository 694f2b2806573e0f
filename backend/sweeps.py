"""Everything that is done by the clock: the worker runs each job on its timer, `manage run-schedule` all of them once.

A sweep narrows by an index; the use case it calls decides again, under the same rule and by compare-and-set. So running
twice, in two processes, or again after a crash changes nothing more; and nothing waits for a sweep where reading decides.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from backend.batches import service as batches
from backend.benefits import service as benefits
from backend.common import mongo
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import DriverError
from backend.common.sweeping import Unfinished, place_of
from backend.deliveries import service as deliveries
from backend.eligibility import service as eligibility
from backend.evidence import service as evidence
from backend.grades import service as grades
from backend.news import service as news
from backend.objections import service as objections
from backend.operations import service as operations
from backend.orders import service as orders
from backend.places import service as places
from backend.pushes import service as pushes
from backend.records import service as records
from backend.records.service import Consumer
from backend.reports import service as reports
from backend.restorations import service as restorations

CONSUMERS: tuple[Consumer, ...] = (
    objections.Forgetting(),
    restorations.Forgetting(),
    grades.Forgetting(),
    benefits.Rejudging(),
    eligibility.Rejudging(),
)
"""Whoever keeps decisions about people's records and judges them again when a record changes."""
SECOND, MINUTE, HOUR, DAY = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
)


@dataclass(frozen=True)
class Job:
    """One use case, how often it is due, and how many cases a run of it changed."""

    name: str
    every: timedelta
    run: Callable[[Deps, Actor], int]


@dataclass(frozen=True)
class Outcome:
    """What became of one run of a job: how many cases it changed, and what went wrong, if something did."""

    name: str
    done: int
    seconds: float
    fault: str | None = None


JOBS: tuple[Job, ...] = (
    Job("objections.recompute_clocks", MINUTE, objections.recompute_clocks),
    Job("objections.end_supplements", MINUTE, objections.end_supplements),
    Job("objections.suspend_silent", MINUTE, objections.suspend_silent),
    Job("objections.close_upheld", MINUTE, objections.close_upheld),
    Job("objections.flag_overdue", MINUTE, objections.flag_overdue),
    Job("objections.remind_due", MINUTE, objections.remind_due),
    Job("restorations.recompute_clocks", MINUTE, restorations.recompute_clocks),
    Job("restorations.flag_overdue", MINUTE, restorations.flag_overdue),
    Job("restorations.remind_due", MINUTE, restorations.remind_due),
    Job("questions.recompute_clocks", MINUTE, reports.recompute_clocks),
    Job("questions.flag_overdue", MINUTE, reports.flag_overdue),
    Job("questions.remind_due", MINUTE, reports.remind_due),
    Job("contests.recompute_clocks", MINUTE, eligibility.recompute_clocks),
    Job("contests.flag_overdue", MINUTE, eligibility.flag_overdue),
    Job("contests.remind_due", MINUTE, eligibility.remind_due),
    Job("passes.drop_unused", MINUTE, eligibility.drop_unused),
    Job("orders.wind_up", MINUTE, orders.wind_up),
    Job("orders.expire", DAY, orders.expire),
    Job("orders.lapse", MINUTE, orders.lapse),
    Job("orders.flag_overdue", MINUTE, orders.flag_overdue),
    Job("orders.remind_due", MINUTE, orders.remind_due),
    Job("records.ripple", MINUTE, lambda deps, actor: records.ripple(deps, actor, consumers=CONSUMERS)),
    Job("evidence.remove_loose", MINUTE, evidence.remove_loose),
    Job("batches.process", SECOND, batches.process),
    Job("reports.tell_ahead", DAY, reports.tell_ahead),
    Job("benefits.end_expired", MINUTE, benefits.end_expired),
    Job("benefits.remind_expiring", HOUR, benefits.remind_expiring),
    Job("places.forget_reports", DAY, places.forget_reports),
    Job("benefits.watch_partners", HOUR, benefits.watch_partners),
    Job("benefits.remove_old", DAY, benefits.remove_old),
    Job("news.publish_due", MINUTE, news.publish_due),
    Job("deliveries.plan", SECOND, deliveries.plan),
    Job("pushes.advance", SECOND, pushes.advance),
    Job("pushes.close", HOUR, pushes.close),
    Job("operations.close_months", HOUR, operations.close_months),
)
"""In the order in which they build on each other: first the days, then what is late by them, last what all of it told people."""


def run(deps: Deps, actor: Actor, job: Job) -> Outcome:
    """Run a job; a fault of it is its outcome, so that it stops no other. Only an absent database is raised."""
    began = time.perf_counter()
    try:
        done, fault = job.run(deps, actor), None
    except Unfinished as error:
        done, fault = error.done, str(error)
    except Exception as error:
        if isinstance(error, DriverError) and mongo.is_away(error):
            raise
        done, fault = 0, place_of(error)
    return Outcome(job.name, done, time.perf_counter() - began, fault)


def run_all(deps: Deps, actor: Actor, jobs: Sequence[Job] = JOBS) -> Iterator[Outcome]:
    """Every job once, one after the other."""
    return (run(deps, actor, job) for job in jobs)
