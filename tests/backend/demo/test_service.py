"""The city in the database: the same for the same seed, completed when cut short, and what its people are there to show."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backend import bootstrap
from backend.audit import service as audit
from backend.benefits import service as benefits
from backend.catalogue import service as catalogue
from backend.common.actor import Actor, anonymous, system
from backend.common.deps import Deps
from backend.common.districts import DISTRICTS
from backend.common.documents import from_document
from backend.common.mongo import Client
from backend.common.sealing import Sealer
from backend.demo import service
from backend.demo.model import Built
from backend.demo.rules import campaigns, cast, people
from backend.demo.service import building, taking_in
from backend.eligibility import service as eligibility
from backend.merchants import service as merchants
from backend.objections import service as objections
from backend.places import service as places
from backend.records import service as records
from backend.records.model import Record
from backend.registry import service as registry
from backend.registry.model import Subject
from backend.staff import rules as staff_rules
from backend.staff import service as staff
from schemas.terms import Channel, Crs, Nature, RecordMark, Role, ServiceKind
from tests.backend.demo.conftest import Founded
from tests.support import world, written
from tests.support.face import Remembering
from tests.support.pictures import picture
from tests.support.refusals import refused
from tests.support.world import Clock
from tests.support.written import Written

COUNTED = (
    "subjects",
    "reference_faces",
    "records",
    "staff",
    "units",
    "catalogue_items",
    "demo_cities",
    "merchants",
    "benefits",
    "benefit_units",
    "places",
    "place_editions",
)


def seed(deps: Deps, actor: Actor, residents: int = 30, number: int = 7, **more: Any) -> Built:
    return service.seed(deps, actor, residents=residents, seed=number, **{"pictures": None} | more)


@dataclass(frozen=True)
class Whole:
    """The city of `seed`: what is told of it, what was written, and the list of its accounts."""

    told: tuple[list[Any], list[Any]]
    written: Written
    accounts: str


@pytest.fixture(scope="module")
def whole(emptied: Callable[[], Deps], founded: Founded) -> Whole:
    """Grown around what its founding wrote; the one that is built in one go is compared with it."""
    deps = emptied()
    written.put_back(deps, founded.written)
    built = seed(deps, system(Channel.COMMAND, "test"))
    assert (built.tally.refused, built.tally.notes) == ({}, {})
    return Whole(told(deps), written.everything(deps), built.accounts.read_text())


@pytest.fixture(scope="module")
def _other(
    client: Client, mongodb_uri: str, database_name: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deps]:
    """Its collections and keys; made once, as that takes as long as a city."""
    settings = world.make_settings(mongodb_uri, f"{database_name}_other", tmp_path_factory.mktemp("other"))
    client.drop_database(settings.mongodb_database)
    sealer = Sealer(client, settings.mongodb_database, bytes(reversed(world.MASTER_KEY)))
    deps = world.make_deps(client, settings, Clock(), sealer)
    bootstrap.ensure_indexes(deps)
    yield deps
    sealer.close()
    client.drop_database(settings.mongodb_database)


@pytest.fixture
def other(_other: Deps, client: Client, tmp_path: Path) -> Deps:
    """A second database with keys of its own, emptied."""
    settings = replace(_other.settings, data_dir=tmp_path / "other")
    deps = world.make_deps(client, settings, Clock(), _other.sealer)
    world.empty(deps)
    return deps


def told(deps: Deps) -> tuple[list[Any], list[Any]]:
    """Everything that the city says, its sealed words opened; ids, instants and keyed hashes left out."""
    numbers: dict[str, str] = {}
    subjects = []
    for found in deps.db["subjects"].find():
        subject = registry.find(deps, found["_id"])
        assert subject is not None
        numbers[subject.id] = registry.number_of(deps, subject)
        words = (registry.name_of(deps, subject), registry.phone_of(deps, subject))
        subjects.append((numbers[subject.id], *words, subject.kind, subject.district, subject.line))
    return sorted(subjects, key=str), sorted(
        (_said(deps, found, numbers) for found in all_records(deps)), key=str
    )


def all_records(deps: Deps) -> Iterator[Record]:
    return (from_document(Record, found) for found in deps.db["records"].find())


def _said(deps: Deps, record: Record, numbers: dict[str, str]) -> tuple[Any, ...]:
    plain = records.opened(deps, record)
    fate = ([mark.kind for mark in record.marks], bool(record.hidden_at), bool(record.suspended_at))
    return (
        numbers[record.subject_id], record.item_code, plain.doc_no, record.occurred_on, record.ended_on,
        record.public_until, record.query_until, plain.title, sorted(plain.content.items()), record.source.line, fate,
    )  # fmt: skip


def counts(deps: Deps) -> dict[str, int]:
    return {name: deps.db[name].count_documents({}) for name in COUNTED}


def person(deps: Deps, shows: str) -> Subject:
    part = next(part for part in cast.parts(faces=False) if part.shows == shows)
    subject = registry.find_by_number(deps, part.member.number)
    assert subject is not None
    return subject


def test_the_same_seed_makes_the_same_city_in_another_database(
    whole: Whole, other: Deps, system_actor: Actor
) -> None:
    built = seed(other, system_actor)
    assert (built.tally.refused, built.tally.notes) == ({}, {})
    assert told(other) == whole.told


def test_the_map_has_the_shops_of_the_report_in_its_proportions_and_in_every_district(
    deps: Deps, city: Built
) -> None:
    assert city.tally.shops == 107
    found = places.search(deps, crs=Crs.GCJ02, limit=200).features
    assert Counter(one.kind.value for one in found) == {
        "convenience": round(107 * 45 / 187), "supermarket": round(107 * 66 / 187),
        "hypermarket": round(107 * 48 / 187), "fresh": round(107 * 28 / 187),
    }  # fmt: skip
    assert {one.district for one in found} == set(DISTRICTS)
    assert all(one.source_document.startswith("2026年度") for one in found)


@pytest.mark.usefixtures("city")
def test_another_seed_makes_another_city_beside_it(deps: Deps, system_actor: Actor) -> None:
    seed(deps, system_actor, 10, 7)
    seed(deps, system_actor, 10, 8)
    assert counts(deps)["subjects"] == 2 * (10 + 1) + len(cast.parts(faces=False))


def test_a_second_time_changes_nothing(
    deps: Deps, whole: Whole, system_actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    written.put_back(deps, whole.written)
    before = counts(deps)
    monkeypatch.delattr(
        staff_rules, "hashed"
    )  # nor are passwords hashed that nobody asks for, half a second of them
    again = seed(deps, system_actor)
    assert (counts(deps), again.accounts.read_text()) == (before, whole.accounts)
    assert (again.tally.subjects, again.tally.records) == (0, 0)
    assert all(
        not record.changes or record.marks or record.hidden_at or record.suspended_at
        for record in all_records(deps)
    )


def test_only_what_can_last_is_without_an_end(deps: Deps, whole: Whole) -> None:
    """Of what is adverse; what is not ends where its unit says so."""
    written.put_back(deps, whole.written)
    items = catalogue.items_by_code(deps)
    found = [(record, items[record.item_code]) for record in all_records(deps)]
    adverse = [(record, item) for record, item in found if item.nature is Nature.ADVERSE]
    assert {item.lasts for record, item in adverse if record.ended_on is None} == {True}
    assert {item.lasts for record, item in adverse if record.query_until is None} == {True}
    assert any(item.momentary and record.ended_on == record.occurred_on for record, item in adverse)
    assert any(record.dated_on > record.occurred_on for record, _ in adverse)


@pytest.mark.usefixtures("city")
def test_a_smaller_city_grows_into_the_larger_one_on_a_later_day(
    deps: Deps, whole: Whole, system_actor: Actor, clock: Clock
) -> None:
    seed(deps, system_actor, 15)
    clock.advance(days=40)
    seed(deps, system_actor)
    grown, lines = told(deps)
    assert [one[:-1] for one in grown] == [one[:-1] for one in whole.told[0]]
    assert [(one[0], *one[2:5], one[7:9]) for one in lines] == [
        (one[0], *one[2:5], one[7:9]) for one in whole.told[1]
    ]


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("step", ["take_in_subjects", "_take_in_file", "_meet_fate"])
def test_a_city_that_was_cut_short_is_completed(
    deps: Deps,
    whole: Whole,
    system_actor: Actor,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    site: Any = taking_in.Site
    take: Callable[..., None] = getattr(site, step)
    calls = iter(range(10**9))

    def breaking(*args: Any) -> None:
        if next(calls) == 3 if step != "take_in_subjects" else next(calls) == 1:
            raise KeyboardInterrupt
        take(*args)

    monkeypatch.setattr(site, step, breaking)
    with pytest.raises(KeyboardInterrupt):
        seed(deps, system_actor)
    monkeypatch.undo()
    seed(deps, system_actor)
    assert told(deps) == whole.told
    left = [path.name for path in (deps.settings.data_dir / "demo").iterdir()]
    assert left == ["accounts.json"]


@pytest.mark.usefixtures("city")
def test_lots_make_the_same_city_as_one_lot(
    deps: Deps, whole: Whole, system_actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 12 residents at most, so that the last lot is a smaller one."""
    monkeypatch.setattr(building, "LOT", 12)
    progress: list[int] = []
    seed(deps, system_actor, told=progress.append)
    without_lines = [[one[:-1] for one in each] for each in (told(deps)[0], whole.told[0])]
    assert without_lines[0] == without_lines[1]
    assert progress == sorted(progress)
    assert progress[-1] == 30


