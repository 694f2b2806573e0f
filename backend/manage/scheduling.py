"""The commands about deadlines."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import replace

from backend import sweeps
from backend.audit import service as audit
from backend.common.clock import SHANGHAI
from backend.common.deps import Deps
from backend.common.settings import Settings
from backend.manage import asking
from backend.manage.asking import ACTOR, Command, Wrong
from backend.sweeps import Job


def _run_schedule(deps: Deps, asked: Namespace, jobs: Sequence[Job] = sweeps.JOBS) -> int:
    """Every sweep once, a line each; 1 when one of them failed."""
    failed = 0
    for outcome in sweeps.run_all(_at(deps, asked), ACTOR, jobs):
        failed += outcome.fault is not None
        told = "" if outcome.fault is None else f"; failed: {outcome.fault}"
        print(f"{outcome.name}: {outcome.done}{told}", flush=True)
    return 1 if failed else 0


def _at(deps: Deps, asked: Namespace) -> Deps:
    """The deps at the instant that was asked for; not inside a closed period of the log, into which nothing may be written."""
    if asked.now is None:
        return deps
    closed = audit.closed_until(deps)
    if closed is not None and asked.now < closed:
        raise Wrong(
            f"--now: the audit log is closed until {closed.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S} (Shanghai)"
        )
    return replace(deps, now=lambda: asked.now)


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--now", metavar="T", type=asking.instant, help="as if it were T (ISO 8601); not in production"
    )


def _check(settings: Settings, asked: Namespace) -> None:
    if settings.app_env == "production" and asked.now is not None:
        raise Wrong(
            "--now: in production the sweeps run at the time it is, since what they do cannot be taken back"
        )


COMMANDS = (
    Command(
        "run-schedule",
        "run every deadline sweep once",
        "Runs every deadline sweep once, as the worker does on its timer: reminders, overdue cases, silent providers, "
        "moved due dates, ends of waits, notices of the forgetting calendar. Prints a line for each with the number of "
        "cases it changed. Safe to run twice and beside the worker. With --now it is done as if it were that time, and "
        "what it does stays. Exit code 1 when a sweep failed; the others have run then all the same.",
        _run_schedule,
        _arguments,
        _check,
    ),
)
