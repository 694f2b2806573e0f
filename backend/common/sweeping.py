"""Going through many cases one by one, so that the fault of one holds up no other."""

import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from backend.common import logs, mongo
from backend.common.mongo import DriverError

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
log = logs.get("backend.sweeping")


class Unfinished(Exception):
    """A sweep is through and some of its cases failed; they are met again by the next run. `done` counts the others."""

    def __init__(self, done: int, faults: list[str]) -> None:
        super().__init__(f"{len(faults)} failed, the first with {faults[0]}")
        self.done = done
        self.faults = faults


def each(found: Iterable[T], decide: Callable[[T], object]) -> int:
    """Give every one to its use case, each in a transaction of its own; how many it said something of (true) became.

    The use case decides again under the rule that narrowed, and gives false where another was faster. A fault is logged
    without its message, which may hold personal data; the rest are done first, then `Unfinished` tells. An absent database
    ends the sweep at once.
    """
    done, faults = 0, []
    for one in found:
        try:
            done += bool(decide(one))
        except Exception as error:
            if isinstance(error, DriverError) and mongo.is_away(error):
                raise
            faults.append(place_of(error))
            log.error("sweep.case_failed", fault=faults[-1])
    if faults:
        raise Unfinished(done, faults)
    return done


def place_of(error: BaseException) -> str:
    """What sort of fault it was and where it happened: `KeyError in backend/x/service.py:12`."""
    places = traceback.extract_tb(error.__traceback__)
    if not places:
        return type(error).__name__
    file = Path(places[-1].filename)
    shown = file.relative_to(ROOT) if file.is_relative_to(ROOT) else Path(file.name)
    return f"{type(error).__name__} in {shown}:{places[-1].lineno}"
