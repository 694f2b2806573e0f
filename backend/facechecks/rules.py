"""Whether frames show the resident, alive and following the prompts: pure decisions over the face process's numbers.

Cheap gates first, so that nothing is encoded for a bad picture; identity last, with one answer for all its failures.
What this stops and what it does not is in docs/security.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median
from typing import Protocol

from schemas.faces import FRAME_BYTES, FRAMES, MEDIA_TYPES, Enrolment, FaceReason, FaceStep, Look, Measures
from schemas.text import Text

N, TURNS = FaceStep.NEUTRAL, (FaceStep.TURN_LEFT, FaceStep.TURN_RIGHT)


@dataclass(frozen=True)
class Limits:
    """Where each line is drawn; the measurements behind them are in docs/adr/0006-face-process.md."""

    frames_min: int = 5  # three that look straight and one for each turn
    frames_max: int = FRAMES
    frame_bytes: int = FRAME_BYTES
    types: tuple[str, ...] = MEDIA_TYPES
    neutral_min: int = 3  # the median of three frames moves less than a single one
    second_face: float = 0.5  # somebody passing far behind is no second person
    width_min: int = 100  # every false accept at 0.6 but one had a face below 100 px
    dark: float = 40.0  # half of the genuine pairs fail below
    bright: float = 205.0  # overexposed strangers come closer to each other
    sharp_min: float = (
        15.0  # blur of 2 px gives 20 and a third of false rejects, 4 px gives 5 and three quarters
    )
    frontal: float = 0.12  # yaw of somebody who looks at the phone
    turn: float = 0.18  # a flat print turned by 55 degrees never gets there, a head turned by 25 mostly does
    change_min: float = (
        0.25  # grey levels; a phone on a stand still shows its noise (0.3), a copied still does not
    )
    identity: float = 0.45  # no stranger among 5,047 pairs, 4.7 % of single genuine pairs refused
    spread: float = 0.40  # between the frontal frames of one session
    linkage: float = (
        0.55  # between a turned frame and the frontal ones: the head that turned is the face that looked
    )
    enrol_width_min: int = 80  # the finder's own smallest face
    enrol_frontal: float = 0.25  # a photograph on file need not be as straight as a selfie
    enrol_spread: float = 0.45  # photographs of one enrolment agree with each other


LIMITS = Limits()


@dataclass(frozen=True)
class Verdict:
    """`counts`: a failure of identity, toward the lock; others are only rate limited. `distance` is for the audit."""

    passed: bool
    reason: FaceReason | None = None
    step: FaceStep | None = None
    distance: float | None = None

    @property
    def counts(self) -> bool:
        return self.reason is FaceReason.NOT_CONFIRMED

    def say(self) -> Text | None:
        """The sentence for the resident; for a movement that was not seen it names the movement."""
        if self.reason is None:
            return None
        if self.reason is not FaceReason.STEP_NOT_MET or self.step not in TURNS:
            return self.reason.label
        return Text(f"{self.step.zh}，幅度再大一点", f"{self.step.en}, a little further")


@dataclass(frozen=True)
class Enrolled:
    """`refusals` has one entry a photograph, None for a good one; `reason` tells why there is no template."""

    template: bytes | None
    refusals: tuple[FaceReason | None, ...]
    reason: FaceReason | None = None


class Chance(Protocol):
    """What is needed of a source of randomness; `Deps.random` is one."""

    def sample(self, population: Sequence[FaceStep], k: int) -> list[FaceStep]: ...


def new_actions(random: Chance) -> tuple[FaceStep, ...]:
    """Both turns in random order: enough against a recording made before, none against one made for the prompt."""
    return tuple(random.sample(TURNS, len(TURNS)))


def steps_fit(actions: Sequence[FaceStep], steps: Sequence[FaceStep]) -> bool:
    """The actions in their order, whatever frames that look straight stand around them, and enough of those."""
    acted = [step for step, _ in groupby(steps) if step is not N]
    enough = (
        list(steps).count(N) >= LIMITS.neutral_min and LIMITS.frames_min <= len(steps) <= LIMITS.frames_max
    )
    return enough and acted == list(actions)


def frames_to_encode(
    actions: Sequence[FaceStep], steps: Sequence[FaceStep], looks: Sequence[Look]
) -> tuple[int, ...]:
    """Three frontal frames and one for each action; none when a gate failed, since nothing can change that."""
    if _gate(actions, steps, looks):
        return ()
    turned = (_clearest(run, steps, looks) for run in _turn_runs(steps))
    return tuple(sorted({*_fronts(steps), *(place for place in turned if place is not None)}))


def judge(actions: Sequence[FaceStep], steps: Sequence[FaceStep], measures: Measures) -> Verdict:
    """`measures` were taken with `frames_to_encode` of the same actions and steps; ValueError when they were not."""
    if len(steps) != len(measures.looks):
        raise ValueError("one step for each frame")
    failed = _gate(actions, steps, measures.looks)
    if failed:
        return failed
    fronts = _fronts(steps)
    turned = [place for place in measures.to_template if place not in fronts]
    if set(measures.to_template) != set(frames_to_encode(actions, steps, measures.looks)):
        raise ValueError("the frames that were encoded are not those that had to be")
    distance = median(measures.to_template[place] for place in fronts)
    spread = max(_between(measures, a, b) for a in fronts for b in fronts if a < b)
    linkage = max(median(_between(measures, place, front) for front in fronts) for place in turned)
    alike = distance <= LIMITS.identity and spread <= LIMITS.spread and linkage <= LIMITS.linkage
    return Verdict(alike, None if alike else FaceReason.NOT_CONFIRMED, None, round(distance, 2))


def pictures_to_enrol(looks: Sequence[Look]) -> tuple[int, ...]:
    """The photographs that are good enough for a template."""
    return tuple(place for place, look in enumerate(looks) if enrolment_fault(look) is None)


def judge_enrolment(enrolment: Enrolment) -> Enrolled:
    """A template unless no photograph was good enough, or the good ones show different people."""
    refusals = tuple(enrolment_fault(look) for look in enrolment.looks)
    if not enrolment.used or enrolment.template is None:
        return Enrolled(None, refusals, next((one for one in refusals if one), FaceReason.UNREADABLE))
    if enrolment.widest > LIMITS.enrol_spread:
        return Enrolled(None, refusals, FaceReason.PICTURES_DISAGREE)
    return Enrolled(enrolment.template, refusals)


def enrolment_fault(look: Look) -> FaceReason | None:
    return _presence(look, LIMITS.enrol_width_min) or _light(look) or _pose(look, LIMITS.enrol_frontal)


def _gate(actions: Sequence[FaceStep], steps: Sequence[FaceStep], looks: Sequence[Look]) -> Verdict | None:
    """The first failed gate, in the order of what helps the resident most; what is no picture at all before everything, so
    that nothing is told of those beside it."""
    if not all(look.readable for look in looks):
        return Verdict(False, FaceReason.UNREADABLE)
    if not steps_fit(actions, steps):
        return Verdict(False, FaceReason.STEP_NOT_MET)
    for step, look in zip(steps, looks, strict=True):
        reason = _fault(step, look)
        if reason:
            return Verdict(False, reason, step)
    if any(look.change < LIMITS.change_min for look in looks):
        return Verdict(False, FaceReason.STILL)
    for run in _turn_runs(steps):
        if _clearest(run, steps, looks) is None:
            return Verdict(False, FaceReason.STEP_NOT_MET, steps[run[0]])
    return None


def _fault(step: FaceStep, look: Look) -> FaceReason | None:
    if step is not N and look.readable and look.faces == 0:
        return FaceReason.TURNED_TOO_FAR
    centred = FaceReason.OFF_CENTRE if look.cut_off else None
    straight = _pose(look, LIMITS.frontal) if step is N else None
    return _presence(look, LIMITS.width_min) or centred or _light(look) or straight


def _presence(look: Look, width_min: int) -> FaceReason | None:
    if not look.readable:
        return FaceReason.UNREADABLE
    if look.faces == 0:
        return FaceReason.NO_FACE
    if look.second > LIMITS.second_face:
        return FaceReason.SEVERAL_FACES
    return FaceReason.TOO_FAR if look.width < width_min else None


def _light(look: Look) -> FaceReason | None:
    if look.brightness < LIMITS.dark:
        return FaceReason.TOO_DARK
    if look.brightness > LIMITS.bright:
        return FaceReason.TOO_BRIGHT
    return FaceReason.BLURRED if look.sharpness < LIMITS.sharp_min else None


def _pose(look: Look, most: float) -> FaceReason | None:
    return FaceReason.NOT_FRONTAL if abs(look.yaw) > most else None


def _fronts(steps: Sequence[FaceStep]) -> tuple[int, ...]:
    """The first, the middle and the last frontal frame: together they span the whole session."""
    places = [place for place, step in enumerate(steps) if step is N]
    return places[0], places[len(places) // 2], places[-1]


def _turn_runs(steps: Sequence[FaceStep]) -> list[list[int]]:
    runs = [[place for place, _ in run] for _, run in groupby(enumerate(steps), key=lambda one: one[1])]
    return [run for run in runs if steps[run[0]] is not N]


def _clearest(run: Sequence[int], steps: Sequence[FaceStep], looks: Sequence[Look]) -> int | None:
    """Of the frames that show the turn, the one turned least, since it encodes best; None when none shows it."""
    front = median(looks[place].yaw for place in _fronts(steps))
    side = 1 if steps[run[0]] is FaceStep.TURN_LEFT else -1
    turns = {place: (looks[place].yaw - front) * side for place in run}
    return min((place for place in run if turns[place] >= LIMITS.turn), key=turns.__getitem__, default=None)


def _between(measures: Measures, one: int, other: int) -> float:
    return measures.between[min(one, other), max(one, other)]
