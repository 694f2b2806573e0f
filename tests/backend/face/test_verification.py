"""Real photographs through real dlib in a real process, judged by the real rules."""

from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.facechecks import rules
from backend.facechecks.rules import Verdict
from backend.gateways.faces import SocketFaces
from schemas.faces import FRAME_BYTES, FaceReason, FaceStep, Look, Measures
from tests.support import motion
from tests.support.face import (
    FIVE_STEPS,
    ORDER,
    Remembering,
    acted,
    five,
    flat,
    photograph,
    steps_of,
    template_of,
    verdict,
)

N, L, R = FaceStep


@lru_cache(maxsize=2)
def _measured(socket: Path, template: bytes, actions: tuple[FaceStep, ...]) -> Measures:
    """Eight good frames in the real process; whoever judges more than these begins with what it said of them."""
    steps = steps_of(actions)
    return Remembering(lambda: SocketFaces(socket)).measure(
        acted("obama3.jpg", actions), template, partial(rules.frames_to_encode, actions, steps)
    )


def _verdict_with(socket: Path, second: bytes, template: bytes) -> Verdict:
    """Over eight frames of which the second is this one: each is looked at by itself, so only this one is looked at anew."""
    steps, good = steps_of(), _measured(socket, template, ORDER)
    (look,) = SocketFaces(socket).measure([second], template, lambda _: ()).looks
    looks = (good.looks[0], look, *good.looks[2:])
    wanted = rules.frames_to_encode(ORDER, steps, looks)
    assert 1 not in wanted
    to_template = {place: good.to_template[place] for place in wanted}
    return rules.judge(ORDER, steps, Measures(looks, to_template, good.between))


def _verdict_of_five(faces: SocketFaces, frames: Sequence[bytes], template: bytes) -> Verdict:
    return verdict(faces, five(frames), template, steps=FIVE_STEPS)


@pytest.mark.parametrize("actions", [(L, R), (R, L)])
def test_frames_made_from_another_photograph_of_the_resident_pass(
    face_socket: Path, resident: bytes, actions: tuple[FaceStep, ...]
) -> None:
    measures = _measured(face_socket, resident, actions)
    passed = rules.judge(actions, steps_of(actions), measures)
    assert passed.passed, passed
    assert passed.distance is not None
    assert 0.2 < passed.distance <= 0.45


def test_two_photographs_on_file_make_one_template(faces: SocketFaces, known_faces: Remembering) -> None:
    template = template_of(known_faces, "obama.jpg", "obama2.jpg")
    assert _verdict_of_five(faces, acted("obama3.jpg"), template).passed


def test_another_person_who_does_everything_right_is_refused(
    faces: SocketFaces, somebody_else: bytes
) -> None:
    refused = _verdict_of_five(faces, acted("obama3.jpg"), somebody_else)
    assert refused.reason is FaceReason.NOT_CONFIRMED
    assert refused.counts


def test_turns_of_another_head_do_not_help_a_victims_photograph(
    faces: SocketFaces, somebody_else: bytes
) -> None:
    mixed = list(acted("obama3.jpg"))
    for place, (step, victim) in enumerate(zip(steps_of(), acted("biden.jpg"), strict=True)):
        if step is N:
            mixed[place] = victim
    refused = _verdict_of_five(faces, mixed, somebody_else)
    assert refused.reason is FaceReason.NOT_CONFIRMED


def test_a_still_for_every_step_is_refused(faces: SocketFaces, resident: bytes) -> None:
    still = motion.still(photograph("obama.jpg"), FIVE_STEPS)
    assert verdict(faces, still, resident, steps=FIVE_STEPS).reason is FaceReason.STILL


def test_a_still_that_is_moved_about_is_refused(faces: SocketFaces, resident: bytes) -> None:
    frames = zip(steps_of(), acted("obama3.jpg"), strict=True)
    shaken = [frame for step, frame in frames if step is N][: len(FIVE_STEPS)]
    assert verdict(faces, shaken, resident, steps=FIVE_STEPS).reason is FaceReason.STEP_NOT_MET


@pytest.mark.parametrize("name", ["obama.jpg", "obama3.jpg"])
def test_a_printed_photograph_that_is_turned_is_refused(
    faces: SocketFaces, resident: bytes, name: str
) -> None:
    refused = verdict(faces, flat(name), resident, steps=FIVE_STEPS)
    assert refused.reason in (FaceReason.STEP_NOT_MET, FaceReason.TURNED_TOO_FAR)


def test_turns_in_the_wrong_order_are_refused(faces: SocketFaces, resident: bytes) -> None:
    refused = _verdict_of_five(faces, acted("obama3.jpg", (R, L)), resident)
    assert (refused.reason, refused.step) == (FaceReason.STEP_NOT_MET, L)


def test_a_mirrored_capture_is_refused(faces: SocketFaces, resident: bytes) -> None:
    mirrored = [motion.jpeg(motion.mirrored(one)) for one in five(acted("obama3.jpg"))]
    refused = verdict(faces, mirrored, resident, steps=FIVE_STEPS)
    assert refused.reason in (FaceReason.STEP_NOT_MET, FaceReason.TURNED_TOO_FAR)


