"""The command that answers when a time limit ends."""

from argparse import ArgumentParser, Namespace

from backend.calendars import service as calendars
from backend.common.deps import Deps
from backend.common.settings import Settings
from backend.common.workdays import Due
from backend.manage import asking
from backend.manage.asking import Command, Wrong

MOST = 1000


def _due_date(deps: Deps, asked: Namespace) -> int:
    calendar = calendars.calendar(deps)
    count = calendar.due_by_calendar if asked.calendar_days else calendar.due
    print(_told(count(asked.start, asked.days)))
    return 0


def _told(due: Due) -> str:
    lines = [
        due.on.isoformat(),
        f"provisional: {str(due.provisional).lower()}",
        f"calendar: {due.version}",
        f"counted: {' '.join(day.isoformat() for day in due.counted)}".rstrip(),
    ]
    if due.provisional:
        lines.append(
            "the holidays of a year it touches are not announced yet; the date moves when they are put in"
        )
    return "\n".join(lines)


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "start", metavar="START", type=asking.day, help="the day of receipt, which is not counted"
    )
    parser.add_argument("days", metavar="DAYS", type=asking.count, help=f"how many days, up to {MOST}")
    parser.add_argument("--calendar-days", action="store_true", help="count calendar days, not working days")


def _check(_: Settings, asked: Namespace) -> None:
    if asked.days > MOST:
        raise Wrong(f"DAYS: 最多 {MOST} 天 / {MOST} at most")


COMMANDS = (
    Command(
        "due-date",
        "say when a time limit ends",
        "Prints the last day of a limit of DAYS working days that begins with what happened on START (YYYY-MM-DD), whether it "
        "is provisional because a year it touches has no announced holidays, the tables it rests on, and every day "
        "counted. The tables that staff put in come first.",
        _due_date,
        _arguments,
        _check,
        needs_indexes=False,
    ),
)
