"""Publishing a catalogue and reading it back."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from backend.catalogue import service, store
from backend.catalogue.model import FieldSpec
from backend.catalogue.service import reading
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import Kind, ServiceError
from backend.common.mongo import Client
from schemas.terms import Channel, FieldType, Nature, Role, UnitKind
from tests.backend.catalogue.made import FIELDS, UNIT, item
from tests.support.world import Clock

CITIZEN = Actor(id="c-1", role=Role.CITIZEN, channel=Channel.API)


def refusal(call, *args, **kwargs) -> ServiceError:  # type: ignore[no-untyped-def]  # any use case
    with pytest.raises(ServiceError) as refused:
        call(*args, **kwargs)
    return refused.value


def test_a_published_catalogue_is_the_one_in_force(deps: Deps, system_actor: Actor) -> None:
    release = service.publish(deps, system_actor, year=2026, items=[item()], units=[UNIT])
    in_force = service.current(deps)
    assert (release.year, release.version, release.items) == (2026, 1, 1)
    assert in_force.release == release
    assert in_force.items["HRSS-P-09"] == item()
    assert in_force.units["HRSS"] == UNIT


def test_the_same_items_again_change_nothing(deps: Deps, system_actor: Actor) -> None:
    first = service.publish(deps, system_actor, year=2026, items=[item()], units=[UNIT])
    assert service.publish(deps, system_actor, year=2026, items=[item(version=7)]) == first
    assert len(store.list_releases(deps.db)) == 1


def test_a_changed_item_makes_the_next_version_and_leaves_the_old_one(
    deps: Deps, system_actor: Actor
) -> None:
    first = service.publish(deps, system_actor, year=2026, items=[item()], units=[UNIT])
    second = service.publish(deps, system_actor, year=2026, items=[item(title_en="Penalties")])
    assert second.version == 2
    assert service.find_item(deps, "HRSS-P-09").title_en == "Penalties"
    assert store.list_items(deps.db, first)[0].title_en == item().title_en


def test_next_years_catalogue_is_not_in_force_before_new_year(
    deps: Deps, system_actor: Actor, clock: Clock
) -> None:
    service.publish(deps, system_actor, year=2026, items=[item()], units=[UNIT])
    service.publish(deps, system_actor, year=2027, items=[item(title_en="Penalties of 2027")])
    assert service.current(deps).release.year == 2026
    clock.advance(days=41)
    assert service.find_item(deps, "HRSS-P-09").title_en == "Penalties of 2027"
    assert service.find_item(deps, "HRSS-P-09", year=2026).title_en == item().title_en


def test_a_forbidden_item_refuses_the_whole_and_every_problem_is_named(
    deps: Deps, system_actor: Actor
) -> None:
    spec = FieldSpec("note", FieldType.TEXT, "宗教信仰", "Note")
    wrong = [item(), item(code="HRSS-P-10", fields=(*FIELDS, spec)), item(code="HRSS-P-11", basis=())]
    refused = refusal(service.publish, deps, system_actor, year=2026, items=wrong, units=[UNIT])
    assert (refused.kind, refused.reason) == (Kind.INVALID, "catalogue.refused")
    assert refused.data is not None
    assert [(p["of"], p["kind"] or p["reason"]) for p in refused.data["problems"]] == [
        ("HRSS-P-10", "religion"),
        ("HRSS-P-11", "no_basis"),
    ]
    assert store.list_releases(deps.db) == []
    assert store.list_units(deps.db) == []


def test_an_empty_or_repeating_catalogue_is_refused(deps: Deps, system_actor: Actor) -> None:
    assert refusal(service.publish, deps, system_actor, year=2026, items=[]).reason == "catalogue.refused"
    twice = refusal(service.publish, deps, system_actor, year=2026, items=[item(), item()], units=[UNIT])
    assert twice.data
    assert twice.data["problems"][0]["reason"] == "repeated_item"


def test_only_stewards_publish(deps: Deps) -> None:
    assert refusal(service.publish, deps, CITIZEN, year=2026, items=[item()]).kind is Kind.FORBIDDEN
    assert refusal(service.import_units, deps, CITIZEN, rows=[]).kind is Kind.FORBIDDEN
    assert refusal(service.import_catalogue, deps, CITIZEN, year=2026, rows=[]).kind is Kind.FORBIDDEN


def test_publishing_is_written_down(deps: Deps, system_actor: Actor) -> None:
    service.publish(deps, system_actor, year=2026, items=[item()], units=[UNIT])
    assert deps.db["audit_log"].count_documents({"action": "catalogue.publish", "target_id": "2026.1"}) == 1


def test_two_who_publish_at_once_make_two_versions(deps: Deps, system_actor: Actor) -> None:
    service.publish(deps, system_actor, year=2026, items=[item()], units=[UNIT])
    other = replace(system_actor, id="system:other")
    with ThreadPoolExecutor(2) as pool:
        made = [
            pool.submit(service.publish, deps, actor, year=2026, items=[item(title_en=actor.id)])
            for actor in (system_actor, other)
        ]
        assert {one.result().version for one in made} == {2, 3}


def test_units_are_added_and_changed_by_code(deps: Deps, system_actor: Actor) -> None:
    rows = [{"id": "HRSS", "name_zh": "人社局", "name_en": "Bureau", "kind": "municipal"}]
    assert service.import_units(deps, system_actor, rows=rows) == service.Imported(1, 0, 0)
    assert service.import_units(deps, system_actor, rows=rows) == service.Imported(0, 0, 1)
    rows[0]["name_en"] = "The Bureau"
    assert service.import_units(deps, system_actor, rows=rows) == service.Imported(0, 1, 0)
    assert service.find_unit(deps, "HRSS").name.en == "The Bureau"
    assert service.find_unit(deps, "HRSS").kind is UnitKind.MUNICIPAL


def test_a_wrong_unit_refuses_the_file_and_names_the_row(deps: Deps, system_actor: Actor) -> None:
    rows = [
        {"id": "HRSS", "name_zh": "人社局", "name_en": "Bureau", "kind": "municipal"},
        {"id": "bad code", "name_zh": "某单位", "name_en": "Unit", "kind": "planet"},
    ]
    refused = refusal(service.import_units, deps, system_actor, rows=rows)
    assert refused.data
    assert [p["of"] for p in refused.data["problems"]] == ["row 2"]
    assert store.list_units(deps.db) == []


def test_the_demonstration_city_is_imported_whole(deps: Deps, system_actor: Actor) -> None:
    units, items = service.demonstration()
    service.import_units(deps, system_actor, rows=units)
    release = service.import_catalogue(deps, system_actor, year=2026, rows=items)
    assert release.items == len(items) == len(service.items_by_code(deps))
    assert service.import_catalogue(deps, system_actor, year=2026, rows=items) == release


def test_an_item_that_cannot_be_read_is_named_with_its_code(deps: Deps, system_actor: Actor) -> None:
    _, items = service.demonstration()
    rows = [items[0] | {"nature": "wicked"}, items[1] | {"fields": "[{"}]
    refused = refusal(service.import_catalogue, deps, system_actor, year=2026, rows=rows)
    assert refused.data
    assert [p["of"] for p in refused.data["problems"]] == [row["code"] for row in rows]


def test_a_file_of_another_kind_is_refused_with_one_clear_line() -> None:
    refused = refusal(lambda: list(service.read_rows("c.jsonl", ["{}\n", "nonsense\n"])))
    assert (refused.reason, refused.data) == (
        "catalogue.unreadable",
        {"line": 2, "why": "the line is not JSON"},
    )


def test_nothing_published_and_unknown_codes_are_not_found(deps: Deps, system_actor: Actor) -> None:
    assert refusal(service.current, deps).reason == "catalogue.not_published"
    assert service.units_by_code(deps) == {}
    assert refusal(service.find_unit, deps, "HRSS").reason == "catalogue.unknown_unit"
    service.publish(deps, system_actor, year=2026, items=[item()], units=[UNIT])
    assert refusal(service.of_year, deps, 2025).reason == "catalogue.not_published"
    assert refusal(service.find_item, deps, "HRSS-P-99").reason == "catalogue.unknown_item"


def test_an_item_that_left_the_catalogue_is_found_as_it_was_last(deps: Deps, system_actor: Actor) -> None:
    service.publish(deps, system_actor, year=2026, items=[item(), item(code="HRSS-P-10")], units=[UNIT])
    service.publish(deps, system_actor, year=2026, items=[item()])
    assert "HRSS-P-10" not in service.current(deps).items
    assert service.find_item(deps, "HRSS-P-10").version == 1


def test_a_publication_elsewhere_shows_within_seconds(
    deps: Deps, system_actor: Actor, clock: Clock, client: Client
) -> None:
    service.publish(deps, system_actor, year=2026, items=[item()], units=[UNIT])
    assert service.current(deps).release.version == 1
    release = replace(service.current(deps).release, id="2026.2", version=2)
    store.insert_release(client[deps.settings.mongodb_database], release)
    store.insert_items(deps.db, [item(id="2026.2.HRSS-P-09", version=2)])
    assert service.current(deps).release.version == 1
    clock.advance(seconds=reading.FRESH_FOR.total_seconds())
    assert service.current(deps).release.version == 2


def test_what_is_kept_needs_no_database(deps: Deps, system_actor: Actor) -> None:
    service.publish(deps, system_actor, year=2026, items=[item()], units=[UNIT])
    kept = service.current(deps)
    store_items = deps.db[store.ITEMS]
    store_items.delete_many({})
    assert service.current(deps) is kept
    assert service.items_by_code(deps)["HRSS-P-09"].nature is Nature.ADVERSE


def test_a_catalogue_read_inside_a_failed_publication_is_not_kept(deps: Deps, system_actor: Actor) -> None:
    def publish_and_fail() -> None:
        with deps.transaction():
            service.publish(deps, system_actor, year=2026, items=[item()], units=[UNIT])
            assert service.current(deps).release.version == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        publish_and_fail()
    assert refusal(service.current, deps).reason == "catalogue.not_published"
