"""What may be put down about a shop, by a row of a list or by staff, and what a list changes about one that is known."""

import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from backend.common.coordinates import LngLat, converted
from backend.common.districts import DISTRICTS, code_of
from backend.common.names import folded_name
from backend.common.periods import end_of
from backend.intake.files import Form
from backend.places import texts
from backend.places.model import Assessment, Particulars, Place, Point
from backend.places.rules import asking, grid
from backend.places.rules.asking import Misplaced
from schemas.terms import Crs, PlaceKind, PlaceState
from schemas.text import Text, says_something

FORM = Form(("name", "kind", "district", "address", "lng", "lat", "assessed_by", "valid_until"), ())
LONGEST = {"name": 80, "address": 160, "assessed_by": 80, "source_document": 160}
YEARS = range(2014, 2100)
VALID_YEARS = 6
Fault = tuple[str, Text]
"""A column or field, and what is wrong with it."""


def of_row(
    values: Mapping[str, Any], *, year: int, crs: Crs, source: str
) -> tuple[Particulars, Assessment] | Fault:
    """The shop and the assessment of a row of a list of `year`, or the first thing that is wrong with it."""
    texts_of = {
        name: values[name] for name in ("name", "kind", "district", "address", "assessed_by", "valid_until")
    }
    for name, value in texts_of.items():
        if not isinstance(value, str):
            return name, texts.NOT_TEXT
    words = {name: value.strip() for name, value in texts_of.items()}
    kind = next((one for one in PlaceKind if one == words["kind"]), None)
    if kind is None:
        return "kind", texts.BAD_KIND
    lng, lat = _number(values["lng"]), _number(values["lat"])
    if lng is None or lat is None:
        return "lng", texts.NOT_A_POSITION
    until = _day(words["valid_until"])
    if until is None:
        return "valid_until", texts.BAD_DAY
    if until.year not in _ends(year):  # the last day of all has no end that could be worked out
        return "valid_until", _bad_end(year)
    district = code_of(words["district"]) or words["district"]
    given = Particulars(words["name"], kind, district, words["address"], lng, lat, crs)
    listed = assessment(year, words["assessed_by"], until, source)
    return next(faults(given, listed), None) or (given, replace(listed, digest=digest(given, listed)))


def assessment(year: int, assessed_by: str, valid_until: date, source_document: str) -> Assessment:
    return Assessment(year, assessed_by, valid_until, end_of(valid_until), source_document)


def faults(given: Particulars, listed: Assessment) -> Iterator[Fault]:
    """Everything that is wrong with what is put down."""
    words = {"name": given.name, "address": given.address}
    words |= {"assessed_by": listed.assessed_by, "source_document": listed.source_document}
    for name, text in words.items():
        if not (len(text) <= LONGEST[name] and says_something(text) and text.isprintable()):
            yield name, texts.NOT_A_LINE.fill(most=LONGEST[name])
    if given.district not in DISTRICTS:
        yield "district", texts.BAD_DISTRICT
    wrong = asking.misplaced(given.position, given.crs)
    if wrong is not None:
        yield "lng", texts.SWAPPED if wrong is Misplaced.SWAPPED else texts.OUTSIDE
    if listed.year not in YEARS:
        yield "year", texts.BAD_YEAR
    elif listed.valid_until.year not in _ends(listed.year):
        yield "valid_until", _bad_end(listed.year)


def _ends(year: int) -> range:
    """The years in which what a list of `year` says may end."""
    return range(year, year + VALID_YEARS + 1)


def _bad_end(year: int) -> Text:
    return texts.BAD_VALIDITY.fill(first=year, last=year + VALID_YEARS)


def key(given: Particulars) -> str:
    """Under which lists name a shop: name, district and address as they are compared, spaces and width aside."""
    parts = (folded_name(given.name), given.district, folded_name(given.address))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def digest(given: Particulars, listed: Assessment) -> str:
    """What a row says: the same again is no news, whatever staff have put right since."""
    said = (*vars(given).values(), listed.assessed_by, listed.valid_until, listed.source_document)
    return hashlib.sha256("\0".join(map(str, said)).encode()).hexdigest()[:32]


def located(given: Particulars) -> dict[str, Any]:
    """Where a shop is, in every form its document keeps."""
    at = converted(given.position, given.crs, Crs.WGS84)
    return {
        "lng": at.lng,
        "lat": at.lat,
        "location": Point((at.lng, at.lat)),
        "cell": grid.cell(at),
        "source_lng": given.lng,
        "source_lat": given.lat,
        "source_crs": given.crs,
    }


def put_down(place: Place, given: Particulars) -> Place:
    """The shop with other particulars; the key of the old ones stays, so that an old row still finds it."""
    keys = dict.fromkeys((*place.keys, key(given)))
    words = {name: getattr(given, name) for name in ("name", "kind", "district", "address")}
    return replace(place, keys=tuple(keys), **words, **located(given))


def listed_in(place: Place, listed: Assessment) -> Place:
    """The shop with this assessment for its year, in place of another one."""
    others = [one for one in place.assessments if one.year != listed.year]
    kept = tuple(sorted([*others, listed], key=lambda one: one.year))
    return replace(place, assessments=kept, shown_until=max(one.shown_until for one in kept))


def of_year(place: Place, year: int) -> Assessment | None:
    return next((one for one in place.assessments if one.year == year), None)


def taken_up(place: Place, given: Particulars, listed: Assessment) -> Place | None:
    """The shop after a row of a list; None for one that was withdrawn since that list. A newer list brings it back, and
    its words count; those of an older one do not."""
    newest = place.newest.year
    if place.state is PlaceState.CLOSED and listed.year <= newest:
        return None
    state = PlaceState.ACTIVE if place.state is PlaceState.CLOSED else place.state
    after = listed_in(replace(place, state=state), listed)
    return put_down(after, given) if listed.year >= newest else after


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def position_of(place: Place, crs: Crs) -> LngLat:
    """Where a shop is, in a system: the pair as it came where that is asked for."""
    if crs is place.source_crs:
        return LngLat(place.source_lng, place.source_lat)
    return converted(place.position, Crs.WGS84, crs)
