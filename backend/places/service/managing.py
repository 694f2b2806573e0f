"""Staff put a shop on the map, put it right, take it off for a while or for good, and add what it replies."""

from dataclasses import replace
from datetime import date

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.districts import code_of
from backend.common.mongo import atomic
from backend.places import errors, texts
from backend.places.model import Assessment, Particulars, Place, Reply
from backend.places.rules import listing
from backend.places.service.reporting import settle
from backend.places.service.staffing import (
    KEEPERS,
    StaffShown,
    acted,
    event,
    kept,
    noted,
    published,
    save,
    shown,
)
from backend.places.store import shops
from schemas.terms import PlaceAct, PlaceFinding, PlaceState
from schemas.text import Text


@atomic
def create(deps: Deps, actor: Actor, *, given: Particulars, listed: Assessment) -> StaffShown:
    """Put a shop of a year's list on the map. Raises 422 `places.invalid`, 409 `places.known`."""
    actor.require(*KEEPERS)
    given = _sound(given, listed)
    key = listing.key(given)
    for there in shops.find_by_keys(deps.db, [key]):
        raise errors.known(there.id)
    place = made(deps, given, listed)
    place = noted(place, event(actor, deps.now(), PlaceAct.CREATE, place.state))
    if not shops.insert(deps.db, place):
        raise errors.known(place.id)
    published(deps, actor, place, year=str(listed.year))
    return shown(deps, place)


@atomic
def change(
    deps: Deps, actor: Actor, *, place_id: str, version: int, given: Particulars, listed: Assessment
) -> StaffShown:
    """Put down other particulars, and the assessment of one year, over `version`; the same again change nothing.

    Raises as `create`, 409 `places.stale` when another version is in force, `places.changed` for a withdrawn shop.
    """
    place = kept(deps, actor, place_id)
    given = _sound(given, listed)
    if place.version != version:
        raise errors.stale(place.version)
    before = listing.of_year(place, listed.year)
    if before is not None:
        listed = replace(listed, digest=before.digest, batch_id=before.batch_id, line=before.line)
    after = listing.listed_in(listing.put_down(place, given), listed)
    if after == place:
        return shown(deps, place)
    others = shops.find_by_keys(deps.db, [listing.key(given)])
    for other in others:
        if other.id != place.id:
            raise errors.known(other.id)
    return shown(deps, save(deps, actor, acted(deps, actor, after, PlaceAct.CHANGE), year=str(listed.year)))


@atomic
def pause(deps: Deps, actor: Actor, *, place_id: str, reason: str) -> StaffShown:
    """Show it no more until it is resumed. Raises 409 `places.changed`."""
    place = kept(deps, actor, place_id)
    return shown(deps, save(deps, actor, acted(deps, actor, place, PlaceAct.PAUSE, reason)))


@atomic
def resume(deps: Deps, actor: Actor, *, place_id: str, reason: str | None = None) -> StaffShown:
    """Show it again, as long as it is on a list. Raises 409 `places.changed`."""
    place = kept(deps, actor, place_id)
    return shown(deps, save(deps, actor, acted(deps, actor, place, PlaceAct.RESUME, reason)))


@atomic
def close(deps: Deps, actor: Actor, *, place_id: str, reason: str) -> StaffShown:
    """Withdraw it; only a newer list brings it back. What residents reported of it is settled with it."""
    place = kept(deps, actor, place_id)
    settle(deps, actor, place.id, PlaceFinding.CLOSED, texts.TASK_CLOSED.zh)
    return shown(deps, save(deps, actor, acted(deps, actor, place, PlaceAct.CLOSE, reason)))


@atomic
def put_reply(
    deps: Deps, actor: Actor, *, place_id: str, text: str | None, on: date | None = None
) -> StaffShown:
    """Put down what the shop says to its assessment, in place of what it said before; None takes it away.

    Raises 422 `places.invalid` for a reply without its day, 409 `places.changed`.
    """
    place = kept(deps, actor, place_id)
    if text is not None and on is None:
        raise errors.invalid([("on", Text("请填写回复日期", "give the day of the reply"))])
    reply = None if text is None or on is None else Reply(text.strip(), on)
    if reply == place.reply:
        return shown(deps, place)
    return shown(deps, save(deps, actor, acted(deps, actor, replace(place, reply=reply), PlaceAct.REPLY)))


def made(deps: Deps, given: Particulars, listed: Assessment) -> Place:
    """A shop that nobody knew before."""
    words = {name: getattr(given, name) for name in ("name", "kind", "district", "address")}
    return Place(
        id=deps.new_id(),
        keys=(listing.key(given),),
        **words,
        **listing.located(given),
        state=PlaceState.ACTIVE,
        shown_until=listed.shown_until,
        assessments=(listed,),
        created_at=deps.now(),
    )


def _sound(given: Particulars, listed: Assessment) -> Particulars:
    """The particulars with the district's code, or everything that is wrong with them."""
    given = replace(given, district=code_of(given.district) or given.district)
    wrong = list(listing.faults(given, listed))
    if wrong:
        raise errors.invalid(wrong)
    return given
