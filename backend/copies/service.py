"""Taking the own data away: what the account keeps, and every case of the person behind it."""

from collections.abc import Callable
from typing import Any

from backend.benefits import service as benefits
from backend.chats import service as chats
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.pages import MAX_LIMIT, Page
from backend.copies.model import Copy
from backend.eligibility import service as eligibility
from backend.identity import service as identity
from backend.objections import service as objections
from backend.orders import service as orders
from backend.recipients import service as recipients
from backend.removals import service as removals
from backend.reports import service as reports
from backend.restorations import service as restorations

MOST_CASES = 500
"""Of each kind: more than anybody's life brings, and few enough to be held in memory at once."""
CASES: dict[str, Callable[..., Page[Any]]] = {
    "objections": objections.own_words,
    "restorations": restorations.own_words,
    "questions": reports.own_questions,
    "removals": removals.own_words,
    "claims": benefits.mine,
    "passes": eligibility.my_passes,
    "checks": eligibility.own_checks,
    "contests": eligibility.my_contests,
    "orders": orders.mine,
    "report_links": reports.links,
}


def export(deps: Deps, actor: Actor) -> Copy:
    """Everything kept about the caller but the credit record, which is the report's (PIPL 45).

    What people wrote in objections, restorations and questions, and the names of their files, leave only for who is
    `verified`, like name and numbers; the other lists are as their own routes show them. The look is written down before
    anything leaves.
    """
    taken = vars(identity.export(deps, actor)) | {
        "notice_preferences": recipients.preferences(deps, actor),
        "chats": chats.mine(deps, actor),
    }
    if actor.subject_id is None:
        return Copy(**taken)
    found = {name: _newest(deps, actor, list_own) for name, list_own in CASES.items()}
    cases: dict[str, Any] = {name: items for name, (items, _) in found.items()}
    return Copy(**taken, **cases, truncated=tuple(name for name, (_, more) in found.items() if more))


def _newest(deps: Deps, actor: Actor, list_own: Callable[..., Page[Any]]) -> tuple[tuple[Any, ...], bool]:
    """The newest of a list, and whether it goes on."""
    page = list_own(deps, actor, limit=MAX_LIMIT)
    items = list(page.items)
    while page.next_cursor is not None and len(items) < MOST_CASES:
        page = list_own(deps, actor, limit=min(MAX_LIMIT, MOST_CASES - len(items)), cursor=page.next_cursor)
        items += page.items
    return tuple(items), page.next_cursor is not None
