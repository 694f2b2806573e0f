"""What the lists of the console ask for: how many, from where on, and which of them."""

from typing import Any, TypeVar

from flask import request

from schemas.terms import Term

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
