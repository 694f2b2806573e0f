"""Who hears of which change: the resident of every one, the officers and the provider's unit of what is theirs."""

import pytest

from backend.common.actor import Actor
from backend.notices import service as notices
from schemas.notices import desk_worded
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
        (State.COMPARING, "decide", "objection_corrected", None, "record_put_right"),
        (State.COMPARING, "decide_hidden", "objection_corrected", None, "record_put_right"),
        (State.COMPARING, "decide_erased", "objection_corrected", None, "record_put_right"),
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


@pytest.mark.parametrize(
    ("move", "how"),
    [("decide", "更正"), ("decide_hidden", "停止提供查询"), ("decide_erased", "予以删除")],
)
def test_the_unit_hears_by_ids_alone_what_the_desk_did_to_its_record(town: Town, move: str, how: str) -> None:
    record = town.record()
    shown = town.bring_to(State.COMPARING, record)
    town.moves(shown.id)[move]()
    (notice,) = notices.desk_inbox(town.deps, town.provider, limit=5).items
    assert notice.payload.keys() == {"case", "case_id", "record_id", "how"}
    assert (notice.payload["case_id"], notice.payload["record_id"]) == (shown.id, record.id)
    assert how in desk_worded(notice.kind, notice.payload)[1].zh
    assert notices.desk_inbox(town.deps, town.other_provider, limit=5).items == ()
