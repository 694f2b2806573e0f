from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.facechecks import rules
from backend.facechecks.rules import LIMITS
from schemas.faces import Enrolment, FaceReason, FaceStep, Look, Measures
from schemas.text import Text

N, L, R = FaceStep
ACTIONS = (L, R)
STEPS = [N, N, L, N, R, N, N, N]
GOOD = Look(readable=True, faces=1, width=190, brightness=120, sharpness=200, yaw=0.02, pitch=0.5, change=4)
YAWS = {N: 0.02, L: 0.25, R: -0.22}


def looks(steps: Sequence[FaceStep] = STEPS) -> list[Look]:
    return [replace(GOOD, yaw=YAWS[step]) for step in steps]


def measures(
    seen: Sequence[Look], steps: Sequence[FaceStep] = STEPS, *, template: float = 0.3, between: float = 0.2
) -> Measures:
    encoded = rules.frames_to_encode(ACTIONS, steps, seen)
    return Measures(
        tuple(seen), dict.fromkeys(encoded, template), dict.fromkeys(combinations(encoded, 2), between)
    )


def reason_for(place: int, **change: object) -> FaceReason | None:
    seen = looks()
    seen[place] = replace(seen[place], **change)  # type: ignore[arg-type]  # any field of a Look
    return rules.judge(ACTIONS, STEPS, measures(seen)).reason


def test_a_resident_who_follows_the_prompts_passes() -> None:
    verdict = rules.judge(ACTIONS, STEPS, measures(looks()))
    assert verdict.passed
    assert verdict.reason is None
    assert verdict.say() is None
    assert not verdict.counts


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"readable": False}, FaceReason.UNREADABLE),
        ({"faces": 0}, FaceReason.NO_FACE),
        ({"faces": 2, "second": 0.6}, FaceReason.SEVERAL_FACES),
        ({"width": 99}, FaceReason.TOO_FAR),
        ({"cut_off": True}, FaceReason.OFF_CENTRE),
        ({"brightness": 39}, FaceReason.TOO_DARK),
        ({"brightness": 206}, FaceReason.TOO_BRIGHT),
        ({"sharpness": 14}, FaceReason.BLURRED),
        ({"yaw": 0.13}, FaceReason.NOT_FRONTAL),
        ({"change": 0.0}, FaceReason.STILL),
    ],
)
def test_each_gate_has_its_own_answer(change: dict[str, object], reason: FaceReason) -> None:
    assert reason_for(1, **change) is reason


def test_a_failed_gate_costs_no_encoding_and_does_not_count_toward_the_lock() -> None:
    seen = [replace(one, brightness=10) for one in looks()]
    assert rules.frames_to_encode(ACTIONS, STEPS, seen) == ()
    assert not rules.judge(ACTIONS, STEPS, measures(seen)).counts


def test_a_person_far_behind_is_no_second_person() -> None:
    assert reason_for(1, faces=2, second=0.4) is None


def test_a_turn_that_loses_the_face_is_told_so() -> None:
    assert reason_for(2, faces=0) is FaceReason.TURNED_TOO_FAR


def test_a_turn_that_is_not_seen_names_the_movement() -> None:
    seen = looks()
    seen[4] = replace(seen[4], yaw=-0.1)
    verdict = rules.judge(ACTIONS, STEPS, measures(seen))
    assert (verdict.reason, verdict.step) == (FaceReason.STEP_NOT_MET, R)
    assert verdict.say() == Text(
        "请向您的右侧轻轻转头，幅度再大一点", "Turn your head a little to your right, a little further"
    )


def test_turns_count_from_the_residents_own_front() -> None:
    slanted = [replace(one, yaw=one.yaw + 0.09) for one in looks()]
    assert rules.judge(ACTIONS, STEPS, measures(slanted)).passed


def test_turning_the_other_way_is_no_turn() -> None:
    mirrored = [replace(one, yaw=-one.yaw) for one in looks()]
    assert rules.judge(ACTIONS, STEPS, measures(mirrored)).reason is FaceReason.STEP_NOT_MET


@pytest.mark.parametrize(
    "steps",
    [
        [N, N, R, N, L, N, N, N],
        [N, L, N, N, N],
        [N, L, N, R],
        [N, L, N, R, N, L, N],
        [N] * 5 + [L] * 5 + [N] + [R] * 2,
        [N] * 8,
        [],
    ],
)
def test_steps_that_are_not_the_challenge_are_refused(steps: list[FaceStep]) -> None:
    assert not rules.steps_fit(ACTIONS, steps)
    verdict = rules.judge(ACTIONS, steps, Measures(tuple(looks(steps)), {}, {}))
    assert verdict.reason is FaceReason.STEP_NOT_MET
    assert not verdict.counts


@pytest.mark.parametrize(
    "steps",
    [
        [N, L, N, R, N],
        [N, N, N, L, L, N, R, R],
        [N, N, L, N, R],
        [N, N, L, R, N, N],
        [N, N, N, L, R],
        [L, N, R, N, N],
    ],
)
def test_more_frames_for_a_step_are_welcome(steps: list[FaceStep]) -> None:
    assert rules.judge(ACTIONS, steps, measures(looks(steps), steps)).passed


