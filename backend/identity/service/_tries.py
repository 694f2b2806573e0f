"""Counting tries at what can be guessed; all counts lie in MongoDB and are shared by every process."""

import hashlib
import hmac

from backend.common.deps import Deps
from backend.limits import service as limits
from backend.limits.service import Limit

spend = limits.spend
forget = limits.reset


def spend_address(deps: Deps, name: str, address: str | None, *, limit: Limit) -> None:
    """Count a try of a network address; not when the settings lift limits per address (load tests), nor for a chat."""
    if address is not None and deps.settings.limit_per_address:
        limits.spend(deps, name, address, limit=limit)


def hidden(deps: Deps, value: str) -> str:
    """A keyed hash to count by, so that no number lies readable among the counts."""
    return hmac.new(deps.sealer.derive("limits"), value.encode(), hashlib.sha256).hexdigest()[:32]
