"""From the outbox to the channels' queues."""

from collections.abc import Sequence

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.deliveries import rules
from backend.deliveries.model import LEGAL, NOTICE, Delivery
from backend.deliveries.store import items
from backend.notices import service as notices
from backend.notices.model import Notice
from backend.recipients import service as recipients
from backend.recipients.model import Preferences, Recipient
from schemas.notices import FORMS
from schemas.terms import Role

AT_ONCE = 500


def plan(deps: Deps, actor: Actor) -> int:
    """Every notice that the outbox holds gets a delivery for each way that its account has and wants; how many notices.

    Safe to repeat, to break off and to run twice at once: a delivery's id is made of notice and way, and a notice leaves the
    outbox only after its deliveries are there.
    """
    actor.require(Role.SYSTEM)
    done = 0
    while found := notices.in_outbox(deps, limit=AT_ONCE):
        items.insert_new(deps.db, _planned(deps, found))
        done += notices.hand_over(deps, [notice.id for notice in found])
    return done


def put(deps: Deps, deliveries: Sequence[Delivery]) -> None:
    """Queue what a push made; what was there stays."""
    items.insert_new(deps.db, deliveries)


def _planned(deps: Deps, found: Sequence[Notice]) -> list[Delivery]:
    accounts = {notice.account_id for notice in found}
    ways = recipients.reachable(deps, accounts)
    wishes = recipients.preferences_of(deps, ways)
    return [
        _delivery(deps, notice, recipient)
        for notice in found
        for recipient in ways.get(notice.account_id, ())
        if recipient.way in deps.carriers
        and (wishes.get(recipient.holder) or Preferences(recipient.holder)).wants(
            notice.kind.value, recipient.way
        )
    ]


def _delivery(deps: Deps, notice: Notice, recipient: Recipient) -> Delivery:
    now = deps.now()
    return Delivery(
        id=f"{notice.id}:{recipient.way.value}",
        queue=LEGAL if FORMS[notice.kind].legal else NOTICE,
        source_id=notice.id,
        kind=notice.kind.value,
        holder=recipient.holder,
        way=recipient.way,
        created_at=now,
        due_at=notice.created_at,
        expires_at=now + rules.KEPT,
    )
