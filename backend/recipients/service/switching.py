"""What a person wants to hear by which way."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.recipients import errors, store
from backend.recipients.model import KINDS, LEGAL, KindSwitch, Preferences, Shown, Switch
from backend.recipients.service import binding
from schemas.terms import NewsCategory, Role, Way


def preferences(deps: Deps, actor: Actor) -> Shown:
    """The caller's switches, all of them, as they stand."""
    actor.require(Role.CITIZEN)
    stored = store.find_preferences(deps.db, actor.id) or Preferences(actor.id)
    bound = {one.way: one for one in store.list_of(deps.db, actor.id)}
    ways = tuple(
        Switch(
            way,
            bound[way].bound_at if way in bound else None,
            bound[way].gone_at if way in bound else None,
            way in bound and way not in stored.ways_off,
        )
        for way in Way
    )
    kinds = tuple(
        KindSwitch(kind, kind in LEGAL, {way.value: stored.wants(kind, way) for way in Way}) for kind in KINDS
    )
    return Shown(ways, kinds, stored.follows)


@atomic
def switch(
    deps: Deps,
    actor: Actor,
    *,
    ways: Mapping[Way, bool],
    kinds: Mapping[str, Mapping[Way, bool]],
    follows: Sequence[NewsCategory] | None = None,
) -> Shown:
    """Switch what is named, leave the rest. SMS on is the consent to text messages about notices, for the phone was given to
    sign in; off takes it back; on after the gateway refused the number is another try. Raises 422 `recipients.legal_kind`, 409
    `recipients.not_bound` for a way that is not there.
    """
    actor.require(Role.CITIZEN)
    if fixed := sorted(kind for kind, wanted in kinds.items() if kind in LEGAL and not all(wanted.values())):
        raise errors.legal_kind(fixed)
    stored = store.find_preferences(deps.db, actor.id) or Preferences(actor.id)
    _texting(deps, actor, ways)
    bound = {one.way for one in store.list_of(deps.db, actor.id)}
    if missing := [way for way, on in ways.items() if on and way not in bound]:
        raise errors.not_bound(missing[0].value)
    wanted = _switched(stored, ways, kinds)
    if follows is not None:
        wanted = replace(wanted, follows=tuple(dict.fromkeys(follows)))
    store.put_preferences(deps.db, wanted)
    return preferences(deps, actor)


def _texting(deps: Deps, actor: Actor, ways: Mapping[Way, bool]) -> None:
    if Way.SMS not in ways:
        return
    known = next((one for one in store.list_of(deps.db, actor.id) if one.way is Way.SMS), None)
    if ways[Way.SMS] and (known is None or known.gone_at is not None):
        binding.bind(deps, account_id=actor.id, way=Way.SMS, address=None)
        audit.record(deps, actor, "recipients.allow_texts", actor.id)
    elif known is not None and not ways[Way.SMS]:
        binding.unbind(deps, account_id=actor.id, way=Way.SMS)
        audit.record(deps, actor, "recipients.refuse_texts", actor.id)


def _switched(
    stored: Preferences, ways: Mapping[Way, bool], kinds: Mapping[str, Mapping[Way, bool]]
) -> Preferences:
    off, ways_off = set(stored.off), set(stored.ways_off)
    for way, on in ways.items():
        (ways_off.discard if on else ways_off.add)(way)
    for kind, wanted in kinds.items():
        for way, on in wanted.items():
            (off.discard if on else off.add)(f"{kind}:{way.value}")
    return replace(stored, off=tuple(sorted(off)), ways_off=tuple(sorted(ways_off)))
