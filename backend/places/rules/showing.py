"""Which shops the map shows, judged when it is read, and which act is possible when."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from backend.places.model import Assessment, Place
from schemas.terms import PlaceAct, PlaceState

ENOUGH_REPORTS = 3
_ON_MAP = frozenset({PlaceState.ACTIVE, PlaceState.PAUSED})
_MOVES: Mapping[PlaceAct, tuple[frozenset[PlaceState], PlaceState | None]] = {
    PlaceAct.CHANGE: (_ON_MAP, None),
    PlaceAct.REPLY: (_ON_MAP, None),
    PlaceAct.PAUSE: (frozenset({PlaceState.ACTIVE}), PlaceState.PAUSED),
    PlaceAct.RESUME: (frozenset({PlaceState.PAUSED}), PlaceState.ACTIVE),
    PlaceAct.CLOSE: (_ON_MAP, PlaceState.CLOSED),
}


def step(state: PlaceState, act: PlaceAct) -> PlaceState | None:
    """The state after an act; None when it is no act for this state."""
    froms, to = _MOVES[act]
    return (to or state) if state in froms else None


def may(state: PlaceState) -> tuple[PlaceAct, ...]:
    return tuple(act for act, (froms, _) in _MOVES.items() if state in froms)


def standing(assessments: Sequence[Assessment], year: int | None, at: datetime) -> Assessment | None:
    """The assessment by which a shop is shown at `at`: that of the year asked for, or the newest; None when it has expired."""
    for one in reversed(assessments):
        if year in (None, one.year) and at < one.shown_until:
            return one
    return None


def is_shown(place: Place, at: datetime) -> bool:
    return place.state is PlaceState.ACTIVE and at < place.shown_until
