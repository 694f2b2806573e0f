"""A year's list comes in row by row: the same file twice changes nothing, and a cut-off run is finished by another."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.intake.quality import Quality
from backend.places import service
from backend.places.service import importing
from backend.places.store import shops
from schemas.terms import Channel, Crs, PlaceState, Role
from tests.backend.places.conftest import LISTED, SHOP, STEWARD, row, write
from tests.support.refusals import refused
from tests.support.world import Clock


@pytest.fixture
def take(deps: Deps, system_actor: Actor, tmp_path: Path) -> Any:
    """Import rows as the list of a year."""

    def taken(rows: list[dict[str, Any]], year: int = 2026, name: str = "list.csv", **words: Any) -> Quality:
        path = write(tmp_path / name, rows)
        asked: dict[str, Any] = {"year": year, "crs": "wgs84"} | words
        return service.import_places(deps, system_actor, path=path, **asked)

    return taken


def rows(count: int) -> list[dict[str, Any]]:
    return [row(name=f"申邻便利（{n}店）", address=f"南京西路{n}号") for n in range(count)]


def told(quality: Quality) -> dict[str, int]:
    return {
        name: count
        for name in ("new", "changed", "unchanged", "refused")
        if (count := getattr(quality, name))
    }


def reasons(quality: Quality) -> dict[str, list[int]]:
    return {reason: kind["lines"] for reason, kind in quality.told()["refused_by_reason"].items()}


def state(deps: Deps) -> tuple[list[dict[str, Any]], int]:
    return list(deps.db["places"].find(sort=[("_id", 1)])), service.edition(deps).version


def test_the_same_file_twice_changes_nothing(deps: Deps, take: Any) -> None:
    assert told(take(rows(3))) == {"new": 3}
    before = state(deps)
    assert told(take(rows(3))) == {"unchanged": 3}
    assert state(deps) == before


def test_each_bad_row_is_refused_with_its_line_and_good_ones_are_kept(deps: Deps, take: Any) -> None:
    wrong = [
        row(name=""), row(name="a\u0007b"), row(kind="kiosk"), row(district="浦西区"), row(lng="x"), row(lng="nan"),
        row(lng=31.23, lat=121.47), row(lng=116.4, lat=39.9), row(valid_until="2027/12/31"),
        row(valid_until="2020-12-31"), row(valid_until="2040-12-31"), row(assessed_by="甲" * 81),
        row(valid_until="9999-12-31"), row(valid_until="0001-01-01"),
    ]  # fmt: skip
    quality = take([*wrong, row(district="黄浦区"), row()])
    assert told(quality) == {"new": 1, "refused": len(wrong) + 1}
    assert reasons(quality) == {
        "row.missing": [2],
        "places.bad_name": [3],
        "places.bad_kind": [4],
        "places.bad_district": [5],
        "places.bad_lng": [6, 7, 8, 9],
        "places.bad_valid_until": [10, 11, 12, 14, 15],
        "places.bad_assessed_by": [13],
        "places.repeated": [17],
    }
    assert deps.db["places"].find_one()["district"] == "310101"


def test_a_repeated_row_stays_refused_when_the_file_comes_again(take: Any) -> None:
    twice = [row(), row(kind="fresh")]
    assert told(take(twice)) == {"new": 1, "refused": 1}
    assert told(take(twice)) == {"unchanged": 1, "refused": 1}


def test_a_corrected_row_changes_its_shop(deps: Deps, take: Any) -> None:
    take([row()])
    quality = take([row(lng=121.4800, valid_until="2027-06-30")], name="corrected.csv")
    assert told(quality) == {"changed": 1}
    (place,) = service.search(deps, crs=Crs.WGS84).features
    assert (place.position.lng, place.valid_until.isoformat()) == (121.48, "2027-06-30")


def test_the_same_file_in_another_system_puts_the_shops_elsewhere(deps: Deps, take: Any) -> None:
    take([row()])
    assert told(take([row()], crs="gcj02")) == {"changed": 1}
    (place,) = service.search(deps, crs=Crs.GCJ02).features
    assert place.geometry.coordinates == (row()["lng"], row()["lat"])


def test_what_staff_put_right_is_not_undone_by_the_old_file(deps: Deps, take: Any) -> None:
    take([row()])
    (place,) = service.search(deps, crs=Crs.WGS84).features
    given = replace(SHOP, name="申邻便利（更名）", address="南京西路2号")
    service.change(deps, STEWARD, place_id=place.id, version=1, given=given, listed=LISTED)
    before = state(deps)
    assert told(take([row()])) == {"unchanged": 1}
    assert state(deps) == before
    corrected = [row(name="申邻便利（更名）", address="南京西路2号", kind="fresh")]
    assert told(take(corrected, name="new.csv")) == {"changed": 1}, (
        "the list has caught up: it is the same shop"
    )


def test_a_newer_list_keeps_the_shop_and_its_years(deps: Deps, take: Any) -> None:
    take([row(valid_until="2026-12-31")], year=2025, name="2025.csv", source="2025年度名单")
    (before,) = service.search(deps, crs=Crs.WGS84).features
    assert told(take([row(kind="fresh")], name="2026.csv")) == {"changed": 1}
    shown = service.find(deps, place_id=before.id, crs=Crs.WGS84)
    assert [(one.year, one.source_document) for one in shown.assessments] == [
        (2026, "2026.csv"),
        (2025, "2025年度名单"),
    ]
    assert told(take([row(valid_until="2026-06-30")], year=2025, name="late.csv")) == {"changed": 1}
    assert service.find(deps, place_id=before.id, crs=Crs.WGS84).kind == "fresh", (
        "an older list has no say in it"
    )


def test_a_withdrawn_shop_comes_back_by_a_newer_list_only(deps: Deps, take: Any) -> None:
    take([row()])
    (place,) = service.search(deps, crs=Crs.WGS84).features
    service.close(deps, STEWARD, place_id=place.id, reason="取消资格")
    assert told(take([row()])) == {"unchanged": 1}
    quality = take([row(kind="fresh")], name="corrected.csv")
    assert reasons(quality) == {"places.withdrawn": [2]}
    assert service.find_for_staff(deps, STEWARD, place_id=place.id).state is PlaceState.CLOSED
    assert told(take([row(valid_until="2028-12-31")], year=2027, name="2027.csv")) == {"changed": 1}
    assert service.find(deps, place_id=place.id, crs=Crs.WGS84).year == 2027


def test_a_paused_shop_stays_paused(deps: Deps, take: Any) -> None:
    take([row()])
    (place,) = service.search(deps, crs=Crs.WGS84).features
    service.pause(deps, STEWARD, place_id=place.id, reason="核实中")
    take([row(valid_until="2028-12-31")], year=2027, name="2027.csv")
    assert service.find_for_staff(deps, STEWARD, place_id=place.id).state is PlaceState.PAUSED


def test_a_row_that_has_expired_already_is_noted(deps: Deps, take: Any, clock: Clock) -> None:
    clock.set(datetime(2028, 1, 1, tzinfo=UTC))
    quality = take([row()])
    assert (told(quality), quality.told()["notes"]["places.expired"]["lines"]) == ({"new": 1}, [2])
    assert service.search(deps, crs=Crs.WGS84).features == ()


def test_a_cut_off_run_is_finished_by_another(deps: Deps, take: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "CHUNK", 4)
    real, calls = shops.put_all, iter(range(10))

    def cut_off(*args: Any) -> None:
        real(*args)
        if next(calls) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(shops, "put_all", cut_off)
    with pytest.raises(KeyboardInterrupt):
        take(rows(10))
    assert deps.db["places"].count_documents({}) == 4, "the chunk that was cut off is not there"
    assert service.edition(deps).version == 1
    assert told(take(rows(10))) == {"new": 6, "unchanged": 4}


def test_json_lines_are_read_as_well(deps: Deps, system_actor: Actor, tmp_path: Path) -> None:
    path = tmp_path / "list.jsonl"
    path.write_text(
        json.dumps(row(), ensure_ascii=False) + "\n" + json.dumps(row(lng=True, name="乙")) + "\n"
    )
    quality = service.import_places(deps, system_actor, path=path, year=2026, crs="wgs84")
    assert (told(quality), reasons(quality)) == ({"new": 1, "refused": 1}, {"places.bad_lng": [2]})


def test_what_cannot_be_asked_is_refused(deps: Deps, system_actor: Actor, take: Any) -> None:
    refused("places.unknown_crs", take, [row()], crs="EPSG:4326")
    refused("places.no_year", take, [row()], year=1999)
    resident = Actor("acc", Role.CITIZEN, Channel.API)
    refused(
        "auth.not_allowed", service.import_places, deps, resident, path=Path("x.csv"), year=2026, crs="wgs84"
    )
    missing = {"path": Path("/nowhere.csv"), "year": 2026, "crs": "wgs84"}
    refused("intake.no_file", service.import_places, deps, system_actor, **missing)


def test_an_import_is_one_line_of_the_log(deps: Deps, take: Any) -> None:
    take(rows(2))
    (line,) = deps.db["audit_log"].find()
    assert (line["action"], line["details"]["new"], line["details"]["crs"]) == ("places.import", 2, "wgs84")
