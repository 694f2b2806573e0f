"""The face check as a use case: with the real face process for what it judges, scripted only where it must fail on cue."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from backend.accounts import service as accounts
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import Kind, ServiceError
from backend.facechecks import service
from backend.facechecks.model import Frame, Opened, Outcome
from backend.gateways.faces import Wanted
from backend.identity import service as identity
from backend.limits.service import Limit
from backend.registry import service as registry
from schemas.faces import Enrolment, FaceReason, FaceStatus, FaceStep, Look, Measures
from schemas.terms import ConsentPurpose, Level
from tests.support.face import FaceProcess, Remembering, acted, five, kill, photograph, steps_of
from tests.support.people import COMMAND, acts, again, bound, enrol, number_of, refused, signed_in, together
from tests.support.world import Clock

FACE = ConsentPurpose.FACE_VERIFICATION
JPEG = b"\xff\xd8\xff\xe0" + bytes(996)
"""What looks like a JPEG at the door; the scripted matcher looks no further."""


class ScriptedFaces:
    """A matcher whose numbers a test writes: only for what the real one cannot be made to do on cue."""

    def ping(self) -> FaceStatus:
        return FaceStatus(1, 0, 0, 0, 0)

    def enrol(self, pictures: Sequence[bytes], wanted: Wanted) -> Enrolment:
        raise AssertionError("face checks enrol nobody")

    def __init__(self, *, distance: float = 0.3, fails: ServiceError | None = None) -> None:
        self.distance = distance
        self.fails = fails
        self.readable = True
        self.asked = 0
        self.meanwhile: Callable[[], object] = lambda: None

    def measure(self, frames: Sequence[bytes], template: bytes, wanted: Wanted) -> Measures:
        self.asked += 1
        self.meanwhile()
        if self.fails:
            raise self.fails
        yaw = {FaceStep.NEUTRAL: 0.0, FaceStep.TURN_LEFT: 0.3, FaceStep.TURN_RIGHT: -0.3}
        assert isinstance(wanted, partial)
        steps: Sequence[FaceStep] = wanted.args[1]
        one = Look(self.readable, 1, 200, 0.0, False, 120.0, 100.0, 0.0, 0.0, 5.0)
        looks = tuple(replace(one, yaw=yaw[step]) for step in steps)
        places = wanted(looks)
        return Measures(
            looks,
            dict.fromkeys(places, self.distance),
            {(a, b): 0.1 for a in places for b in places if a < b},
        )


BUSY = ServiceError(Kind.TOO_MANY, "faces.busy", "忙", "busy", retry_after=3)
CRASHED = ServiceError(Kind.UNAVAILABLE, "faces.crashed", "停", "down", retry_after=5)


@pytest.fixture
def matcher() -> ScriptedFaces:
    return ScriptedFaces()


@pytest.fixture
def deps(deps: Deps, matcher: ScriptedFaces) -> Deps:
    return replace(deps, faces=matcher)


@pytest.fixture
def actor(deps: Deps) -> Actor:
    """Bound, agreed, and with a reference on file."""
    return ready(deps, bound(deps))


def ready(deps: Deps, actor: Actor, template: bytes = bytes(512)) -> Actor:
    enrol(deps, actor, template)
    identity.give_consent(deps, actor, purpose=FACE, notice_version="1")
    return actor


def fewest(opened: Opened) -> list[FaceStep]:
    """The steps of as few frames as are judged."""
    first, second = opened.actions
    return [FaceStep.NEUTRAL, first, FaceStep.NEUTRAL, second, FaceStep.NEUTRAL]


def frames_for(steps: Sequence[FaceStep], pictures: Sequence[bytes] | None = None) -> list[Frame]:
    return [Frame(picture, "image/jpeg") for picture in pictures or [JPEG] * len(steps)]


def submit(
    deps: Deps,
    actor: Actor,
    opened: Opened,
    *,
    nonce: str | None = None,
    steps: Sequence[FaceStep] | None = None,
    pictures: Sequence[bytes] | None = None,
) -> Outcome:
    taken = steps or steps_of(opened.actions)
    frames = frames_for(taken, pictures)
    return service.submit(
        deps, actor, challenge_id=opened.id, nonce=nonce or opened.nonce, frames=frames, steps=taken
    )


def test_a_challenge_says_what_to_do_until_when_and_what_may_be_sent(
    deps: Deps, clock: Clock, actor: Actor
) -> None:
    opened = service.open_challenge(deps, actor)
    assert sorted(opened.actions) == sorted([FaceStep.TURN_LEFT, FaceStep.TURN_RIGHT])
    assert opened.expires_at - clock() == timedelta(seconds=45)
    assert (opened.frames.min, opened.frames.max, opened.frames.max_bytes) == (5, 12, 409_600)
    assert opened.nonce not in str(list(deps.db["face_challenges"].find()))


def test_passing_verifies_this_session_for_ten_minutes(deps: Deps, clock: Clock, actor: Actor) -> None:
    outcome = submit(deps, actor, service.open_challenge(deps, actor))
    assert (outcome.passed, outcome.reason, outcome.attempts_left) == (True, None, 5)
    assert outcome.verified_until == clock() + timedelta(minutes=10)
    assert again(deps, actor, outcome.access_token).require_verified(clock()) == actor.subject_id


def test_at_exactly_ten_minutes_the_resident_is_real_name_again(
    deps: Deps, clock: Clock, actor: Actor
) -> None:
    submit(deps, actor, service.open_challenge(deps, actor))
    clock.advance(minutes=10)
    now = again(deps, actor)
    assert now.level is Level.REAL_NAME
    refused("identity.verification_required", now.require_verified, clock())


def test_a_nonce_works_once_whether_it_passed_or_not(
    deps: Deps, matcher: ScriptedFaces, actor: Actor
) -> None:
    for distance in (0.3, 0.9):
        matcher.distance = distance
        opened = service.open_challenge(deps, actor)
        submit(deps, actor, opened)
        assert refused("identity.challenge_used", submit, deps, actor, opened).kind is Kind.CONFLICT


def test_a_nonce_of_another_challenge_is_refused_and_spends_nothing(
    deps: Deps, matcher: ScriptedFaces, actor: Actor
) -> None:
    first, second = service.open_challenge(deps, actor), service.open_challenge(deps, actor)
    refused("identity.wrong_nonce", submit, deps, actor, second, nonce=first.nonce)
    assert matcher.asked == 0
    assert submit(deps, actor, second).passed


def test_at_exactly_45_seconds_it_is_too_late(
    deps: Deps, clock: Clock, matcher: ScriptedFaces, actor: Actor
) -> None:
    opened = service.open_challenge(deps, actor)
    clock.advance(seconds=45)
    assert refused("identity.challenge_expired", submit, deps, actor, opened).kind is Kind.CONFLICT
    assert matcher.asked == 0


def test_a_moment_before_45_seconds_it_is_not(deps: Deps, clock: Clock, actor: Actor) -> None:
    opened = service.open_challenge(deps, actor)
    clock.advance(seconds=45, milliseconds=-1)
    assert submit(deps, actor, opened).passed


def test_another_persons_challenge_is_not_found(deps: Deps, actor: Actor) -> None:
    other = ready(deps, bound(deps, phone="13900002222", number=number_of("19780304", "004"), name="王小明"))
    opened = service.open_challenge(deps, actor)
    assert refused("identity.no_challenge", submit, deps, other, opened).kind is Kind.NOT_FOUND
    assert submit(deps, actor, opened).passed


def test_another_session_of_the_same_person_cannot_answer(deps: Deps, actor: Actor) -> None:
    opened = service.open_challenge(deps, actor)
    refused("identity.no_challenge", submit, deps, signed_in(deps), opened)


def test_of_two_uploads_at_once_one_is_judged(deps: Deps, matcher: ScriptedFaces, actor: Actor) -> None:
    opened = service.open_challenge(deps, actor)
    ended = together([lambda: submit(deps, actor, opened) for _ in range(4)])
    reasons = sorted(getattr(end, "reason", None) or "judged" for end in ended)
    assert reasons == [*["identity.challenge_used"] * 3, "judged"]
    assert matcher.asked == 1


@pytest.mark.parametrize("fault", [BUSY, CRASHED])
def test_when_the_matcher_fails_nothing_is_counted_and_the_nonce_works_again(
    deps: Deps, matcher: ScriptedFaces, actor: Actor, fault: ServiceError
) -> None:
    opened = service.open_challenge(deps, actor)
    matcher.fails = fault
    refused(fault.reason, submit, deps, actor, opened)
    assert identity.face_attempts_left(deps, actor) == 5
    assert acts(deps, "identity.verify") == []
    matcher.fails = None
    assert submit(deps, actor, opened).passed


def test_a_challenge_that_the_matcher_spoiled_and_that_ran_out_costs_nothing(
    deps: Deps, clock: Clock, matcher: ScriptedFaces, actor: Actor
) -> None:
    matcher.fails = CRASHED
    for _ in range(13):
        opened = service.open_challenge(deps, actor)
        refused("faces.crashed", submit, deps, actor, opened)
        clock.advance(seconds=45)
    refused("identity.challenge_expired", submit, deps, actor, opened)


def test_a_challenge_that_the_matcher_spoiled_is_given_back_once(
    deps: Deps, matcher: ScriptedFaces, actor: Actor
) -> None:
    opened = service.open_challenge(deps, actor)
    matcher.fails = BUSY
    for _ in range(2):
        refused("faces.busy", submit, deps, actor, opened)
    for _ in range(service.PER_MINUTES[1].count):
        service.open_challenge(deps, actor)
    assert too_many(deps, actor).retry_after


def test_nobody_lives_on_what_is_given_back(
    deps: Deps, clock: Clock, matcher: ScriptedFaces, actor: Actor
) -> None:
    matcher.fails = CRASHED
    limit = service.PER_DAY[1].count + service.GIVEN_BACK[1].count
    for _ in range(limit):
        refused("faces.crashed", submit, deps, actor, service.open_challenge(deps, actor))
        clock.advance(minutes=6)
    assert too_many(deps, actor).retry_after


def test_nobody_can_break_the_matcher_on_one_nonce_without_end(
    deps: Deps, matcher: ScriptedFaces, actor: Actor
) -> None:
    opened = service.open_challenge(deps, actor)
    matcher.fails = CRASHED
    for _ in range(service.FAULTS_BORNE + 1):
        refused("faces.crashed", submit, deps, actor, opened)
    refused("identity.challenge_used", submit, deps, actor, opened)


def test_what_is_no_picture_is_looked_at_five_times_a_challenge_and_gives_nothing_back(
    deps: Deps, matcher: ScriptedFaces, actor: Actor
) -> None:
    matcher.readable = False
    for _ in range(service.PER_MINUTES[1].count):
        opened = service.open_challenge(deps, actor)
        for _ in range(service.FAULTS_BORNE + 1):
            refused("face.unreadable", submit, deps, actor, opened)
        refused("identity.challenge_used", submit, deps, actor, opened)
    assert matcher.asked == service.PER_MINUTES[1].count * (service.FAULTS_BORNE + 1)
    assert too_many(deps, actor).retry_after
    assert deps.db["proof_attempts"].count_documents({}) == 0
    assert identity.face_attempts_left(deps, actor) == 5


def test_the_thirteenth_challenge_in_ten_minutes_is_refused(deps: Deps, clock: Clock, actor: Actor) -> None:
    for _ in range(12):
        service.open_challenge(deps, actor)
    error = too_many(deps, actor)
    assert 0 < error.retry_after <= 600
    clock.advance(minutes=10, seconds=1)
    assert service.open_challenge(deps, actor).id


def test_whoever_passes_has_spent_nothing_of_the_day(deps: Deps, actor: Actor) -> None:
    for _ in range(21):
        assert submit(deps, actor, service.open_challenge(deps, actor)).passed


def test_the_twenty_first_challenge_in_a_day_is_refused(deps: Deps, clock: Clock, actor: Actor) -> None:
    for _ in range(20):
        service.open_challenge(deps, actor)
        clock.advance(minutes=11)
    assert too_many(deps, again(deps, actor)).retry_after > 600


def test_who_passed_may_go_on_at_once(deps: Deps, actor: Actor) -> None:
    for _ in range(5):
        assert submit(deps, actor, service.open_challenge(deps, actor)).passed


def test_five_strangers_in_a_row_lock_the_face_way_and_the_resident_is_told(
    deps: Deps, clock: Clock, matcher: ScriptedFaces, actor: Actor
) -> None:
    matcher.distance = 0.9
    left = []
    for _ in range(5):
        outcome = submit(deps, actor, service.open_challenge(deps, actor))
        assert (outcome.passed, outcome.reason, outcome.proof) == (False, FaceReason.NOT_CONFIRMED, None)
        left.append(outcome.attempts_left)
        clock.advance(minutes=11)
        actor = again(deps, actor)
    assert left == [4, 3, 2, 1, 0]
    error = refused("identity.locked", service.open_challenge, deps, actor)
    assert error.kind is Kind.LOCKED
    assert 0 < error.retry_after <= 86_400
    clock.advance(days=1)
    assert service.open_challenge(deps, again(deps, actor)).id


def test_a_lock_that_falls_meanwhile_stops_an_open_challenge(deps: Deps, actor: Actor) -> None:
    opened = service.open_challenge(deps, actor)
    for _ in range(5):
        identity.count_face_failure(deps, actor)
    refused("identity.locked", submit, deps, actor, opened)


def test_a_pass_clears_the_failures_before_it(deps: Deps, matcher: ScriptedFaces, actor: Actor) -> None:
    matcher.distance = 0.9
    assert submit(deps, actor, service.open_challenge(deps, actor)).attempts_left == 4
    matcher.distance = 0.3
    assert submit(deps, actor, service.open_challenge(deps, actor)).attempts_left == 5


def test_nothing_of_the_likeness_is_told_or_kept(deps: Deps, matcher: ScriptedFaces, actor: Actor) -> None:
    matcher.distance = 0.4321
    outcome = submit(deps, actor, service.open_challenge(deps, actor))
    everything = "".join(str(list(deps.db[name].find())) for name in deps.db.list_collection_names())
    assert "0.43" not in everything + str(outcome)


def test_without_consent_there_is_no_challenge(deps: Deps) -> None:
    actor = bound(deps)
    enrol(deps, actor)
    assert refused("identity.consent_required", service.open_challenge, deps, actor).kind is Kind.FORBIDDEN


def test_without_a_reference_the_way_to_the_window_is_named(deps: Deps) -> None:
    actor = bound(deps)
    identity.give_consent(deps, actor, purpose=FACE, notice_version="1")
    error = refused("identity.no_reference", service.open_challenge, deps, actor)
    assert "窗口" in error.text.zh
    assert "window" in error.text.en


def test_without_a_bound_person_there_is_no_challenge(deps: Deps) -> None:
    refused("identity.real_name_required", service.open_challenge, deps, signed_in(deps, "13900009999"))


def test_a_challenge_dies_with_its_consent_even_if_one_is_given_again(
    deps: Deps, matcher: ScriptedFaces, actor: Actor
) -> None:
    opened = service.open_challenge(deps, actor)
    (consent,) = identity.list_consents(deps, actor)
    identity.withdraw_consent(deps, actor, consent_id=consent.id)
    refused("identity.consent_required", submit, deps, actor, opened)
    ready(deps, actor)
    refused("identity.consent_required", submit, deps, actor, opened)
    assert matcher.asked == 0


def test_a_consent_withdrawn_while_the_frames_are_matched_leaves_no_proof(
    deps: Deps, clock: Clock, matcher: ScriptedFaces, actor: Actor
) -> None:
    (consent,) = identity.list_consents(deps, actor)
    opened = service.open_challenge(deps, actor)
    matcher.meanwhile = lambda: identity.withdraw_consent(deps, actor, consent_id=consent.id)
    refused("identity.consent_required", submit, deps, actor, opened)
    refused("identity.verification_required", again(deps, actor).require_verified, clock())


def test_a_session_ended_while_the_frames_are_matched_gets_no_token(
    deps: Deps, matcher: ScriptedFaces, actor: Actor
) -> None:
    opened = service.open_challenge(deps, actor)
    matcher.meanwhile = lambda: accounts.sign_out(deps, actor)
    with pytest.raises(ServiceError) as caught:
        submit(deps, actor, opened)
    assert caught.value.kind is Kind.UNAUTHENTICATED


@pytest.mark.parametrize("count", [0, 4, 13])
def test_too_few_or_too_many_frames_are_refused_and_spend_nothing(
    deps: Deps, matcher: ScriptedFaces, actor: Actor, count: int
) -> None:
    opened = service.open_challenge(deps, actor)
    error = refused(
        "identity.frame_count",
        submit,
        deps,
        actor,
        opened,
        steps=[FaceStep.NEUTRAL] * count or [FaceStep.NEUTRAL],
        pictures=[JPEG] * max(count, 1),
    )
    assert (error.kind, error.data) == (Kind.INVALID, {"min": 5, "max": 12})
    assert submit(deps, actor, opened).passed


def test_a_step_too_few_is_refused(deps: Deps, actor: Actor) -> None:
    opened = service.open_challenge(deps, actor)
    steps = steps_of(opened.actions)
    refused(
        "identity.frame_count", submit, deps, actor, opened, steps=steps[:-1], pictures=[JPEG] * len(steps)
    )


def test_steps_in_another_order_than_asked_are_refused(
    deps: Deps, matcher: ScriptedFaces, actor: Actor
) -> None:
    opened = service.open_challenge(deps, actor)
    refused("identity.bad_steps", submit, deps, actor, opened, steps=steps_of(opened.actions[::-1]))
    assert matcher.asked == 0


def test_a_frame_that_is_too_heavy_is_named(deps: Deps, actor: Actor) -> None:
    opened = service.open_challenge(deps, actor)
    heavy = JPEG + bytes(409_600)
    error = refused(
        "identity.frame_too_large", submit, deps, actor, opened, pictures=[JPEG, heavy, *[JPEG] * 6]
    )
    assert (error.kind, error.data["frame"]) == (Kind.TOO_LARGE, 1)


@pytest.mark.parametrize("content", [b"", b"GIF89a" + bytes(99), b"RIFF....WEBP", b"%PDF-1.7"])
def test_what_is_no_picture_is_named(deps: Deps, actor: Actor, content: bytes) -> None:
    opened = service.open_challenge(deps, actor)
    error = refused("identity.frame_type", submit, deps, actor, opened, pictures=[*[JPEG] * 7, content])
    assert (error.kind, error.data["frame"]) == (Kind.UNSUPPORTED, 7)


def test_a_picture_that_claims_to_be_something_else_is_refused(deps: Deps, actor: Actor) -> None:
    opened = service.open_challenge(deps, actor)
    steps = steps_of(opened.actions)
    frames = [Frame(JPEG, "image/webp"), *frames_for(steps)[1:]]
    refused(
        "identity.frame_type",
        service.submit,
        deps,
        actor,
        challenge_id=opened.id,
        nonce=opened.nonce,
        frames=frames,
        steps=steps,
    )


def test_an_address_shares_its_limit_only_where_addresses_are_limited(
    deps: Deps, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited = replace(deps, settings=replace(deps.settings, limit_per_address=600))
    monkeypatch.setattr(service, "ADDRESS_MINUTES", ("face.address.minutes", Limit(1, timedelta(minutes=10))))
    service.open_challenge(deps, actor, address="192.0.2.1")
    service.open_challenge(limited, actor, address="192.0.2.1")
    other = ready(deps, bound(deps, phone="13900002222", number=number_of("19780304", "004"), name="王小明"))
    assert too_many(limited, other, address="192.0.2.1").kind is Kind.TOO_MANY


class TestWithTheRealFaceProcess:
    """Real dlib, real photographs; movement is rendered from another photograph of the same person."""

    @pytest.fixture
    def deps(self, deps: Deps, known_faces: Remembering) -> Deps:
        return replace(deps, faces=known_faces)

    @pytest.fixture
    def actor(self, deps: Deps, resident: bytes) -> Actor:
        return ready(deps, bound(deps), resident)

    def test_the_resident_passes_with_another_photograph_of_themselves(
        self, deps: Deps, clock: Clock, actor: Actor
    ) -> None:
        opened = service.open_challenge(deps, actor)
        outcome = submit(deps, actor, opened, pictures=acted("obama3.jpg", opened.actions))
        assert outcome.passed, outcome
        assert again(deps, actor, outcome.access_token).require_verified(clock())

    def test_a_stranger_is_refused_counted_and_told_nothing_more(
        self, deps: Deps, somebody_else: bytes
    ) -> None:
        owner = ready(deps, bound(deps), somebody_else)
        opened = service.open_challenge(deps, owner)
        pictures = five(acted("obama3.jpg", opened.actions))
        outcome = submit(deps, owner, opened, pictures=pictures, steps=fewest(opened))
        assert (outcome.passed, outcome.reason, outcome.attempts_left) == (False, FaceReason.NOT_CONFIRMED, 4)
        assert outcome.access_token is None

    def test_a_frame_that_cannot_be_read_is_refused_and_counts_for_nothing(
        self, deps: Deps, actor: Actor
    ) -> None:
        opened = service.open_challenge(deps, actor)
        pictures = five(acted("obama3.jpg", opened.actions))
        half = photograph("obama3.jpg")[:40_000]
        sent = partial(submit, deps, actor, opened, steps=fewest(opened))
        error = refused("face.unreadable", sent, pictures=[*pictures[:4], half])
        assert (error.kind, error.data) == (Kind.INVALID, {"attempts_left": 5})
        assert deps.db["proof_attempts"].count_documents({}) == 0
        assert acts(deps, "identity.verify") == []
        assert sent(pictures=pictures).passed

    def test_a_wall_is_refused_uncounted(self, deps: Deps, actor: Actor) -> None:
        from tests.support import motion  # loads dlib: only where frames are made

        wall = motion.jpeg(motion.nobody())
        opened = service.open_challenge(deps, actor)
        outcome = submit(deps, actor, opened, pictures=[wall] * 5, steps=fewest(opened))
        assert (outcome.passed, outcome.reason, outcome.attempts_left) == (False, FaceReason.NO_FACE, 5)
        assert outcome.message == FaceReason.NO_FACE.label

    def test_photographs_on_file_become_the_reference_and_only_a_digest_of_them_stays(
        self, deps: Deps
    ) -> None:
        owner = bound(deps)
        pictures = [photograph("obama.jpg")]
        enrolled = service.enrol(deps, COMMAND, subject_id=owner.require_subject(), pictures=pictures)
        assert enrolled is None
        assert len(registry.template_of(deps, owner.require_subject()) or b"") == 512
        assert registry.knows_face(deps, owner.require_subject(), pictures)

    def test_photographs_of_two_people_give_no_reference(self, deps: Deps) -> None:
        owner = bound(deps)
        pictures = [photograph("obama.jpg"), photograph("biden.jpg")]
        reason = service.enrol(deps, COMMAND, subject_id=owner.require_subject(), pictures=pictures)
        assert reason is FaceReason.PICTURES_DISAGREE
        assert registry.template_of(deps, owner.require_subject()) is None

    def test_a_resident_cannot_enrol_a_face(self, deps: Deps, actor: Actor) -> None:
        refused("auth.not_allowed", service.enrol, deps, actor, subject_id="x", pictures=[])

    def test_when_the_process_is_killed_while_it_measures_the_next_attempt_works(
        self, deps: Deps, actor: Actor, new_face_process: Callable[..., FaceProcess]
    ) -> None:
        process = new_face_process(FACE_WORKERS="1")
        opened = service.open_challenge(deps, actor)
        sent = partial(submit, pictures=five(acted("obama3.jpg", opened.actions)), steps=fewest(opened))
        dying = replace(deps, faces=Killing(process))
        error = refused("faces.crashed", sent, dying, actor, opened)
        assert (error.kind, error.retry_after is not None) == (Kind.UNAVAILABLE, True)
        assert identity.face_attempts_left(deps, actor) == 5
        mended = replace(deps, faces=process.faces)
        assert sent(mended, actor, opened).passed


class Killing(ScriptedFaces):
    """The real gateway, whose workers are killed between the looks and the encodings."""

    def __init__(self, process: FaceProcess) -> None:
        super().__init__()
        self.process = process

    def measure(self, frames: Sequence[bytes], template: bytes, wanted: Wanted) -> Measures:
        def kill_then(looks: tuple[Look, ...]) -> Sequence[int]:
            for worker in self.process.workers():
                kill(worker)
            return wanted(looks)

        return self.process.faces.measure(frames, template, kill_then)


def too_many(deps: Deps, actor: Actor, **inputs: Any) -> ServiceError:
    return refused("limits.too_many", service.open_challenge, deps, actor, **inputs)
