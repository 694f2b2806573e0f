"""What a command is made of, and the arguments that several commands share."""

import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from backend.common.actor import Actor, system
from backend.common.clock import SHANGHAI
from backend.common.deps import Deps
from backend.common.settings import Settings
from schemas.terms import Channel

ACTOR: Actor = system(Channel.COMMAND, "manage")
YEARS = range(2014, 2100)
DAY_YEARS = range(1950, 2200)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Wrong(Exception):
    """What was asked cannot be done; the message is one sentence for the operator."""


def _nothing(_: ArgumentParser) -> None:
    """A command without arguments."""


def _fine(_settings: Settings, _asked: Namespace) -> None:
    """A command of which nothing can be seen to be wrong before the database is opened."""


@dataclass(frozen=True)
class Command:
    """One command: `help` is its line in the list, `description` what its own --help says, `run` gives the exit code.

    `check` raises `Wrong` or a `ServiceError` for what can be seen to be wrong before the database is opened.
    """

    name: str
    help: str
    description: str
    run: Callable[[Deps, Namespace], int]
    arguments: Callable[[ArgumentParser], None] = _nothing
    check: Callable[[Settings, Namespace], None] = _fine
    needs_indexes: bool = True


def add_file(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=_file)


def add_report(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--report", metavar="FILE", type=Path, help="where to write the quality report (JSON)"
    )


def require_report(_: Settings, asked: Namespace) -> None:
    """Whether the report can be written is known before the import, not after it."""
    report: Path | None = asked.report
    if report is not None and (report.is_dir() or not report.absolute().parent.is_dir()):
        raise Wrong(f"the report cannot be written to {report}: no such folder, or a folder itself")


def count(text: str) -> int:
    """The type of an argument that counts."""
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise ArgumentTypeError("须为非负整数 / must be a whole number, 0 or more")
    return int(text)


def year(text: str) -> int:
    """The type of an argument that is a catalogue's year."""
    if not (text.isascii() and text.isdigit()) or int(text) not in YEARS:
        raise ArgumentTypeError(
            f"须为 {YEARS[0]} 至 {YEARS[-1]} 的年份 / must be a year from {YEARS[0]} to {YEARS[-1]}"
        )
    return int(text)


def day(text: str) -> date:
    """The type of an argument that is a day: YYYY-MM-DD."""
    said = _DAY.fullmatch(text)
    try:
        read = date.fromisoformat(text) if said else None
    except ValueError:
        read = None
    if read is None or read.year not in DAY_YEARS:
        raise ArgumentTypeError(
            f"须为 {DAY_YEARS[0]} 至 {DAY_YEARS[-1]} 年间的日期 / must be a day YYYY-MM-DD from {DAY_YEARS[0]} to"
            f" {DAY_YEARS[-1]}"
        )
    return read


def instant(text: str) -> datetime:
    """The type of an argument that is a point in time: ISO 8601; without an offset, and as a day alone, in Shanghai."""
    try:
        said = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(
            "须为 ISO 8601 时间 / must be a time in ISO 8601, such as 2026-12-01T09:00:00+08:00"
        ) from error
    if said.year not in YEARS:
        raise ArgumentTypeError(
            f"须在 {YEARS[0]} 至 {YEARS[-1]} 年间 / must be from {YEARS[0]} to {YEARS[-1]}"
        )
    here = said if said.tzinfo else said.replace(tzinfo=SHANGHAI)
    return here.astimezone(UTC).replace(microsecond=here.microsecond // 1000 * 1000)


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise ArgumentTypeError(f"找不到该文件 / there is no such file: {text}")
    return path
