"""The map of trustworthy shops: a list that has all of it, the map beside it, and a page for each shop."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import marshmallow as ma
from flask import Response, g, request

from backend.common.clock import shanghai_date
from backend.common.coordinates import LngLat, converted
from backend.common.districts import DISTRICTS
from backend.common.errors import ServiceError
from backend.pages import forms
from backend.pages.edge import go, page, refused
from backend.places import service
from backend.places.model import Finds
from backend.web.auth import actor, deps
from backend.web.pages import Pages
from schemas import places as wire
from schemas.terms import Crs, PlaceKind, PlaceReportKind

blp = Pages("map", __name__)

A_PART, MOST = 40, 500
FARTHEST_M = 50_000
YEARS = 7
"""How many years back somebody may ask for; no assessment is valid for longer."""


@dataclass(frozen=True)
class Ground:
    """What the map is drawn on: tiles where the settings name some, and the system in which pins must stand on them."""

    tiles: str | None
    attribution: str | None
    crs: Crs


@blp.get("/map")
def shops() -> Response:
    """The shops that the filters leave. A chat's link names one shop, which has a page of its own."""
    if named := request.args.get("place"):
        return go(f"/map/{named}" if named.isalnum() else "/map")
    try:
        asked = wire.PlacePageQuery(unknown=ma.EXCLUDE).load(
            {name: value for name, value in request.args.items() if value}
        )
    except ma.ValidationError:
        return _shown({}, _search({}, A_PART), 422, unknown=True)
    limit = asked.pop("show")
    return _shown(asked, _search(asked, limit), limit=limit)


@blp.post("/map")
def near() -> Response:
    """The same, nearest first. The position comes in a form, so no address, history or log of a proxy ever has it; the answer
    is this page itself, for an address to be led to would have to name it."""
    form = forms.read(wire.PlaceNear)
    if not form.ok:
        return _shown({}, _search({}, A_PART), 422, unknown=True)
    asked = dict(form.values)
    here = LngLat(asked.pop("lng"), asked.pop("lat"))
    try:
        found = _search(asked, A_PART, lng=here.lng, lat=here.lat, radius_m=FARTHEST_M)
    except ServiceError as refusal:
        return refused(refusal, "map/shops.html", **_facts(asked, _search(asked, A_PART)))
    return _shown(asked, found, here=converted(here, Crs.WGS84, ground().crs))


@blp.get("/map/<place_id>")
def shop(place_id: str) -> Response:
    """All that is public about one shop; `told` after a report."""
    told = request.args.get("told") in {kind.value for kind in PlaceReportKind}
    return page("map/shop.html", told=told, form=forms.Form(), **_one(place_id))


@blp.post("/map/<place_id>/reports")
def report(place_id: str) -> Response:
    form = forms.read(wire.PlaceReportCreate)
    if not form.ok:
        return page("map/shop.html", 422, form=form, **_one(place_id))
    try:
        made = service.report(deps(), actor(), place_id=place_id, **form.values)
    except ServiceError as refusal:
        return refused(refusal, "map/shop.html", form=form, **_one(place_id))
    return go(f"/map/{place_id}?told={made.kind.value}")


def ground() -> Ground:
    """What the settings say; pictures of the page may come from the tiles' server from here on, and from no other."""
    settings = deps().settings
    g.pictures_from = settings.map_tiles_origin
    return Ground(settings.map_tiles_url, settings.map_tiles_attribution, Crs(settings.map_tiles_crs))


def _search(asked: dict[str, Any], limit: int, **around: Any) -> Finds:
    return service.search(deps(), crs=Crs.WGS84, limit=limit, **asked, **around)


def _shown(asked: dict[str, Any], found: Finds, code: int = 200, **more: Any) -> Response:
    return page("map/shops.html", code, **_facts(asked, found), **more)


def _facts(asked: dict[str, Any], found: Finds) -> dict[str, Any]:
    """What the page of the list is made of; `query` is the question as an address has it."""
    query = {name: getattr(value, "value", value) for name, value in asked.items() if value is not None}
    this_year = shanghai_date(deps().now()).year
    return {
        "asked": asked,
        "query": urlencode(query),
        "found": found,
        "kinds": list(PlaceKind),
        "districts": DISTRICTS,
        "years": [year for year in range(this_year, this_year - YEARS, -1) if year in service.YEARS],
        "ground": ground(),
        "most": MOST,
        "part": A_PART,
    }


def _one(place_id: str) -> dict[str, Any]:
    drawn_on = ground()
    shown = service.find(deps(), place_id=place_id, crs=drawn_on.crs)
    return {"shop": shown, "ground": drawn_on, "kinds": list(PlaceReportKind)}
