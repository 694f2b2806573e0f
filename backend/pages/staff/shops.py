"""The merchants that a campaign or a service may be tied to, for boxes to choose from."""

from collections.abc import Iterable

from backend.merchants import service
from backend.merchants.model import Named
from backend.web.auth import actor, deps

MOST = 1_000


def to_choose(beside: Iterable[Named] = ()) -> list[tuple[str, str]]:
    """Those that take part, newest first, and `beside` them those chosen already: (id, name)."""
    found = {one.id: one.name for one in service.to_choose(deps(), actor(), limit=MOST)}
    return list((found | {one.id: one.name for one in beside}).items())
