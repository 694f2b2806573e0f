"""Importing a year's list: rows are checked one by one, good ones taken in; the same file twice changes nothing.

A chunk is one transaction with the edition of the map it makes, so a run that was cut off leaves whole chunks, and a phone
never keeps a map that is older than it says.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.intake import files
from backend.intake.files import Intake, RawRow
from backend.intake.quality import Quality, Refusal
from backend.places import errors, texts
from backend.places.model import Assessment, Particulars, Place
from backend.places.rules import listing
from backend.places.service.managing import made
from backend.places.service.staffing import event, noted
from backend.places.store import editions, shops
from schemas.terms import Crs, PlaceAct, Role

IMPORTERS = (Role.SYSTEM, Role.ADMIN, Role.DATA_STEWARD)
CHUNK = 500


@dataclass(frozen=True)
class _Run:
    """One run over one file."""

    deps: Deps
    actor: Actor
    year: int
    crs: Crs
    source: str
    batch_id: str
    quality: Quality = field(default_factory=Quality)


@dataclass(frozen=True)
class _Row:
    """A row that may enter."""

    line: int
    given: Particulars
    listed: Assessment


@dataclass
class _Settled:
    """What a chunk comes to: shops by their id as they shall be, and what is told of its rows."""

    new: dict[str, Place] = field(default_factory=dict)
    changed: dict[str, Place] = field(default_factory=dict)
    unchanged: int = 0
    refused: list[Refusal] = field(default_factory=list)


def import_places(
    deps: Deps,
    actor: Actor,
    *,
    path: Path,
    year: int,
    crs: str,
    source: str | None = None,
    told: Callable[[int], object] = lambda _: None,
) -> Quality:
    """Take in the list of a year (CONTRACT 1), its positions in `crs`; `source` names its document, usually the file.

    A row that was changed since changes its shop, one of a newer list brings a withdrawn shop back, and nobody is taken off
    by a list that lacks them: an assessment ends with its validity, or by staff. Raises 422 `places.unknown_crs`,
    `places.no_year`, `intake.…`.
    """
    actor.require(*IMPORTERS)
    began = time.perf_counter()
    if crs not in [one.value for one in Crs]:
        raise errors.unknown_crs()
    if year not in listing.YEARS:
        raise errors.no_year()
    batch_id = files.digest(path) if path.is_file() else ""
    run = _Run(deps, actor, year, Crs(crs), source or path.name, batch_id)
    intake = files.opened(path, listing.FORM, told=told)
    for rows in files.chunks(intake.rows, CHUNK):
        _take(run, intake, rows)
    run.quality.seconds = time.perf_counter() - began
    counts = {name: getattr(run.quality, name) for name in ("rows", "new", "changed", "unchanged", "refused")}
    audit.record(deps, actor, "places.import", batch_id, year=year, crs=crs, **counts)
    return run.quality


def _take(run: _Run, intake: Intake, rows: Sequence[RawRow]) -> None:
    run.quality.rows += len(rows)
    read = [_read(run, intake, row) for row in rows]
    run.quality.refuse(one for one in read if isinstance(one, Refusal))
    good = [one for one in read if isinstance(one, _Row)]
    if not good:
        return
    settled = _put(run.deps, run, good)
    run.quality.new += len(settled.new)
    run.quality.changed += len(settled.changed)
    run.quality.unchanged += settled.unchanged
    run.quality.refuse(settled.refused)
    for one in good:
        if one.listed.shown_until <= run.deps.now():
            run.quality.note("places.expired", one.line)


def _read(run: _Run, intake: Intake, row: RawRow) -> _Row | Refusal:
    values = files.parse(row, intake.header, listing.FORM)
    if isinstance(values, Refusal):
        return values
    found = listing.of_row(values, year=run.year, crs=run.crs, source=run.source)
    if isinstance(found[0], str):
        name, text = found
        return Refusal(row.line, f"places.bad_{name}", text)
    given, listed = found
    return _Row(row.line, given, replace(listed, batch_id=run.batch_id, line=row.line))


@atomic
def _put(deps: Deps, run: _Run, rows: Sequence[_Row]) -> _Settled:
    """Settle a chunk and write it, with the next edition of the map where anything changed."""
    found = shops.find_by_keys(deps.db, [listing.key(row.given) for row in rows])
    known = {key: place for place in found for key in place.keys}
    settled = _Settled()
    for row in rows:
        _settle(run, settled, known, row)
    if settled.new or settled.changed:
        shops.put_all(deps.db, list(settled.new.values()), list(settled.changed.values()))
        editions.count_up(deps.db, deps.now())
    return settled


def _settle(run: _Run, settled: _Settled, known: dict[str, Place], row: _Row) -> None:
    """What becomes of a row; `known` keeps up with it, so that the same shop further down meets it."""
    key = listing.key(row.given)
    place = known.get(key)
    if place is None:
        fresh = made(run.deps, row.given, row.listed)
        known[key] = settled.new[fresh.id] = noted(
            fresh, event(run.actor, run.deps.now(), PlaceAct.CREATE, fresh.state)
        )
        return
    there = listing.of_year(place, run.year)
    if there is not None and there.batch_id == run.batch_id and there.line != row.line:
        settled.refused.append(Refusal(row.line, "places.repeated", texts.REPEATED))
    elif there is not None and there.digest == row.listed.digest:
        settled.unchanged += 1
    else:
        _take_up(run, settled, known, (row, place))


def _take_up(run: _Run, settled: _Settled, known: dict[str, Place], met: tuple[_Row, Place]) -> None:
    row, place = met
    after = listing.taken_up(place, row.given, row.listed)
    if after is None:
        settled.refused.append(Refusal(row.line, "places.withdrawn", texts.WITHDRAWN))
        return
    after = noted(after, event(run.actor, run.deps.now(), PlaceAct.ASSESS, after.state, str(run.year)))
    settled.changed[place.id] = after
    known.update(dict.fromkeys(after.keys, after))