@pytest.mark.usefixtures("city")
def test_residents_are_there_to_show_something(deps: Deps) -> None:
    assert len(records.of_subject(deps, person(deps, cast.WINDOW).id)) > 0
    assert records.of_subject(deps, person(deps, cast.BLANK).id) == ()

    full = person(deps, cast.FULL)
    shown = {record.item_code: records.opened(deps, record) for record in records.of_subject(deps, full.id)}
    everything = [found for found in all_records(deps) if found.subject_id == full.id]
    assert {record.item_code for record in everything} - shown.keys() == {
        "MARKET-P-02",
        "TAX-P-01",
        "POLICE-P-01",
    }
    assert [mark.kind for mark in shown["HRSS-P-03"].marks] == [RecordMark.CONTESTED]
    assert [mark.kind for mark in shown["METRO-P-01"].marks] == [RecordMark.DISSENTED]
    assert shown["METRO-P-01"].marks[0].statement
    assert shown["METRO-P-01"].changes[-1].reason_zh
    named = deps.db["records"].find_one({"subject_id": full.id, "item_code": "URBANLAW-P-01"})
    assert named["text_sealed"]
    assert registry.name_of(deps, full) not in str(named)
    assert registry.name_of(deps, full) in shown["URBANLAW-P-01"].title
    left = shown["COURT-P-04"].query_until - deps.now()
    assert 0 < left.days < 60


