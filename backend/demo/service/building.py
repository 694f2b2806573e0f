"""Building the demonstration city through the use cases that real data takes: files in, rows checked, subjects sealed.

The city is built in lots, each written to files, imported, and removed, so that neither memory nor disk grows with it.
Every step may be repeated: what was cut off is completed by running it again, and what is complete is left alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from backend.catalogue import service as catalogue
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.errors import Kind, ServiceError
from backend.demo import errors, store
from backend.demo.model import Built, City, Line, Member
from backend.demo.rules import cast, people
from backend.demo.rules.history import Historian
from backend.demo.service import accounts, fairs, press
from backend.demo.service.playing import OPENING, Stage
from backend.demo.service.taking_in import Site, workplace
from backend.notices import service as notices
from schemas.terms import Role

LOT = 20_000
_CAST, _SEED = "cast", "seed "


def seed(
    deps: Deps,
    actor: Actor,
    *,
    residents: int,
    seed: int,
    pictures: Path | None,
    told: Callable[[int], object] = lambda _: None,
) -> Built:
    """Build the city of a seed up to `residents`, with the fixed residents and staff; the same again changes nothing.

    `pictures` is the folder of the photographs (None: there are none, and nobody is enrolled); `told` gets the residents
    done so far. Raises 403 `demo.in_production`, 422 `demo.wrong_size`, 409 `demo.overlaps`.
    """
    actor.require(Role.SYSTEM)
    if deps.settings.app_env == "production":
        raise errors.in_production()
    if not 0 <= residents <= people.PLACES:
        raise errors.wrong_size(people.PLACES)
    _publish(deps, actor)
    city = _founded(deps, seed, residents)
    accounts.employ(deps, actor)
    accounts.take_on(deps, actor)
    fairs.open_fairs(deps, actor)
    press.go_to_press(deps, city.founded_on)
    with workplace(deps.settings.data_dir / "demo") as folder:
        site = Site(deps, actor, folder, pictures)
        site.take_in_shops(_settle_cast(site).year)
        for first in range(city.residents, residents, LOT):
            until = min(first + LOT, residents)
            _settle_lot(site, city, seed, range(first, until), told)
            store.set_residents(deps.db, city.id, until)
    notices.let_rest(deps)
    written = accounts.write_down(deps, faces=pictures is not None)
    return Built(max(residents, city.residents), site.tally, written, pictures is not None)


def _publish(deps: Deps, actor: Actor) -> None:
    """The demonstration catalogue, unless the operator has published one."""
    try:
        catalogue.current(deps)
    except ServiceError as error:
        if error.kind is not Kind.NOT_FOUND:
            raise
        units, items = catalogue.demonstration()
        catalogue.import_units(deps, actor, rows=units)
        today = shanghai_date(deps.now())
        for year in sorted({(today - timedelta(days=OPENING)).year, today.year}):
            catalogue.import_catalogue(deps, actor, year=year, rows=items)


def _founded(deps: Deps, seed: int, residents: int) -> City:
    """The city of the seed, new or as far as it is built; two cities never share a number."""
    wanted = City(f"{_SEED}{seed}", shanghai_date(deps.now()))
    for other in store.list_all(deps.db):
        if other.id not in (wanted.id, _CAST):
            theirs = people.quarter(int(other.id.removeprefix(_SEED)), other.residents)
            if people.quarter(seed, residents).overlaps(theirs):
                raise errors.overlaps(other.id)
    return store.found(deps.db, wanted)


def _settle_cast(site: Site) -> date:
    """The day on which the city was founded."""
    city = store.found(site.deps.db, City(_CAST, shanghai_date(site.deps.now())))
    historian = _historian(site.deps, city)
    parts = cast.parts(faces=site.pictures is not None)
    site.take_in_subjects(part.member for part in parts)
    stage = Stage(site.deps, site.actor, city.founded_on)
    playing = replace(site, deps=stage.opening(), meet=stage.play)
    for part in parts:
        there = playing if part.shows == cast.FULL else site
        there.take_in_records(cast.lines(part, historian, city.founded_on))
    return city.founded_on


def _settle_lot(site: Site, city: City, seed: int, places: range, told: Callable[[int], object]) -> None:
    """The residents and entities of these places; a fifth of the work is done once they are in."""
    historian = _historian(site.deps, city)
    site.take_in_subjects(member for place in places for member, _ in _members(city, seed, place))
    told(places.start + len(places) // 5)
    lines = (line for place in places for line in _lines(historian, city, seed, place))
    site.take_in_records(lines, lambda share: told(places.start + int(len(places) * (0.2 + 0.8 * share))))


def _historian(deps: Deps, city: City) -> Historian:
    return Historian(catalogue.items_by_code(deps), catalogue.units_by_code(deps), city.founded_on)


def _members(city: City, seed: int, place: int) -> Iterator[tuple[Member, str]]:
    """The resident of a place and, beside every tenth, an entity; each with the name of its source of chance."""
    yield people.resident(seed, place), "resident"
    if place % people.RESIDENTS_FOR_AN_ENTITY == 0:
        yield people.entity(seed, place, city.founded_on), "entity"


def _lines(historian: Historian, city: City, seed: int, place: int) -> Iterator[Line]:
    for member, source in _members(city, seed, place):
        yield from historian.of(member, seed, source, place)
