"""Claiming what is due, and making it ready: who it goes to, in which words, and when."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from backend.accounts import service as accounts
from backend.accounts.model import Account
from backend.common import logs
from backend.common.deps import Deps
from backend.deliveries import rules
from backend.deliveries.model import Delivery, Parcel, Slots, Words
from backend.deliveries.service import pacing, settling
from backend.deliveries.store import items
from backend.gateways.carrying import Message
from backend.notices import service as notices
from backend.notices.model import Notice
from backend.recipients import service as recipients
from backend.recipients.model import Preferences, Recipient
from schemas.notices import worded
from schemas.terms import Way

WordsOf = Callable[[Deps, Collection[str]], Mapping[str, Words]]
"""The words of pushes by their ids; they belong to a feature above."""
log = logs.get("backend.deliveries")
_CHOICE = 4
"""From how many times as many as are wanted they are drawn, so that workers seldom reach for the same."""


@dataclass(frozen=True)
class Taken:
    """Claimed parcels, and when they may be sent: the n-th of them in the n-th slot. `nothing`: none was due."""

    parcels: tuple[Parcel, ...] = ()
    slots: Slots = Slots()  # noqa: RUF009  # frozen
    nothing: bool = False


def take(deps: Deps, way: Way, queues: Sequence[str], *, words_of: WordsOf) -> Taken:
    """Claim up to a batch (`rules.Pace`) of what is due in these queues, the first queue first.

    Nothing is claimed while the channel is paused. What need not be sent any more (unbound, switched off) is settled here;
    what would reach somebody within a second of the last message to them is put off.
    """
    ids = _due(deps, way, queues)
    if not ids:
        return Taken(nothing=True)
    slots = pacing.reserve(deps, way, slots=len(ids))
    if slots.paused_s:
        return Taken(slots=slots)
    claimed = items.claim(deps.db, way, ids, deps.new_id(), for_ms=int(rules.LEASE.total_seconds() * 1000))
    return Taken(tuple(_ready(deps, claimed, slots, words_of)), slots)


def another_slot(deps: Deps, parcel: Parcel) -> Slots:
    """A new place in the pace for a parcel that missed its own; nobody else writes to that person meanwhile."""
    slot = pacing.reserve(deps, parcel.delivery.way, slots=1)
    if same_s := rules.PACES[parcel.delivery.way].same_s:
        recipients.occupy_on(
            deps, parcel.delivery.recipient_id, for_ms=int(1000 * (slot.first_in_s + same_s))
        )
    return slot


def _due(deps: Deps, way: Way, queues: Sequence[str]) -> list[str]:
    ids: list[str] = []
    batch = rules.PACES[way].batch
    for queue in queues:
        wanted = batch - len(ids)
        found = items.list_due(deps.db, way, queue, limit=wanted * _CHOICE)
        ids += deps.random.sample(found, min(wanted, len(found)))
        if len(ids) == batch:
            break
    return ids


def _ready(deps: Deps, claimed: Sequence[Delivery], slots: Slots, words_of: WordsOf) -> Iterator[Parcel]:
    known = recipients.by_id(deps, {one.recipient_id for one in claimed})
    wishes = recipients.preferences_of(deps, {one.holder for one in claimed})
    wanted = [one for one in claimed if _still_wanted(deps, one, known.get(one.recipient_id), wishes)]
    free = _one_each(deps, wanted, slots)
    holders = accounts.open_ones(deps, {a for one in free if (a := known[one.recipient_id].account_id)})
    words = _words(deps, free, words_of)
    for one in free:
        recipient = known[one.recipient_id]
        account = holders.get(recipient.account_id or "")
        to = (
            accounts.phone_in(deps, account) if one.way is Way.SMS else recipients.address_of(deps, recipient)
        )
        if not to or one.source_id not in words:
            settling.skip(deps, one, reason="no_address" if not to else "no_words")
            continue
        yield Parcel(
            one, _message(deps, one, words[one.source_id], recipient, account), to, recipient.address_mac
        )


def _still_wanted(
    deps: Deps, one: Delivery, recipient: Recipient | None, wishes: Mapping[str, Preferences]
) -> bool:
    if recipient is None:
        settling.unreached(deps, one, reason="unbound")
    elif recipient.gone_at is not None:
        settling.unreached(deps, one, reason=recipient.gone_reason or "gone")
    elif one.tries > rules.MOST_CLAIMS:
        settling.give_up(deps, one, reason="claimed_too_often")
    elif not (wishes.get(one.holder) or Preferences(one.holder)).wants(one.kind, one.way):
        settling.skip(deps, one, reason="switched_off")
    else:
        return True
    return False


def _one_each(deps: Deps, wanted: Sequence[Delivery], slots: Slots) -> list[Delivery]:
    """Not two to the same person at once, nor one so soon after another, where the channel does not bear it."""
    pace = rules.PACES[wanted[0].way] if wanted else rules.Pace(1)
    if not pace.same_s:
        return list(wanted)
    same_ms = int(pace.same_s * 1000)
    first = {one.recipient_id: one for one in reversed(wanted)}
    until_last_ms = int(1000 * (slots.first_in_s + slots.apart_s * pace.batch))
    free = recipients.occupy(deps, first, for_ms=until_last_ms + same_ms)
    chosen = [one for key, one in first.items() if key in free]
    later = [one.id for one in wanted if one not in chosen]
    if later and wanted[0].lease:
        items.release(deps.db, later, wanted[0].lease, in_ms=same_ms)
    return chosen


def _words(deps: Deps, claimed: Sequence[Delivery], words_of: WordsOf) -> dict[str, Words]:
    found = notices.by_id(deps, {one.source_id for one in claimed if not one.of_push})
    words = {key: told for key, notice in found.items() if (told := _said(notice))}
    return words | dict(words_of(deps, {one.source_id for one in claimed if one.of_push}))


def _said(notice: Notice) -> Words | None:
    """None for a payload that its kind's form no longer fits; it must not hold up the others."""
    try:
        return Words(*worded(notice.kind, notice.payload))
    except (KeyError, ValueError, TypeError) as error:
        log.error("delivery.no_words", kind=notice.kind.value, fault=type(error).__name__)
        return None


def _message(deps: Deps, one: Delivery, words: Words, to: Recipient, account: Account | None) -> Message:
    language = to.speaks or (account.language if account else to.language)
    return Message(one.id, words.title.say(language), words.body.say(language), deps.now(), words.url)
