"""The merchants that a campaign or a service may be tied to, for boxes to choose from."""

from collections.abc import Iterable

from backend.merchants import service
from backend.merchants.model import Named
from backend.web.auth import actor, deps
from schemas.terms import MerchantState

AT_ONCE, MOST = 100, 1_000


def to_choose(beside: Iterable[Named] = ()) -> list[tuple[str, str]]:
    """Those that take part, newest first, and `beside` them those chosen already: (id, name)."""
    found: dict[str, str] = {}
    cursor: str | None = None
    while len(found) < MOST:
        page = service.listed(deps(), actor(), state=MerchantState.ACTIVE, limit=AT_ONCE, cursor=cursor)
        found |= {one.id: one.name for one in page.items}
        cursor = page.next_cursor
        if cursor is None:
            break
    return list((found | {one.id: one.name for one in beside}).items())
