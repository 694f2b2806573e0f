"""The table of transitions, and what a move and the mere passing of time do to the clocks."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from backend.clocks import service as limits
from backend.common.workdays import Calendar
from backend.objections import rules
from backend.objections.model import NEVER, Event, Objection
from schemas.terms import ClockState, ObjectionGround, Role
from schemas.terms import ObjectionAct as Act
from schemas.terms import ObjectionState as State

RECEIVED = datetime(2026, 3, 2, 3, tzinfo=UTC)
CALENDAR = Calendar({})
LIMITS = limits.limits()
WHO = {
    Role.CITIZEN: {Act.ADD_EVIDENCE, Act.WITHDRAW, Act.DISSENT},
    Role.CASE_OFFICER: {Act.COMPARE, Act.TAKE_OVER, Act.REQUEST_SUPPLEMENT, Act.FORWARD, Act.CORRECT},
    Role.PROVIDER: {Act.CORRECT, Act.UPHOLD},
    Role.SYSTEM: {Act.MARK, Act.GO_ON, Act.CLOSE, Act.FALL_DUE, Act.SUSPEND, Act.MOVE_CLOCK},
}


def received() -> Objection:
    case = Objection(
        id="c1",
        subject_id="s1",
        account_id="a1",
        record_id="r1",
        unit_code="METRO",
        ground=ObjectionGround.ERROR_OR_OMISSION,
        statement_sealed=b"x",
        state=State.SUBMITTED,
        submitted_at=RECEIVED,
        limits_code="shanghai",
        clocks=rules.opened(LIMITS, RECEIVED, CALENDAR, "shanghai"),
    )
    return rules.refreshed(case)


def do(case: Objection, act: Act, role: Role, day: int = 2) -> Objection:
    """The case after one move at eleven in the morning of a day of March 2026."""
    at = datetime(2026, 3, day, 3, tzinfo=UTC)
    moved = rules.move(rules.clocked(case, act, at, CALENDAR, LIMITS), Event(at, act, case.state, role, "x"))
    assert moved is not None
    return rules.refreshed(moved)


def comparing() -> Objection:
    return do(do(received(), Act.MARK, Role.SYSTEM), Act.COMPARE, Role.CASE_OFFICER, 3)


def forwarded() -> Objection:
    return do(comparing(), Act.FORWARD, Role.CASE_OFFICER, 4)


def upheld() -> Objection:
    return do(forwarded(), Act.UPHOLD, Role.PROVIDER, 6)


def ends(case: Objection) -> dict[str, tuple[str, date | None]]:
    return {clock.name: (clock.state.value, clock.due_on) for clock in case.clocks}


def march(day: int) -> date:
    return date(2026, 3, day)


@pytest.mark.parametrize("role", WHO)
def test_each_role_has_its_own_acts_and_no_other(role: Role) -> None:
    assert {one.act for one in rules.TRANSITIONS if one.by is role} == WHO[role]


def test_the_main_road_is_the_one_of_the_law() -> None:
    road = {(one.source, one.target) for one in rules.TRANSITIONS if one.source is not one.target}
    supplement = State.SUPPLEMENT_REQUESTED
    assert road == {
        (State.SUBMITTED, State.MARKED),
        (State.MARKED, State.COMPARING),
        (State.COMPARING, State.CORRECTED),
        (State.COMPARING, State.FORWARDED),
        (State.FORWARDED, State.CORRECTED),
        (State.FORWARDED, State.UPHELD),
        (State.CORRECTED, State.CLOSED),
        (State.UPHELD, State.CLOSED),
        (State.UPHELD, State.DISSENTED),
        *((source, State.WITHDRAWN) for source in rules.OPEN),
        *((source, State.CLOSED) for source in rules.OPEN),  # where the record is deleted under the case
        *((source, supplement) for source in (State.COMPARING, State.FORWARDED)),
        *((supplement, target) for target in (State.COMPARING, State.FORWARDED)),
    }


def test_nothing_leads_out_of_a_final_state() -> None:
    assert not [one for one in rules.TRANSITIONS if one.source in rules.FINAL]
    assert set(State) == rules.LIVE | rules.FINAL


def test_every_state_is_reached_and_every_act_but_the_first_leads_somewhere() -> None:
    assert {one.target for one in rules.TRANSITIONS} == set(State)
    assert {one.act for one in rules.TRANSITIONS} == set(Act) - {Act.SUBMIT}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("act", Act)
def test_a_step_is_in_the_table_or_nowhere(state: State, act: Act) -> None:
    case = replace(received(), state=state, returns_to=State.COMPARING)
    for role in Role:
        targets = {t.target for t in rules.TRANSITIONS if (t.source, t.act, t.by) == (state, act, role)}
        found = rules.step(case, act, role)
        assert found in targets if targets else found is None


def test_comparing_meets_one_clock_and_the_others_run_on() -> None:
    assert ends(comparing()) == {
        "mark": ("met", march(3)),
        "compare": ("met", march(4)),
        "decide": ("running", march(9)),
        "forward": ("running", march(4)),
    }


def test_forwarding_ends_the_own_clocks_and_starts_the_providers() -> None:
    assert ends(forwarded()) == {
        "mark": ("met", march(3)),
        "compare": ("met", march(4)),
        "decide": ("stopped", march(9)),
        "forward": ("met", march(4)),
        "finding": ("running", march(11)),
    }


def test_a_correction_meets_the_clock_of_who_made_it() -> None:
    by_officer = do(comparing(), Act.CORRECT, Role.CASE_OFFICER, 5)
    by_provider = do(forwarded(), Act.CORRECT, Role.PROVIDER, 5)
    assert ends(by_officer)["decide"][0] == "met"
    assert ends(by_officer)["forward"][0] == "stopped"
    assert (ends(by_provider)["finding"][0], ends(by_provider)["decide"][0]) == ("met", "stopped")


def test_upholding_gives_the_person_five_working_days() -> None:
    assert ends(upheld())["dissent"] == ("running", march(13))


@pytest.mark.parametrize("make", [comparing, forwarded])
def test_withdrawing_stops_everything_that_runs(make: object) -> None:
    case = do(make(), Act.WITHDRAW, Role.CITIZEN, 5)  # type: ignore[operator]  # one of the two above
    assert not [clock for clock in case.clocks if clock.is_open]
    assert (case.open_key, case.due_at, case.chores) == (None, NEVER, ())


def test_a_supplement_pauses_what_runs_and_time_gives_it_back() -> None:
    case = do(forwarded(), Act.REQUEST_SUPPLEMENT, Role.CASE_OFFICER, 5)
    assert case.returns_to is State.FORWARDED
    assert (case.clock("finding").state, case.clock("supplement").due_on) == (ClockState.PAUSED, march(19))
    later = rules.as_of(case, case.clock("supplement").due_at, CALENDAR, LIMITS)
    assert (later.state, later.returns_to) == (State.FORWARDED, None)
    # One day was used up before; the four that are left begin with the day after the supplement's last.
    assert ends(later)["finding"] == ("running", march(25))
    assert rules.suspends_at(case, CALENDAR) == later.clock("finding").due_at


def test_a_second_supplement_pauses_again_from_where_it_was() -> None:
    case = do(forwarded(), Act.REQUEST_SUPPLEMENT, Role.CASE_OFFICER, 5)
    case = do(case, Act.ADD_EVIDENCE, Role.CITIZEN, 6)
    assert ends(case)["finding"] == ("running", march(12))
    case = do(case, Act.REQUEST_SUPPLEMENT, Role.CASE_OFFICER, 9)
    case = do(case, Act.ADD_EVIDENCE, Role.CITIZEN, 10)
    assert ends(case)["finding"] == ("running", march(13))
    assert [clock.name for clock in case.clocks].count("supplement") == 2


def test_time_alone_does_nothing_before_the_instant_and_all_of_it_at_the_instant() -> None:
    case = forwarded()
    due_at = case.clock("finding").due_at
    assert rules.as_of(case, due_at - timedelta(milliseconds=1), CALENDAR, LIMITS) == case
    late = rules.as_of(case, due_at, CALENDAR, LIMITS)
    assert [event.act for event in late.events[-2:]] == [Act.FALL_DUE, Act.SUSPEND]
    assert (late.state, late.suspended_at, late.clock("finding").overdue_at) == (
        State.FORWARDED,
        due_at,
        due_at,
    )


def test_time_is_the_same_however_often_it_is_asked() -> None:
    for made in (received(), comparing(), forwarded(), upheld()):
        by_day = made
        for day in range(60):
            by_day = rules.as_of(by_day, RECEIVED + timedelta(days=day), CALENDAR, LIMITS)
        assert by_day == rules.as_of(made, RECEIVED + timedelta(days=59), CALENDAR, LIMITS)


def test_an_upheld_case_closes_by_itself() -> None:
    case = upheld()
    closed = rules.as_of(case, case.clock("dissent").due_at, CALENDAR, LIMITS)
    assert (closed.state, closed.closed_at) == (State.CLOSED, case.clock("dissent").due_at)
    assert closed.clock("dissent").state is ClockState.STOPPED
    assert closed.open_key is None


def test_what_is_due_at_the_desk_leaves_the_persons_own_time_out() -> None:
    assert rules.due_at(upheld()) == NEVER
    assert rules.due_at(forwarded()) == forwarded().clock("finding").due_at


def test_the_chores_say_when_time_will_ask_for_the_case() -> None:
    assert {chore.what for chore in forwarded().chores} == {"fall_due", "suspend", "remind"}
    assert {chore.what for chore in upheld().chores} == {"close", "remind"}
    first = min(chore.at for chore in forwarded().chores)
    assert rules.reminded(forwarded(), first - timedelta(milliseconds=1))[1] == []
    told, near = rules.reminded(forwarded(), first)
    assert [clock.name for clock in near] == ["finding"]
    assert "remind" not in {chore.what for chore in rules.refreshed(told).chores}
