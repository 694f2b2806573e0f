"""The catalogue in the console: what may be collected, by whom, how open it is, for how long and on which ground."""

from collections import Counter
from typing import Any

from flask import Response, request

from backend.catalogue import service
from backend.catalogue.model import CatalogueItem
from backend.pages.edge import page
from backend.web.auth import deps
from backend.web.pages import Pages
from schemas.terms import Nature, Openness, Term

blp = Pages("staff_catalogue", __name__)

HOME = "/staff/catalogue"


@blp.get(HOME)
def items() -> Response:
    chosen: dict[str, Any] = {"nature": _chosen(Nature, "nature"), "openness": _chosen(Openness, "openness")}
    unit, words = request.args.get("unit") or None, request.args.get("q", "").strip()
    wanted = {name: term for name, term in chosen.items() if term is not None}
    found = service.listing(deps(), year=_year(), unit=unit, **wanted)
    return page(
        "staff/catalogue.html",
        listing=found,
        items=[item for item in found.items if _says(item, words)],
        units={one.id: one for one in found.units},
        years=sorted({one.year for one in found.releases}, reverse=True),
        natures=list(Nature),
        opennesses=list(Openness),
        unit=unit or "",
        q=words,
        **chosen,
    )


@blp.get(f"{HOME}/items/<code>")
def item(code: str) -> Response:
    return page("staff/item.html", item=service.provided_item(deps(), code=code, year=_year()))


@blp.get(f"{HOME}/units")
def units() -> Response:
    found = service.listing(deps(), year=_year())
    counts = Counter(one.unit_code for one in found.items)
    return page("staff/units.html", listing=found, units=found.units, counts=counts)


def _says(item: CatalogueItem, words: str) -> bool:
    """Whether each of the words stands in its code or one of its titles."""
    text = f"{item.code} {item.title_zh} {item.title_en}".casefold()
    return all(word in text for word in words.casefold().split())


def _year() -> int | None:
    text = request.args.get("year", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) == 4 else None


def _chosen(terms: type[Term], name: str) -> Term | None:
    wanted = request.args.get(name, "")
    return terms(wanted) if wanted in set(terms) else None
