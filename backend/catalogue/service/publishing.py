"""Publishing a year's catalogue and keeping the list of units, by hand or from files."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from backend.audit import service as audit
from backend.catalogue import errors, store
from backend.catalogue.model import CatalogueItem, Problem, Release, Unit
from backend.catalogue.rules import reading as files
from backend.catalogue.rules.items import item_problems
from backend.catalogue.service.reading import forget
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from schemas.terms import Role
from schemas.text import Text

PUBLISHERS = (Role.ADMIN, Role.DATA_STEWARD, Role.SYSTEM)
UNIT_CODE = re.compile(r"[A-Z][A-Z0-9]{0,19}(?:-[A-Z0-9]{1,19})?")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Imported:
    """What an import of units did."""

    new: int
    changed: int
    unchanged: int


@atomic
def publish(
    deps: Deps, actor: Actor, *, year: int, items: Sequence[CatalogueItem], units: Sequence[Unit] = ()
) -> Release:
    """Publish the catalogue of a year (Measures 15) as its next version, whole or not at all.

    `year` and `version` of the items are set here. The same items again change nothing and give the release they are
    in. A forbidden, incomplete or repeated item refuses everything, with every problem named (`catalogue.refused`).
    """
    actor.require(*PUBLISHERS)
    _put_units(deps, actor, units)
    last = store.find_release_of(deps.db, year)
    release = _release(deps, actor, year, items, last)
    stamped = [_stamped(item, release) for item in items]
    _refuse_if(_problems(stamped, {unit.id for unit in store.list_units(deps.db)}))
    if last and last.digest == release.digest:
        return last
    if not store.insert_release(deps.db, release):
        raise Retry(release.id)
    store.insert_items(deps.db, stamped)
    audit.record(
        deps, actor, "catalogue.publish", release.id, year=year, version=release.version, items=len(stamped)
    )
    forget()
    return release


@atomic
def import_units(deps: Deps, actor: Actor, *, rows: Iterable[Row]) -> Imported:
    """Add and change information providers by their code, whole or not at all; none is ever removed."""
    actor.require(*PUBLISHERS)
    units, problems = [], []
    for number, row in enumerate(rows, 1):
        try:
            units.append(files.unit_of(row))
        except files.Unreadable as error:
            problems.append((_name_of(row, number), _unreadable(error)))
    _refuse_if(problems)
    return _put_units(deps, actor, units)


def import_catalogue(deps: Deps, actor: Actor, *, year: int, rows: Iterable[Row]) -> Release:
    """Publish the rows of a file as the catalogue of a year; see `publish`."""
    actor.require(*PUBLISHERS)
    items, problems = [], []
    for number, row in enumerate(rows, 1):
        try:
            items.append(files.item_of(row, year=year, version=1))
        except (files.Unreadable, ValueError) as error:
            problems.append((_name_of(row, number), _unreadable(error)))
    _refuse_if(problems)
    return publish(deps, actor, year=year, items=items)


def read_rows(name: str, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The rows of a file by its ending (.csv, .jsonl, .yaml); refuses with the line (`catalogue.unreadable`)."""
    try:
        for _, row in files.read_rows(name, lines):
            yield row
    except files.Unreadable as error:
        raise errors.unreadable(error.line, error.why) from error


def demonstration() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The demonstration city's units and items, as rows for `import_units` and `import_catalogue`."""
    return files.demonstration_units(), files.demonstration_items()


def _put_units(deps: Deps, actor: Actor, units: Sequence[Unit]) -> Imported:
    _refuse_if(_unit_problems(units))
    known = {unit.id: unit for unit in store.list_units(deps.db)}
    new = [unit for unit in units if unit.id not in known]
    changed = [unit for unit in units if unit.id in known and known[unit.id] != unit]
    store.put_units(deps.db, (*new, *changed))
    if new or changed:
        audit.record(deps, actor, "catalogue.put_units", new=len(new), changed=len(changed))
        forget()
    return Imported(len(new), len(changed), len(units) - len(new) - len(changed))


def _release(
    deps: Deps, actor: Actor, year: int, items: Sequence[CatalogueItem], last: Release | None
) -> Release:
    version = last.version + 1 if last else 1
    return Release(
        id=f"{year}.{version}",
        year=year,
        version=version,
        items=len(items),
        digest=files.digest(items),
        published_at=deps.now(),
        published_by=actor.id,
    )


def _stamped(item: CatalogueItem, release: Release) -> CatalogueItem:
    return replace(item, id=f"{release.id}.{item.code}", year=release.year, version=release.version)


def _problems(items: Sequence[CatalogueItem], units: set[str]) -> Iterator[tuple[str, Problem]]:
    if not items:
        yield "", Problem("no_items", "items", Text("目录中没有事项", "the catalogue has no items"))
    seen: set[str] = set()
    for item in items:
        if item.code in seen:
            yield item.code, Problem("repeated_item", "code", Text("事项编码重复", "the code is there twice"))
        seen.add(item.code)
        for problem in item_problems(item, units):
            yield item.code, problem


def _unit_problems(units: Sequence[Unit]) -> Iterator[tuple[str, Problem]]:
    seen: set[str] = set()
    for unit in units:
        if not UNIT_CODE.fullmatch(unit.id) or unit.id in seen:
            yield (
                unit.id,
                Problem(
                    "bad_code", "id", Text("单位编码不正确或重复", "the code is malformed or there twice")
                ),
            )
        if not unit.name_zh or not unit.name_en:
            yield (
                unit.id,
                Problem("no_name", "name", Text("缺少单位名称", "the Chinese or English name is missing")),
            )
        seen.add(unit.id)


def _refuse_if(problems: Iterable[tuple[str, Problem]]) -> None:
    found = list(problems)
    if found:
        raise errors.refused(found)


def _name_of(row: Row, number: int) -> str:
    code = row.get("code") or row.get("id")
    return code if isinstance(code, str) and re.fullmatch(r"[A-Z0-9-]{1,60}", code) else f"row {number}"


def _unreadable(error: ValueError) -> Problem:
    why = error.why if isinstance(error, files.Unreadable) else "a nested value is not JSON"
    return Problem("unreadable", "row", Text(f"无法读取（{why}）", why))