def cases(deps: Deps) -> dict[str, tuple[str, str]]:
    """The cases of the resident with everything: item of the record -> state and unit."""
    items = {one["_id"]: one["item_code"] for one in deps.db["records"].find()}
    found = [*deps.db["objections"].find(), *deps.db["restorations"].find()]
    return {items[one["record_id"]]: (one["state"], one["unit_code"]) for one in found}


@pytest.mark.usefixtures("city")
def test_what_happened_to_their_records_was_played_by_the_use_cases(deps: Deps) -> None:
    assert cases(deps) == {
        "HRSS-P-03": ("marked", "HRSS"),
        "POLICE-P-01": ("forwarded", "POLICE"),
        "METRO-P-01": ("dissented", "METRO"),
        "TAX-P-01": ("restored", "TAX"),
    }
    contested = deps.db["objections"].find_one({"unit_code": "HRSS"})
    assert [clock["name"] for clock in contested["clocks"] if clock["state"] == "running"]
    silent = deps.db["objections"].find_one({"unit_code": "POLICE"})
    suspended = deps.db["records"].find_one({"item_code": "POLICE-P-01", "suspended_at": {"$ne": None}})
    assert (silent["record_id"], silent["suspended_at"]) == (suspended["_id"], suspended["suspended_at"])
    assert list(audit.verify_log(deps)) == []


@pytest.mark.usefixtures("city")
def test_the_cast_can_go_on_with_the_cases(deps: Deps, system_actor: Actor) -> None:
    open_case = deps.db["objections"].find_one({"unit_code": "HRSS"})
    officer, provider = actor_of(deps, "lu.ming"), actor_of(deps, "fang.ning")
    assert objections.compare(deps, officer, objection_id=open_case["_id"]).state == "comparing"
    silent = deps.db["objections"].find_one({"unit_code": "POLICE"})
    objections.find_upheld(deps, provider, objection_id=silent["_id"], explanation="属实")
    assert deps.db["records"].find_one({"_id": silent["record_id"]})["suspended_at"] is None
    before = cases(deps)
    seed(deps, system_actor, 0)
    assert cases(deps) == before


def actor_of(deps: Deps, username: str) -> Actor:
    found = staff.find(deps, username=username)
    return Actor(found.id, found.role, Channel.CONSOLE, name=found.name, unit=found.unit)


@pytest.mark.usefixtures("opened")
def test_a_closed_log_has_nothing_played_into_it(deps: Deps, system_actor: Actor, clock: Clock) -> None:
    clock.advance(days=1)
    assert audit.seal_log(deps) is not None
    seed(deps, system_actor, 0)
    assert cases(deps) == {"HRSS-P-03": ("marked", "HRSS")}
    assert list(audit.verify_log(deps)) == []


@pytest.mark.parametrize("founded", ["2026-01-05", "2026-02-27", "2026-10-09"])
def test_the_play_fits_before_any_day(deps: Deps, system_actor: Actor, clock: Clock, founded: str) -> None:
    clock.set(datetime.fromisoformat(f"{founded}T01:00:00+08:00").astimezone(UTC))
    seed(deps, system_actor, 0)
    assert {state for state, _ in cases(deps).values()} == {"marked", "forwarded", "dissented", "restored"}
    assert deps.db["records"].count_documents({"suspended_at": {"$ne": None}}) == 1


