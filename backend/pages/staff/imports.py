"""Handing files in at the console, following them while they are read, and their quality reports."""

from typing import Any

from flask import Response, request

from backend.batches import errors, rules, service
from backend.batches.model import ShownBatch
from backend.catalogue import service as catalogue
from backend.common.errors import ServiceError
from backend.pages.edge import go, page, refused
from backend.pages.staff import lists
from backend.web.auth import actor, deps
from backend.web.bodies import UPLOAD_BYTES, contents
from backend.web.downloads import attachment
from backend.web.pages import Pages
from schemas.terms import BatchState, Role

blp = Pages("staff_imports", __name__)

HOME = "/staff/imports"
LINES_SHOWN = 12


@blp.get(HOME)
def batches() -> Response:
    return page("staff/imports.html", **_facts())


@blp.post(HOME)
@blp.upload(UPLOAD_BYTES)
def hand_in() -> Response:
    """One file; the page of its batch then follows it."""
    try:
        batch = _handed_in()
    except ServiceError as refusal:
        return refused(refusal, "staff/imports.html", **_facts())
    return go(f"{HOME}/{batch.id}")


@blp.get(f"{HOME}/<batch_id>")
def batch(batch_id: str) -> Response:
    find = service.find_of_unit if _is_provider() else service.find
    found = find(deps(), actor(), batch_id=batch_id)
    return page("staff/import.html", batch=found, lines_shown=LINES_SHOWN)


@blp.get(f"{HOME}/<batch_id>/refused-rows")
def refused_rows(batch_id: str) -> Response:
    download = service.refused_of_unit if _is_provider() else service.refused_rows
    return attachment(download(deps(), actor(), batch_id=batch_id))


def _handed_in() -> ShownBatch:
    found = list(contents(request.files.getlist("file")))
    if len(found) != 1:
        raise errors.one_file() if found else errors.no_file()
    ((name, content),) = found
    return service.hand_in(deps(), actor(), name=name, content=content)


def _facts() -> dict[str, Any]:
    state = lists.state_of(BatchState)
    asked: dict[str, Any] = {
        "limit": lists.LIMIT,
        "cursor": request.args.get("cursor") or None,
        "state": state,
    }
    unit = request.args.get("unit") or None
    own = _is_provider()
    return {
        "found": service.of_unit(deps(), actor(), **asked)
        if own
        else service.batches(deps(), actor(), **asked, unit=unit),
        "states": list(BatchState),
        "state": state,
        "unit": unit or "",
        "units": {} if own else catalogue.units_by_code(deps()),
        "is_provider": own,
        "most_bytes": rules.MOST_BYTES,
    }


def _is_provider() -> bool:
    return actor().role is Role.PROVIDER
