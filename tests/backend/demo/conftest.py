"""The demonstration catalogue, without a database; and the city without residents, as it is once it is founded."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest

from backend.catalogue.rules import reading
from backend.common.deps import Deps
from backend.demo.model import Built
from backend.demo.rules.history import Historian
from tests.support import founding, written
from tests.support.written import Written

FOUNDED_ON = date(2026, 11, 21)
UNITS = {unit.id: unit for unit in map(reading.unit_of, reading.demonstration_units())}
ITEMS = {
    item.code: item
    for item in (reading.item_of(row, year=2026, version=1) for row in reading.demonstration_items())
}


@dataclass(frozen=True)
class Founded(founding.Founding):
    """The city as its founding wrote it as well."""

    written: Written


@pytest.fixture(scope="session")
def historian() -> Historian:
    return Historian(ITEMS, UNITS, FOUNDED_ON)


@pytest.fixture(scope="session")
def founded(emptied: Callable[[], Deps]) -> Founded:
    """Built once in a test worker, for building it takes longer than most tests; without photographs."""
    deps = emptied()
    made = written.once(deps, founding.found)
    return Founded(made.built, made.opened, written.everything(deps))


@pytest.fixture
def opened(deps: Deps, founded: Founded) -> None:
    """The same city before the first people move in: for what happens to them and what is cut off among them."""
    written.put_back(deps, founded.opened)


@pytest.fixture
def city(deps: Deps, founded: Founded) -> Built:
    """The city of seed 7 without residents, in the database of the test."""
    written.put_back(deps, founded.written)
    return founded.built
