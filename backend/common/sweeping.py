"""Going through many cases one by one, so that the fault of one holds up no other."""

import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from backend.common import logs, mongo
from backend.common.errors import ServiceError
from backend.common.mongo import DriverError

T = TypeVar("T")

PAUSES_S = (0.25, 0.5, 1, 2, 4, 8)
"""Together longer than a killed process's transaction may hold a case (docs/operations.md)."""
ROOT = Path(__file__).parents[2]
log = logs.get("backend.sweeping")


class Unfinished(Exception):
    """A sweep is through and some of its cases failed; they are met again by the next run. `done` counts the others."""

    def __init__(self, done: int, faults: list[str]) -> None:
        super().__init__(f"{len(faults)} failed, the first with {faults[0]}")
        self.done = done
        self.faults = faults


def each(found: Iterable[T], decide: Callable[[T], object], *, pauses_s: Sequence[float] = PAUSES_S) -> int:
    """Give every one to its use case, each in a transaction of its own; how many it said something of (true) became.

    The use case decides again under the rule that narrowed, and gives false where another was faster. A fault is logged
    without its message, which may hold personal data; the rest are done first, then `Unfinished` tells. A case that others
    hold is tried again after the rest. An absent database ends the sweep at once.
    """
    sweep = _Sweep(decide)
    held = sweep.through(found)
    for pause in pauses_s:
        if not held:
            break
        time.sleep(pause)
        held = sweep.through(held)
    sweep.faults += [mongo.busy().reason for _ in held]
    if sweep.faults:
        raise Unfinished(sweep.done, sweep.faults)
    return sweep.done


class _Sweep(Generic[T]):
    """What has become of the cases so far."""

    def __init__(self, decide: Callable[[T], object]) -> None:
        self._decide = decide
        self.done = 0
        self.faults: list[str] = []

    def through(self, found: Iterable[T]) -> list[T]:
        """Once through all of them; those that others hold."""
        return [one for one in found if not self._is_through(one)]

    def _is_through(self, one: T) -> bool:
        try:
            self.done += bool(self._decide(one))
        except Exception as error:
            if isinstance(error, DriverError) and mongo.is_away(error):
                raise
            if isinstance(error, ServiceError) and error.reason == mongo.busy().reason:
                return False
            self.faults.append(place_of(error))
            log.error("sweep.case_failed", fault=self.faults[-1])
        return True


def place_of(error: BaseException) -> str:
    """What sort of fault it was and where it happened: `KeyError in backend/x/service.py:12`."""
    places = traceback.extract_tb(error.__traceback__)
    if not places:
        return type(error).__name__
    file = Path(places[-1].filename)
    shown = file.relative_to(ROOT) if file.is_relative_to(ROOT) else Path(file.name)
    return f"{type(error).__name__} in {shown}:{places[-1].lineno}"
