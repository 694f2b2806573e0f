"""Reading the published catalogue. It changes a few times a year and is asked for in every request, so it is kept.

What is kept is looked at again after `FRESH_FOR`: a publication in another process shows within that time.
"""

import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType

from backend.catalogue import errors, store
from backend.catalogue.model import Catalogue, CatalogueItem, Listing, Problem, ProvidedItem, Release, Unit
from backend.catalogue.rules.content import Checker, Content
from backend.catalogue.rules.items import YEARS
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.mongo import in_transaction
from schemas.terms import Term

FRESH_FOR = timedelta(seconds=5)


@dataclass
class _Kept:
    """What one `Deps` has read; `by_year` holds the last release of each year that was asked for."""

    deps: "weakref.ref[Deps]"
    read_at: datetime
    units: Mapping[str, Unit]
    by_year: dict[int, Catalogue] = field(default_factory=dict)
    newest: tuple[int, Catalogue] | None = None


_kept: dict[int, _Kept] = {}


def current(deps: Deps) -> Catalogue:
    """The catalogue in force: the last version of this year's, or of the last year that has one."""
    year = shanghai_date(deps.now()).year
    kept = _fresh(deps)
    if kept.newest is None or kept.newest[0] != year:
        release = store.find_newest_release(deps.db, up_to=year)
        kept.newest = (year, _catalogue(deps, kept, release))
    return kept.newest[1]


def of_year(deps: Deps, year: int) -> Catalogue:
    """The last version of a year's catalogue."""
    kept = _fresh(deps)
    if year not in kept.by_year:
        release = store.find_release_of(deps.db, year) if year in YEARS else None
        kept.by_year[year] = _catalogue(deps, kept, release)
    return kept.by_year[year]


def versions(deps: Deps) -> Mapping[int, int]:
    """The last version of every year that has one, in one small read: for whoever notes by which catalogue something was
    decided, where neither its items nor how many years it is about may make a difference to the time it takes."""
    found: dict[int, int] = {}
    for release in store.list_releases(deps.db):
        found[release.year] = max(release.version, found.get(release.year, 0))
    return MappingProxyType(found)


def items_by_code(deps: Deps, *, year: int | None = None) -> Mapping[str, CatalogueItem]:
    """The items in force, or those of a year."""
    return (current(deps) if year is None else of_year(deps, year)).items


def find_item(deps: Deps, code: str, *, year: int | None = None) -> CatalogueItem:
    """An item in force (or of a year); without a year, one that has left the catalogue is found as it was last."""
    if year is None:
        item = current(deps).items.get(code) or store.find_newest_item(deps.db, code)
    else:
        item = of_year(deps, year).items.get(code)
    if item is None:
        raise errors.unknown_item()
    return item


def units_by_code(deps: Deps) -> Mapping[str, Unit]:
    """Every known unit, whether or not a catalogue is published."""
    return _fresh(deps).units


def find_unit(deps: Deps, code: str) -> Unit:
    unit = units_by_code(deps).get(code)
    if unit is None:
        raise errors.unknown_unit()
    return unit


def listing(deps: Deps, *, year: int | None = None, unit: str | None = None, **wanted: Term) -> Listing:
    """The catalogue in force or of a year; `unit` and `wanted` (attribute of an item -> its word) choose from it."""
    catalogue = current(deps) if year is None else of_year(deps, year)
    items = tuple(
        item
        for item in catalogue.items.values()
        if unit in (None, item.unit_code)
        and all(getattr(item, name) == word for name, word in wanted.items())
    )
    return Listing(
        catalogue.release, items, tuple(catalogue.units.values()), tuple(store.list_releases(deps.db))
    )


def provided_item(deps: Deps, *, code: str, year: int | None = None) -> ProvidedItem:
    """An item with its provider; see `find_item`."""
    item = find_item(deps, code, year=year)
    return ProvidedItem(**vars(item), unit=units_by_code(deps).get(item.unit_code))


def checker(item: CatalogueItem, *, today: date) -> Checker:
    """The checks of an item's content, to be made once and used for every row of a batch."""
    return Checker(item, today=today)


def validate_content(item: CatalogueItem, content: Content, *, today: date) -> tuple[Problem, ...]:
    """Why a record's content may not enter; () when it may. For many rows use `checker`."""
    return Checker(item, today=today).problems(content)


def forget() -> None:
    """Let the next reader of this process look again."""
    _kept.clear()


def _fresh(deps: Deps) -> _Kept:
    kept = _kept.get(id(deps))
    now = deps.now()
    if kept and kept.deps() is deps and timedelta() <= now - kept.read_at < FRESH_FOR:
        return kept
    units = {unit.id: unit for unit in store.list_units(deps.db)}
    made = _Kept(weakref.ref(deps), now, MappingProxyType(units))
    if not in_transaction():
        _keep(deps, made, kept)
    return made


def _keep(deps: Deps, made: _Kept, before: _Kept | None) -> None:
    """Releases never change, so the items of those that are still the last ones need not be read again."""
    for year, catalogue in before.by_year.items() if before and before.deps() is deps else ():
        if store.find_release_of(deps.db, year) == catalogue.release:
            made.by_year[year] = Catalogue(catalogue.release, catalogue.items, made.units)
    for key in [key for key, kept in _kept.items() if kept.deps() is None]:
        del _kept[key]
    _kept[id(deps)] = made


def _catalogue(deps: Deps, kept: _Kept, release: Release | None) -> Catalogue:
    if release is None:
        raise errors.not_published()
    known = kept.by_year.get(release.year)
    if known and known.release == release:
        return known
    items = {item.code: item for item in store.list_items(deps.db, release)}
    made = Catalogue(release, MappingProxyType(items), kept.units)
    kept.by_year[release.year] = made
    return made
