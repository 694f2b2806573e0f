"""The face check: a challenge under a single-use nonce, frames against it, and the outcome.

Frames live in the memory of this request only. The nonce is used up before anything is matched, so that of two uploads
at once one is judged. When the matcher is busy or dies, or a frame cannot be decoded, so that nothing was compared with
anybody, nothing is counted and the nonce works again in its time, a few times: the limits of challenges bound the rest.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.common.mongo import atomic
from backend.facechecks import errors, rules, store
from backend.facechecks.model import Challenge, ChallengeState, Frame, FrameLimits, Opened, Outcome, Standing
from backend.facechecks.rules import LIMITS, Verdict
from backend.identity import rules as identity_rules
from backend.identity import service as identity
from backend.identity.model import Consent
from backend.limits import service as limits
from backend.limits.service import Charge, Limit
from backend.registry import service as registry
from schemas.faces import FaceReason, FaceStep
from schemas.terms import ConsentPurpose, ProofWay, Role

LASTS = timedelta(seconds=45)
# Templates of another model cannot be compared: 128 numbers of dlib's ResNet, mean of the photographs.
TEMPLATE_MODEL = "dlib-resnet-v1/mean"
# Well above the five failures that lock, since dark and unturned frames count here and not there: the lock and not the
# wait is what a guesser meets.
PER_MINUTES = ("face.minutes", Limit(12, timedelta(minutes=10)))
PER_DAY = ("face.day", Limit(20, timedelta(days=1)))
# A family, an office or a whole mobile network shares an address: ten times what one person may do.
ADDRESS_MINUTES = ("face.address.minutes", Limit(60, timedelta(minutes=10)))
ADDRESS_DAY = ("face.address.day", Limit(300, timedelta(days=1)))
# What the matcher's failures give back, bounded so that nobody can break it on purpose without end.
GIVEN_BACK = ("face.given_back", Limit(20, timedelta(days=1)))
# How often one challenge is sent again: five looks at its frames at most, with its twenty a day a hundred uploads a person.
FAULTS_BORNE = 4
FRAMES = FrameLimits(LIMITS.frames_min, LIMITS.frames_max, LIMITS.frame_bytes, LIMITS.types)
# The frames at their largest, and room for the other fields.
BODY_BYTES = LIMITS.frames_max * LIMITS.frame_bytes + 64 * 1024
_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_CLAIMS_NOTHING = ("", "application/octet-stream")


def standing(deps: Deps, actor: Actor) -> Standing:
    """Whether the caller can prove who they are by face now, so that nobody is asked for a consent in vain."""
    subject_id = actor.require_subject()
    lock = identity.face_lock(deps, actor)
    consent = identity.live_consent(deps, subject_id, ConsentPurpose.FACE_VERIFICATION)
    return Standing(
        consented=consent is not None,
        reference=registry.has_face(deps, subject_id),
        erased=registry.was_erased(deps, subject_id),
        attempts_left=identity_rules.attempts_left(lock.failures),
        locked_until=lock.locked_until if lock.closed_at(deps.now()) else None,
    )


def open_challenge(deps: Deps, actor: Actor, *, address: str | None = None) -> Opened:
    """Ask for movements in a random order; 45 seconds, one answer, for this person in this session.

    Raises 403 `identity.real_name_required` or `identity.consent_required`, 409 `identity.no_reference`, 423
    `identity.locked`, and 429 after twelve challenges in ten minutes or twenty in a day.
    """
    subject_id = actor.require_subject()
    identity.face_attempts_left(deps, actor)
    consent = _consent(deps, subject_id)
    _template(deps, subject_id)
    limits.spend_all(
        deps, [*_charges(subject_id), *limits.by_address(deps, address, ADDRESS_MINUTES, ADDRESS_DAY)]
    )
    nonce = deps.new_code()
    challenge = _new(deps, actor, consent, nonce)
    store.insert(deps.db, challenge)
    return Opened(challenge.id, nonce, challenge.actions, challenge.expires_at, FRAMES)


def submit(
    deps: Deps,
    actor: Actor,
    *,
    challenge_id: str,
    nonce: str,
    frames: Sequence[Frame],
    steps: Sequence[FaceStep],
) -> Outcome:
    """Judge the frames of a challenge; passing raises this session to `verified` for ten minutes.

    Raises 404 for another's challenge, 409 when it is used, expired or the nonce is wrong, 413, 415 and 422 for frames
    that cannot be judged as sent (nothing is used up then, and no attempt written down; frames that pass the door and
    cannot be decoded, `face.unreadable`, are borne four times a challenge), 423 while locked, and 429 or 503 when the
    matcher cannot take it (nothing is counted then).
    """
    subject_id = actor.require_subject()
    challenge = store.find_own(deps.db, subject_id, actor.session_id, challenge_id)
    if challenge is None:
        raise errors.no_challenge()
    identity.face_attempts_left(deps, actor)
    _require_usable(deps, challenge, nonce)
    _require_consent(deps, challenge)
    _require_shape(challenge, frames, steps)
    template = _template(deps, subject_id)
    if not store.claim(deps.db, challenge.id, _hash(nonce), deps.now(), faults=challenge.faults):
        raise errors.challenge_used()
    verdict = _judged(deps, challenge, template, frames, steps)
    if verdict.reason is FaceReason.UNREADABLE:
        raise _sent_back(deps, actor, challenge)
    outcome = _settle(deps, actor, challenge=challenge, verdict=verdict)
    if outcome.passed:
        limits.reset(deps, PER_MINUTES[0], subject_id)
        limits.give_back(deps, PER_DAY[0], subject_id)
    return outcome


def read_steps(text: str) -> tuple[FaceStep, ...]:
    """The steps as a client sends them beside its frames: a JSON list of words. Raises 422 `identity.bad_steps`."""
    try:
        return tuple(FaceStep(word) for word in json.loads(text))
    except (ValueError, TypeError, RecursionError) as error:
        raise errors.bad_steps(LIMITS.neutral_min) from error


def enrol(deps: Deps, actor: Actor, *, subject_id: str, pictures: Sequence[bytes]) -> FaceReason | None:
    """Make and seal the template of the photographs on file, which are not kept; None, or why they give none.

    For imports. A template may be made before its person was asked, and is compared with nothing until they agree. Who
    withdrew or closed the account gets another one only while a consent to the notice in force is live, and never of
    photographs whose template was erased (PIPL 15, 47; docs/impact-assessment.md): until then nothing looks at the
    photographs. Raises 429 `faces.busy` and 503 when the matcher cannot take it.
    """
    actor.require(Role.SYSTEM, Role.ADMIN, Role.DATA_STEWARD)
    if not _may_enrol(deps, subject_id):
        return FaceReason.NOT_AGREED
    result = rules.judge_enrolment(deps.faces.enrol(pictures, rules.pictures_to_enrol))
    if result.template is None:
        return result.reason or FaceReason.UNREADABLE
    return _keep(deps, actor, subject_id=subject_id, template=result.template, pictures=pictures)


@atomic
def _keep(
    deps: Deps, actor: Actor, *, subject_id: str, template: bytes, pictures: Sequence[bytes]
) -> FaceReason | None:
    """Asked again beside the write: a withdrawal while the photographs were looked at is found here, or collides with this."""
    if not _may_enrol(deps, subject_id):
        return FaceReason.NOT_AGREED
    if not registry.knows_face(deps, subject_id, pictures):
        registry.save_face(
            deps, actor, subject_id=subject_id, template=template, pictures=pictures, model=TEMPLATE_MODEL
        )
    return None


def _may_enrol(deps: Deps, subject_id: str) -> bool:
    purpose = ConsentPurpose.FACE_VERIFICATION
    return (
        not registry.was_erased(deps, subject_id)
        or identity.live_consent(deps, subject_id, purpose) is not None
    )


def _new(deps: Deps, actor: Actor, consent: Consent, nonce: str) -> Challenge:
    now = deps.now()
    return Challenge(
        id=deps.new_id(),
        subject_id=consent.subject_id,
        session_id=actor.session_id or "",
        consent_id=consent.id,
        nonce_hash=_hash(nonce),
        actions=rules.new_actions(deps.random),
        created_at=now,
        expires_at=now + LASTS,
    )


def _charges(subject_id: str) -> list[Charge]:
    return [(name, subject_id, limit) for name, limit in (PER_MINUTES, PER_DAY)]


def _consent(deps: Deps, subject_id: str) -> Consent:
    consent = identity.live_consent(deps, subject_id, ConsentPurpose.FACE_VERIFICATION)
    if consent is None:
        raise errors.consent_required()
    return consent


def _template(deps: Deps, subject_id: str) -> bytes:
    template = registry.template_of(deps, subject_id)
    if template is None:
        raise errors.no_reference()
    return template


def _require_consent(deps: Deps, challenge: Challenge) -> None:
    """A challenge dies with the consent it was opened under, whatever was agreed to since."""
    if _consent(deps, challenge.subject_id).id != challenge.consent_id:
        raise errors.consent_required()


def _require_usable(deps: Deps, challenge: Challenge, nonce: str) -> None:
    if challenge.state is not ChallengeState.OPEN:
        raise errors.challenge_used()
    if not hmac.compare_digest(challenge.nonce_hash, _hash(nonce)):
        raise errors.wrong_nonce()
    if deps.now() >= challenge.expires_at:
        raise errors.challenge_expired()


def _require_shape(challenge: Challenge, frames: Sequence[Frame], steps: Sequence[FaceStep]) -> None:
    """What a client can get wrong without its resident's doing: refused before the nonce is used up."""
    if not FRAMES.min <= len(frames) <= FRAMES.max or len(steps) != len(frames):
        raise errors.frame_count(FRAMES.min, FRAMES.max)
    for place, frame in enumerate(frames):
        if len(frame.content) > FRAMES.max_bytes:
            raise errors.frame_too_large(place, FRAMES.max_bytes)
        if not _is_picture(frame):
            raise errors.frame_type(place, FRAMES.types)
    if not rules.steps_fit(challenge.actions, steps):
        raise errors.bad_steps(LIMITS.neutral_min)


