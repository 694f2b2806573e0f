"""Who hears of which end of an application: the resident of every one, the desks of what is theirs."""

import pytest

from backend.common.actor import Actor
from backend.notices import service as notices
from schemas.terms import RestorationState as State
from tests.backend.restorations.conftest import Desk


def told(desk: Desk, who: Actor) -> list[str]:
    read = notices.inbox if who is desk.town.resident else notices.desk_inbox
    return sorted(one.kind.value for one in read(desk.deps, who, limit=50).items)


@pytest.mark.parametrize(
    ("state", "move", "resident", "officers", "provider"),
    [
        (State.SUBMITTED, "accept", "restoration_accepted", None, "restoration_accepted"),
        (State.SUBMITTED, "decline", "restoration_declined", None, None),
        (State.SUBMITTED, "withdraw", "restoration_withdrawn", "restoration_withdrawn", None),
        (State.ACCEPTED, "withdraw", "restoration_withdrawn", None, "restoration_withdrawn"),
        (State.ACCEPTED, "restore", "restoration_restored", "restoration_proved", None),
        (State.ACCEPTED, "refuse", "restoration_refused", "restoration_proved", None),
    ],
)
def test_each_side_hears_of_a_move_once(
    desk: Desk, state: State, move: str, resident: str, officers: str | None, provider: str | None
) -> None:
    shown = desk.bring_to(state)
    town = desk.town
    sides = (town.resident, resident), (town.officer, officers), (town.provider, provider)
    before = [told(desk, who) for who, _ in sides]
    desk.moves(shown.id)[move]()
    for (who, news), known in zip(sides, before, strict=True):
        assert told(desk, who) == sorted([*known, *([news] if news else [])]), who.role