def test_the_accounts_are_for_their_owner_alone_and_their_passwords_work(deps: Deps, city: Built) -> None:
    assert city.accounts.stat().st_mode & 0o777 == 0o600
    accounts = json.loads(city.accounts.read_text())
    assert [one["role"] for one in accounts[:4]] == ["citizen"] * 4
    assert len({tuple(one) for one in map(tuple, accounts)}) == 1
    shops = [one for one in accounts if one["role"] == "merchant"]
    passwords = {one["username"]: one["password"] for one in accounts[4:] if one not in shops}
    assert len(set(passwords.values())) == len(passwords) == len(cast.staff())
    for username, password in passwords.items():
        staff.sign_in(deps, anonymous(Channel.API), username=username, password=password)
    assert [one["name"] for one in shops] == [part.name for part in cast.merchants()]
    for shop in shops:
        till = merchants.authenticate(deps, shop["api_key"], Channel.API)
        opened = merchants.sign_in(
            deps, anonymous(Channel.API), username=shop["username"], password=shop["password"]
        )
        clerk = merchants.authenticate(deps, opened.access_token, Channel.API)
        assert (till.name, till.role, clerk.id) == (shop["name"], Role.MERCHANT, till.id)
    providers = [one["username"] for one in accounts if one["role"] == "provider"]
    units = [deps.db["staff"].find_one({"username": name})["unit"] for name in providers]
    assert units == ["HRSS", "POLICE", "METRO", "TAX"]


@pytest.mark.usefixtures("city")
def test_red_packets_run_and_one_that_a_visitor_closed_stays_closed(deps: Deps, system_actor: Actor) -> None:
    listed = benefits.listed(deps).items
    assert len(listed) == len(campaigns.KINDS)
    assert all(one.claimable and one.remaining == one.stock for one in listed)
    benefits.close(deps, system_actor, benefit_id=listed[0].id, reason="示范")
    seed(deps, system_actor, 0)
    assert len(benefits.listed(deps).items) == len(listed) - 1


@pytest.mark.usefixtures("city")
def test_a_merchant_that_a_visitor_closed_stays_closed(deps: Deps, system_actor: Actor) -> None:
    shop = deps.db["merchants"].find_one({"name": cast.merchants()[0].name})
    merchants.close(deps, system_actor, merchant_id=shop["_id"], reason="示范")
    seed(deps, system_actor, 0)
    assert deps.db["merchants"].count_documents({}) == len(cast.merchants())
    assert deps.db["merchants"].find_one({"_id": shop["_id"]})["state"] == "closed"


@pytest.mark.usefixtures("opened")
def test_photographs_make_a_template_once(deps: Deps, system_actor: Actor, known_faces: Remembering) -> None:
    folder = picture(cast.PHOTOS[0]).parent
    with_faces = replace(deps, faces=known_faces)
    for _ in range(2):
        built = seed(with_faces, system_actor, 0, pictures=folder)
        assert built.tally.notes == {}
    assert registry.template_of(deps, person(deps, cast.FACE).id) is not None
    assert deps.db["reference_faces"].count_documents({}) == 1
    assert deps.db["audit_log"].count_documents({"action": "registry.save_face"}) == 1


def test_production_gets_no_city(deps: Deps, system_actor: Actor) -> None:
    production = replace(deps, settings=replace(deps.settings, app_env="production"))
    refused("demo.in_production", seed, production, system_actor)
    assert counts(deps)["subjects"] == 0


def test_a_city_larger_than_there_are_numbers_is_refused(deps: Deps, system_actor: Actor) -> None:
    refused("demo.wrong_size", seed, deps, system_actor, people.PLACES + 1)


def test_a_city_whose_numbers_another_has_is_refused(deps: Deps, system_actor: Actor) -> None:
    taken = {"_id": "seed 8", "founded_on": "2026-11-21", "residents": people.PLACES}
    deps.db["demo_cities"].insert_one(taken)
    refused("demo.overlaps", seed, deps, system_actor)


def test_only_the_system_builds_cities(deps: Deps) -> None:
    refused("auth.required", seed, deps, anonymous(Channel.API))


@pytest.mark.usefixtures("city")
def test_every_kind_of_thing_is_lent_without_a_deposit_once(deps: Deps, system_actor: Actor) -> None:
    seed(deps, system_actor, 0)
    offered = eligibility.services(deps, limit=50).items
    assert sorted(one.kind for one in offered) == sorted(ServiceKind)
    assert all(one.merchant in {part.name for part in cast.merchants()} for one in offered)