def _is_picture(frame: Frame) -> bool:
    """By its first bytes, and not claimed to be something else; clients that claim nothing are believed."""
    claimed = frame.media_type in (*FRAMES.types, *_CLAIMS_NOTHING)
    return claimed and frame.content.startswith(_SIGNATURES)


def _judged(
    deps: Deps, challenge: Challenge, template: bytes, frames: Sequence[Frame], steps: Sequence[FaceStep]
) -> Verdict:
    try:
        measures = deps.faces.measure(
            [frame.content for frame in frames],
            template,
            partial(rules.frames_to_encode, challenge.actions, steps),
        )
    except ServiceError:
        _unspoil(deps, challenge)
        raise
    return rules.judge(challenge.actions, steps, measures)


def _unspoil(deps: Deps, challenge: Challenge) -> None:
    """The matcher failed, not the resident: the nonce works again in its time, and the challenge has cost nothing."""
    name, limit = GIVEN_BACK
    if challenge.faults == 0 and limits.take(deps, name, challenge.subject_id, limit=limit).granted:
        limits.give_back_all(deps, _charges(challenge.subject_id))
    _reopen(deps, challenge)


def _sent_back(deps: Deps, actor: Actor, challenge: Challenge) -> ServiceError:
    """A frame is no picture, so no attempt was made: the nonce works again in its time; the challenge has cost what it cost."""
    _reopen(deps, challenge)
    return errors.unreadable(identity.face_attempts_left(deps, actor))


def _reopen(deps: Deps, challenge: Challenge) -> None:
    store.release(deps.db, challenge.id, again=challenge.faults < FAULTS_BORNE)


@atomic
def _settle(deps: Deps, actor: Actor, *, challenge: Challenge, verdict: Verdict) -> Outcome:
    """Write the outcome down, and nothing of how it came about: distances stay in this process."""
    left = identity.face_attempts_left(deps, actor)
    _require_consent(deps, challenge)
    if not store.settle(deps.db, challenge.id, passed=verdict.passed):
        raise errors.challenge_used()
    if verdict.passed:
        proof = identity.prove(deps, actor, way=ProofWay.FACE, target_id=challenge.id)
        return Outcome(True, identity.face_attempts_left(deps, actor), proof=proof)
    reason = verdict.reason or FaceReason.NOT_CONFIRMED
    identity.refuse(deps, actor, way=ProofWay.FACE, target_id=challenge.id, reason=reason.value)
    if verdict.counts:
        left = identity.count_face_failure(deps, actor)
    return Outcome(False, left, reason, verdict.say())


def _hash(nonce: str) -> bytes:
    """The nonce has 110 random bits, so a plain digest hides it."""
    return hashlib.sha256(nonce.encode()).digest()
