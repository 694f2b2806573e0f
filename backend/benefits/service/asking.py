"""What a claim has to know before anything is decided: one read, and no record of the person in it."""

import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.audit import service as audit
from backend.audit.model import Entry
from backend.benefits import errors
from backend.benefits.model import Benefit, Claim
from backend.benefits.store import campaigns, claims
from backend.common.deps import Deps
from backend.merchants import service as merchants


@dataclass(frozen=True)
class Wish:
    """Who asks for what, and under which key of a request."""

    benefit_id: str
    subject_id: str
    key_mac: bytes | None


@dataclass(frozen=True)
class Asked:
    """The campaign, what the person has of it, whether any partner takes part now, and the last act about the person."""

    benefit: Benefit
    mine: Sequence[Claim]
    served: bool
    acts: Sequence[Entry]


@dataclass(frozen=True)
class _Served:
    """Whether any of a campaign's partners took part when this process looked last."""

    deps: "weakref.ref[Deps]"
    read_at: datetime
    served: bool


FRESH_FOR = timedelta(seconds=5)
"""A claim of the seconds after the last shop closed is one of those that the sweep finds and prolongs (`serving`)."""
MOST_KEPT = 1_000
_kept: dict[tuple[int, tuple[str, ...]], _Served] = {}


def ask(deps: Deps, wish: Wish) -> Asked:
    """Raises 404 `benefits.not_found`."""
    parts = claims.of_person(wish.benefit_id), audit.one_reading_of_acts(1)
    found = campaigns.find_beside(deps.db, wish.benefit_id, wish.subject_id, parts)
    if found is None:
        raise errors.not_found()
    benefit, (mine, acts) = found
    return Asked(benefit, mine, _served(deps, benefit.terms.partner_ids), acts)


def _served(deps: Deps, partner_ids: tuple[str, ...]) -> bool:
    """Looked up every few seconds: a crowd at one campaign need not ask for its shops each."""
    key, now = (id(deps), partner_ids), deps.now()
    kept = _kept.get(key)
    if kept and kept.deps() is deps and timedelta() <= now - kept.read_at < FRESH_FOR:
        return kept.served
    made = _Served(weakref.ref(deps), now, bool(merchants.active(deps, partner_ids)))
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[key] = made
    return made.served
