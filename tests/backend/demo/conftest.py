"""The demonstration catalogue, without a database."""

from datetime import date

import pytest

from backend.catalogue.rules import reading
from backend.demo.rules.history import Historian

FOUNDED_ON = date(2026, 11, 21)
UNITS = {unit.id: unit for unit in map(reading.unit_of, reading.demonstration_units())}
ITEMS = {
    item.code: item
    for item in (reading.item_of(row, year=2026, version=1) for row in reading.demonstration_items())
}


@pytest.fixture(scope="session")
def historian() -> Historian:
    return Historian(ITEMS, UNITS, FOUNDED_ON)
