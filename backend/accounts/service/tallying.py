"""How many accounts there are, for the figures of operations."""

from datetime import datetime

from backend.accounts import store
from backend.accounts.model import Standing
from backend.common.deps import Deps


def created(deps: Deps, *, begins_at: datetime, ends_at: datetime) -> int:
    """The accounts that a period brought, those closed since as well."""
    return store.count_created(deps.db, begins_at, ends_at)


def standing(deps: Deps) -> Standing:
    """As of now."""
    return Standing(*store.count_open(deps.db))