def _selfie() -> Image.Image:
    return motion.selfie(photograph("obama3.jpg"))


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (lambda: b"", FaceReason.UNREADABLE),
        (lambda: b"not a picture", FaceReason.UNREADABLE),
        (lambda: motion.jpeg(_selfie())[:20_000], FaceReason.UNREADABLE),
        (motion.bomb, FaceReason.UNREADABLE),
        (lambda: motion.saved(_selfie(), "GIF"), FaceReason.UNREADABLE),
        (lambda: motion.saved(_selfie(), "WEBP"), FaceReason.UNREADABLE),
        (lambda: motion.saved(_selfie(), "BMP"), FaceReason.UNREADABLE),
        (lambda: motion.jpeg(_selfie()) + bytes(410_000), FaceReason.UNREADABLE),
        (lambda: motion.jpeg(motion.nobody()), FaceReason.NO_FACE),
        (lambda: motion.lying(_selfie())[1], FaceReason.NO_FACE),
        (lambda: motion.jpeg(motion.beside(_selfie(), _selfie())), FaceReason.SEVERAL_FACES),
        (lambda: motion.jpeg(motion.far_away(_selfie())), FaceReason.TOO_FAR),
        (lambda: motion.jpeg(motion.at_the_border(_selfie())), FaceReason.OFF_CENTRE),
        (lambda: motion.jpeg(motion.dark(_selfie())), FaceReason.TOO_DARK),
        (lambda: motion.jpeg(motion.bright(_selfie())), FaceReason.TOO_BRIGHT),
        (lambda: motion.jpeg(motion.blurred(_selfie())), FaceReason.BLURRED),
        (lambda: motion.jpeg(motion.turned(_selfie(), 26)), FaceReason.NOT_FRONTAL),
    ],
    ids=[
        "empty", "text", "truncated", "bomb", "gif", "webp", "bmp", "oversize", "nobody", "lying", "two people", "far",
        "border", "dark", "bright", "blurred", "turned",
    ],
)  # fmt: skip
def test_a_bad_frame_is_refused_with_its_reason(
    face_socket: Path, resident: bytes, frame: object, reason: FaceReason
) -> None:
    assert callable(frame)
    refused = _verdict_with(face_socket, frame(), resident)
    assert refused.reason is reason
    assert not refused.counts


def test_one_bad_frame_among_good_ones_is_enough(faces: SocketFaces, resident: bytes) -> None:
    spoilt = five(acted("obama3.jpg"))
    spoilt[2] = motion.jpeg(motion.nobody())
    assert verdict(faces, spoilt, resident, steps=FIVE_STEPS).reason is FaceReason.NO_FACE


def test_a_phone_that_lies_on_its_side_and_says_so_passes(faces: SocketFaces, resident: bytes) -> None:
    lying = [motion.lying(motion.opened(frame))[0] for frame in five(acted("obama3.jpg"))]
    assert verdict(faces, lying, resident, steps=FIVE_STEPS).passed


def test_a_png_frame_is_as_good_as_a_jpeg(face_socket: Path, resident: bytes) -> None:
    frame = motion.png(motion.opened(acted("obama3.jpg")[1]).resize((360, 480)))
    assert len(frame) <= FRAME_BYTES
    assert _verdict_with(face_socket, frame, resident).passed


def test_a_face_is_encoded_alike_each_time(faces: SocketFaces, resident: bytes) -> None:
    frame = motion.jpeg(_selfie())
    once, again = (faces.measure([frame], resident, lambda _: [0]).to_template[0] for _ in range(2))
    assert once == again


def test_no_encoding_is_made_and_no_template_sent_when_nothing_is_wanted(faces: SocketFaces) -> None:
    seen = faces.measure([motion.jpeg(_selfie())], bytes(512), lambda _: ())
    assert seen.looks[0].faces == 1
    assert not seen.to_template


def test_enrolment_tells_each_photographs_fault_and_uses_the_others(known_faces: Remembering) -> None:
    pictures = [motion.jpeg(motion.nobody()), b"GIF89a", photograph("obama.jpg")]
    enrolled = rules.judge_enrolment(known_faces.enrol(pictures, rules.pictures_to_enrol))
    assert enrolled.refusals == (FaceReason.NO_FACE, FaceReason.UNREADABLE, None)
    assert enrolled.template is not None
    assert np.isfinite(np.frombuffer(enrolled.template, "<f4")).all()
    assert len(enrolled.template) == 512


def test_photographs_of_two_people_are_not_enrolled_as_one(known_faces: Remembering) -> None:
    pictures = [photograph("obama.jpg"), photograph("biden.jpg")]
    enrolled = rules.judge_enrolment(known_faces.enrol(pictures, rules.pictures_to_enrol))
    assert enrolled.template is None
    assert enrolled.reason is FaceReason.PICTURES_DISAGREE


def test_an_unreadable_frame_has_no_numbers(faces: SocketFaces, resident: bytes) -> None:
    assert faces.measure([b"x"], resident, lambda _: ()).looks == (Look(),)