def test_of_several_turned_frames_the_one_turned_least_is_compared() -> None:
    steps = [N, L, L, L, N, R, N]
    seen = looks(steps)
    seen[1], seen[2], seen[3] = (replace(seen[1], yaw=yaw) for yaw in (0.1, 0.32, 0.24))
    assert rules.frames_to_encode(ACTIONS, steps, seen) == (0, 3, 4, 5, 6)


def test_only_the_median_of_the_frontal_frames_decides_identity() -> None:
    taken = measures(looks())
    one_off = replace(taken, to_template={**taken.to_template, 0: 0.6})
    assert rules.judge(ACTIONS, STEPS, one_off).passed
    two_off = replace(taken, to_template={**taken.to_template, 0: 0.6, 7: 0.6})
    assert rules.judge(ACTIONS, STEPS, two_off).reason is FaceReason.NOT_CONFIRMED


def _linkage(far: tuple[int, ...], distance: float) -> Measures:
    taken = measures(looks())
    between = {pair: distance if set(pair) & set(far) else near for pair, near in taken.between.items()}
    return replace(taken, between=between)


@pytest.mark.parametrize(
    "taken",
    [measures(looks(), template=0.46), _linkage((0,), 0.41), _linkage((2,), 0.56), _linkage((4,), 0.56)],
    ids=["another person", "two people look straight", "another head turns left", "another head turns right"],
)
def test_every_failure_of_identity_gets_the_same_answer_and_counts(taken: Measures) -> None:
    verdict = rules.judge(ACTIONS, STEPS, taken)
    assert verdict.reason is FaceReason.NOT_CONFIRMED
    assert verdict.counts
    assert verdict.say() == FaceReason.NOT_CONFIRMED.label


def test_a_turned_frame_may_differ_more_than_a_frontal_one() -> None:
    assert rules.judge(ACTIONS, STEPS, _linkage((2, 4), 0.55)).passed


def test_a_verdict_needs_the_frames_it_asked_for() -> None:
    with pytest.raises(ValueError, match="had to be"):
        rules.judge(ACTIONS, STEPS, Measures(tuple(looks()), {0: 0.1}, {}))
    with pytest.raises(ValueError, match="one step"):
        rules.judge(ACTIONS, STEPS[:-1], measures(looks()))


def test_both_orders_of_the_turns_come_up() -> None:
    random = Random(1)
    assert {rules.new_actions(random) for _ in range(50)} == {(L, R), (R, L)}


def test_a_photograph_on_file_may_be_less_straight_but_must_show_one_person() -> None:
    good, slanted = GOOD, replace(GOOD, yaw=0.2, width=85)
    several = replace(GOOD, faces=2, second=0.9)
    seen = (good, several, slanted)
    assert rules.pictures_to_enrol(seen) == (0, 2)
    enrolled = rules.judge_enrolment(Enrolment(seen, (0, 2), bytes(512), 0.3))
    assert enrolled.template
    assert enrolled.refusals == (None, FaceReason.SEVERAL_FACES, None)


def test_photographs_of_different_people_make_no_template() -> None:
    enrolled = rules.judge_enrolment(Enrolment((GOOD, GOOD), (0, 1), bytes(512), 0.46))
    assert enrolled.template is None
    assert enrolled.reason is FaceReason.PICTURES_DISAGREE


def test_without_a_good_photograph_there_is_no_template() -> None:
    enrolled = rules.judge_enrolment(Enrolment((Look(readable=True),), (), None, 0.0))
    assert enrolled.template is None
    assert enrolled.reason is FaceReason.NO_FACE


NUMBERS = st.floats(0, 300, allow_nan=False)
ANY_LOOK = st.builds(
    Look, readable=st.booleans(), faces=st.integers(0, 3), width=st.integers(0, 640), second=st.floats(0, 1),
    cut_off=st.booleans(), brightness=NUMBERS, sharpness=NUMBERS, yaw=st.floats(-1, 1), pitch=st.floats(-1, 1),
    change=NUMBERS,
)  # fmt: skip


@given(
    st.lists(st.tuples(st.sampled_from(FaceStep), ANY_LOOK), max_size=14), st.floats(0, 2), st.floats(0, 2)
)
def test_nothing_passes_beyond_a_limit(
    frames: list[tuple[FaceStep, Look]], template: float, between: float
) -> None:
    steps, seen = [step for step, _ in frames], [look for _, look in frames]
    verdict = rules.judge(ACTIONS, steps, measures(seen, steps, template=template, between=between))
    if verdict.passed:
        assert template <= LIMITS.identity
        assert between <= LIMITS.spread
        assert all(one.faces for one in seen)
    assert verdict.passed == (verdict.reason is None)


@given(st.floats(0, 2), st.floats(0, 2))
def test_a_closer_face_is_never_judged_worse(one: float, other: float) -> None:
    nearer, farther = sorted((one, other))
    if rules.judge(ACTIONS, STEPS, measures(looks(), template=farther)).passed:
        assert rules.judge(ACTIONS, STEPS, measures(looks(), template=nearer)).passed


@pytest.mark.parametrize("reason", FaceReason)
def test_every_reason_speaks_both_languages(reason: FaceReason) -> None:
    assert reason.value.startswith("face.")
    assert reason.label.zh
    assert reason.label.en.isascii()
