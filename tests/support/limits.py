"""The public test pack of time limits (`tests/data`), as the tests read it."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from backend.clocks import service
from backend.clocks.model import LimitSet
from backend.common.workdays import Calendar, YearTable

DATA = Path(__file__).parents[1] / "data"
PLACES = ("shanghai", "shenzhen", "guangzhou", "zhejiang", "shandong", "fcra")


def limit_set(place: str) -> LimitSet:
    live = service.DATA / f"{place}.json"
    return service.load(live if live.exists() else DATA / "limits" / f"{place}.json")


def read(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def days(listed: list[str]) -> frozenset[date]:
    return frozenset(date.fromisoformat(day) for day in listed)


def year_tables(read_tables: Mapping[str, Any]) -> dict[int, YearTable]:
    """As staff would have put them in, first version."""
    return {
        int(year): YearTable(int(year), days(table["holidays"]), days(table["make_up_days"]), "staff-1")
        for year, table in read_tables.items()
    }


def calendar(read_tables: Mapping[str, Any]) -> Calendar:
    return Calendar(year_tables(read_tables))
