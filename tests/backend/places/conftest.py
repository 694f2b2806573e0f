"""Shops to look for."""

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.places import service
from backend.places.model import Particulars
from backend.places.rules.listing import assessment
from backend.places.service.staffing import StaffShown
from schemas.terms import Channel, Crs, PlaceKind, Role

STEWARD = Actor("staff-tang", Role.DATA_STEWARD, Channel.CONSOLE, name="tang.yue")
SQUARE = (121.4737, 31.2304)
"""People's Square, in WGS-84."""
SHOP = Particulars(
    "申邻便利（人民广场店）", PlaceKind.CONVENIENCE, "310101", "南京西路1号", *SQUARE, Crs.WGS84
)
LISTED = assessment(2026, "上海市食品安全工作联合会", date(2027, 12, 31), "2026年度守信超市名单")
COLUMNS = ("name", "kind", "district", "address", "lng", "lat", "assessed_by", "valid_until")
Put = Callable[..., StaffShown]


@pytest.fixture
def put(deps: Deps) -> Put:
    """Put a shop on the map; each has its own address unless the test names one."""
    numbers = iter(range(1, 100_000))

    def made(**words: Any) -> StaffShown:
        dated = {name: words.pop(name) for name in ("year", "valid_until") if name in words}
        listed = assessment(
            dated.get("year", 2026), LISTED.assessed_by, dated.get("valid_until", LISTED.valid_until), "名单"
        )
        given = replace(SHOP, **({"address": f"南京西路{next(numbers)}号"} | words))
        return service.create(deps, STEWARD, given=given, listed=listed)

    return made


def row(**words: Any) -> dict[str, Any]:
    """A row of a list."""
    usual = (SHOP.name, "convenience", "310101", SHOP.address, *SQUARE, LISTED.assessed_by, "2027-12-31")
    return dict(zip(COLUMNS, usual, strict=True)) | words


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path
