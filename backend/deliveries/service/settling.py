"""What the channel said, written down: done, tried again later, by another way, or never."""

from functools import partial

from backend.common import logs
from backend.common.deps import Deps
from backend.deliveries import rules
from backend.deliveries.model import Delivery, Parcel
from backend.deliveries.service import pacing
from backend.deliveries.store import items, verdicts
from backend.gateways.carrying import Handover, Verdict
from backend.recipients import service as recipients
from schemas.terms import DeliveryState, Way

log = logs.get("backend.deliveries")
_DONE = {
    Verdict.ARRIVED: DeliveryState.DELIVERED,
    Verdict.TAKEN: DeliveryState.SENT,
    Verdict.REFUSED: DeliveryState.FAILED,
}


def settle(deps: Deps, parcel: Parcel, handover: Handover) -> None:
    """Mark a delivery with what became of it. When its lease was lost meanwhile, the mark of the other claim stands."""
    one, verdict = parcel.delivery, handover.verdict
    if verdict in _DONE:
        _finish(deps, one, _DONE[verdict], handover.reason, handover.receipt)
        if verdict is Verdict.TAKEN and handover.receipt:
            _apply_early(deps, one.way, handover.receipt)
    elif verdict is Verdict.GONE:
        reason = handover.reason or "gone"
        for recipient in recipients.by_id(deps, [one.recipient_id]).values():
            if recipient.address_mac == parcel.address_mac:
                recipients.mark_gone(deps, recipient, reason=reason)
        unreached(deps, one, reason=reason)
    elif handover.wait_s is not None:
        pacing.pause(deps, one.way, for_s=handover.wait_s, reason=handover.reason or verdict.value)
        release(deps, [parcel], in_s=handover.wait_s)
    else:
        _again(deps, one, handover)


def release(deps: Deps, parcels: list[Parcel], *, in_s: float = 0) -> None:
    """Give claimed parcels back that were not sent, so that any worker takes them from then on."""
    for parcel in parcels:
        if parcel.delivery.lease:
            items.release(deps.db, [parcel.delivery.id], parcel.delivery.lease, in_ms=int(in_s * 1000))


def confirm(deps: Deps, *, way: Way, receipt: str, arrived: bool, reason: str | None = None) -> bool:
    """What the channel tells later about a message that it took; false for a receipt that waits for nothing.

    It may come before the worker has marked the message as sent, for the channel is quick: then it is kept for a while, and
    whoever of the two writes last finds the word of the other.
    """
    state = DeliveryState.DELIVERED if arrived else DeliveryState.FAILED
    told = partial(items.confirm, deps.db, way, receipt, state=state, reason=reason)
    if told():
        return True
    if items.is_known(deps.db, way, receipt):
        # It was marked since, or long ago and told of before.
        return told()
    ends = deps.now() + rules.EARLY_KEPT
    kept = verdicts.put(
        deps.db, way, receipt, state=state, reason=reason, expires_at=ends, most=rules.MOST_EARLY
    )
    if not kept:
        log.warning("delivery.early_verdicts_full", way=way.value)
    return _apply_early(deps, way, receipt)


def _apply_early(deps: Deps, way: Way, receipt: str) -> bool:
    """Mark the delivery with the word that came before its number was known; the word goes only after that."""
    early = verdicts.find(deps.db, way, receipt)
    if early is None or not items.is_known(deps.db, way, receipt):
        return False
    marked = items.confirm(deps.db, way, receipt, state=early.state, reason=early.reason)
    verdicts.remove(deps.db, way, receipt)
    return marked


def unreached(deps: Deps, one: Delivery, *, reason: str) -> None:
    """Nobody is there by this way: a push goes by the person's next one, if there is one."""
    _by_the_next(deps, one, DeliveryState.FAILED, reason)


def skip(deps: Deps, one: Delivery, *, reason: str) -> None:
    """It is not wanted any more by this way."""
    _by_the_next(deps, one, DeliveryState.SKIPPED, reason)


def give_up(deps: Deps, one: Delivery, *, reason: str) -> None:
    """It will not be tried again."""
    _finish(deps, one, DeliveryState.FAILED, reason)


def _by_the_next(deps: Deps, one: Delivery, state: DeliveryState, reason: str) -> None:
    if one.others:
        items.reroute(deps.db, one, way=one.others[0], others=one.others[1:])
    else:
        _finish(deps, one, state, reason)


def _again(deps: Deps, one: Delivery, handover: Handover) -> None:
    if not rules.may_repeat(handover.verdict, of_push=one.of_push):
        _finish(deps, one, DeliveryState.FAILED, "outcome_unknown")
        return
    delay = rules.delay_s(one.tries)
    if delay is None:
        _finish(deps, one, DeliveryState.FAILED, handover.reason or "gave_up")
    else:
        items.put_off(deps.db, one, in_s=delay, reason=handover.reason)


def _finish(
    deps: Deps, one: Delivery, state: DeliveryState, reason: str | None, receipt: str | None = None
) -> None:
    items.finish(deps.db, one, state=state, at=deps.now(), reason=reason, receipt=receipt)
