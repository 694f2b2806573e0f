"""Who hears of which change: the resident of every one, the officers and the provider's unit of what is theirs."""

import pytest

from backend.common.actor import Actor
from backend.notices import service as notices
from schemas.terms import ObjectionState as State
from tests.backend.objections.town import Town


def told(town: Town, who: Actor) -> list[str]:
    """The kinds of notices in an inbox, sorted: those of one instant have no order."""
    read = notices.inbox if who is town.resident else notices.desk_inbox
    return sorted(one.kind.value for one in read(town.deps, who, limit=50).items)


@pytest.mark.parametrize(
    ("state", "move", "resident", "officers", "provider"),
    [
        (State.COMPARING, "request_supplement", "objection_supplement", None, None),
        (State.SUPPLEMENT_REQUESTED, "add_evidence", "objection_resumed", "supplement_arrived", None),
        (State.MARKED, "add_evidence", None, "supplement_arrived", None),
        (State.FORWARDED, "add_evidence", None, "supplement_arrived", "supplement_arrived"),
        (State.COMPARING, "withdraw", "objection_withdrawn", "objection_withdrawn", None),
        (State.FORWARDED, "withdraw", "objection_withdrawn", "objection_withdrawn", "objection_withdrawn"),
        (State.COMPARING, "decide", "objection_corrected", None, None),
        (State.COMPARING, "decide_erased", "objection_corrected", None, None),
        (State.FORWARDED, "find_corrected", "objection_corrected", "finding_arrived", None),
        (State.COMPARING, "take_over", None, None, None),
    ],
)
def test_each_side_hears_of_a_move_once(
    town: Town, state: State, move: str, resident: str | None, officers: str | None, provider: str | None
) -> None:
    shown = town.bring_to(state)
    sides = (town.resident, resident), (town.officer, officers), (town.provider, provider)
    before = [told(town, who) for who, _ in sides]
    town.moves(shown.id)[move]()
    for (who, news), known in zip(sides, before, strict=True):
        assert told(town, who) == sorted([*known, *([news] if news else [])]), who.role
