"""What the lists of the console ask for: how many, from where on, and which of them."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response, request

from backend.catalogue import service as catalogue
from backend.desk import service as desk
from backend.desk.model import Beside
from backend.pages.edge import page
from backend.web.auth import actor, deps
from schemas.terms import CaseKind, Role, Term

LIMIT = 30
T = TypeVar("T", bound=Term)


def asked() -> dict[str, Any]:
    """How many and from where on, and whether only what is late."""
    return {
        "limit": LIMIT,
        "cursor": request.args.get("cursor") or None,
        "overdue": request.args.get("overdue") == "1",
    }


def state_of(states: type[T]) -> T | None:
    """The state that was chosen, or the one of the queue by which somebody came."""
    wanted = request.args.get("state") or request.args.get("queue", "").partition(".")[2]
    return states(wanted) if wanted in set(states) else None


def of_both(
    template: str, states: type[T], for_provider: Callable[..., Any], for_officers: Callable[..., Any]
) -> Response:
    """The list of cases that officers see all of, and a provider those of the own unit."""
    wanted, state, unit = asked(), state_of(states), request.args.get("unit") or None
    narrowed = wanted | {"state": state, "overdue": wanted["overdue"] or None}
    if is_provider():
        found, units = for_provider(deps(), actor(), **narrowed), {}
    else:
        found = for_officers(deps(), actor(), **narrowed, unit=unit)
        units = dict(catalogue.units_by_code(deps()))
    return page(
        template,
        found=found,
        states=list(states),
        state=state,
        overdue=wanted["overdue"],
        units=units,
        unit=unit or "",
    )


def beside(kind: CaseKind, case_id: str) -> tuple[Beside, ...] | None:
    """The other cases about the record of a case; None for a provider, who is not told of them."""
    return None if is_provider() else desk.beside(deps(), actor(), kind=kind, case_id=case_id)


def is_provider() -> bool:
    return actor().role is Role.PROVIDER
