"""The limits of a place, and a clock as it is shown. Clocks themselves live inside the documents of their cases."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from backend.clocks import rules
from backend.clocks.model import Clock, Limit, LimitSet, ShownClock
from schemas.terms import DayUnit, SourceMark
from schemas.text import Text

LIVE = "shanghai"
DATA = Path(__file__).parents[1] / "data"


def limits(code: str = LIVE) -> Mapping[str, Limit]:
    """The time limits in force, by name."""
    return _set(code).limits


def load(path: Path) -> LimitSet:
    """A set of limits from a file: the live one, or another place's. A fault of the file is a `ValueError` or `KeyError`."""
    read = json.loads(path.read_text(encoding="utf-8"))
    loaded = [_limit(one) for one in read["limits"]]
    by_name = {limit.name: limit for limit in loaded}
    if len(by_name) < len(loaded):
        raise ValueError(f"{path.name}: a limit stands there twice")
    return LimitSet(read["code"], _text(read["label"]), by_name)


def shown(clock: Clock, now: datetime) -> ShownClock:
    """The clock as both sides see it at `now`, for `schemas.clocks.Clock`."""
    return ShownClock(
        name=clock.name,
        label=clock.label.text,
        state=clock.state,
        started_at=clock.started_at,
        due_on=clock.due_on,
        due_at=clock.due_at,
        article=clock.basis.text,
        source_mark=clock.source_mark,
        limit_days=clock.limit_days,
        unit=clock.unit,
        extended_days=clock.extended_days,
        counted_days=clock.counted_days,
        calendar_version=clock.calendar_version,
        provisional=clock.provisional,
        paused_at=clock.paused_at,
        ended_at=clock.ended_at,
        overdue=rules.is_overdue(clock, now),
        late=rules.late(clock),
        moves=clock.moves,
        days_left=rules.days_left(clock, now),
    )


@lru_cache(maxsize=8)
def _set(code: str) -> LimitSet:
    return load(DATA / f"{code}.json")


def _limit(read: Mapping[str, Any]) -> Limit:
    days, extension = read["days"], read.get("extension_days")
    if (
        type(days) is not int
        or days < 0
        or not (extension is None or (type(extension) is int and extension > 0))
    ):
        raise ValueError(f"{read['name']}: a number of days is wrong")
    return Limit(
        name=read["name"],
        label=_text(read["label"]),
        days=days,
        unit=DayUnit(read["unit"]),
        runs_from=_text(read["runs_from"]),
        basis=_text(read["basis"]),
        source_mark=SourceMark(read["source_mark"]),
        extension_days=extension,
    )


def _text(read: Mapping[str, str]) -> Text:
    return Text(read["zh"], read["en"])
