"""Real photographs through real dlib in a real process, judged by the real rules."""

import numpy as np
import pytest
from PIL import Image

from backend.facechecks import rules
from backend.gateways.faces import SocketFaces
from schemas.faces import FRAME_BYTES, FaceReason, FaceStep, Look
from tests.support import motion
from tests.support.face import ORDER, acted, photograph, steps_of, template_of, verdict

N, L, R = FaceStep


@pytest.mark.parametrize("actions", [(L, R), (R, L)])
def test_frames_made_from_another_photograph_of_the_resident_pass(
    faces: SocketFaces, resident: bytes, actions: tuple[FaceStep, ...]
) -> None:
    passed = verdict(faces, acted("obama3.jpg", actions), resident, actions)
    assert passed.passed, passed
    assert passed.distance is not None
    assert 0.2 < passed.distance <= 0.45


def test_two_photographs_on_file_make_one_template(faces: SocketFaces) -> None:
    assert verdict(faces, acted("obama3.jpg"), template_of(faces, "obama.jpg", "obama2.jpg")).passed


def test_another_person_who_does_everything_right_is_refused(faces: SocketFaces) -> None:
    refused = verdict(faces, acted("obama3.jpg"), template_of(faces, "biden.jpg"))
    assert refused.reason is FaceReason.NOT_CONFIRMED
    assert refused.counts


def test_turns_of_another_head_do_not_help_a_victims_photograph(faces: SocketFaces) -> None:
    mixed = list(acted("obama3.jpg"))
    victim = motion.movement(photograph("biden.jpg"), [N] * 8)
    for place, step in enumerate(steps_of()):
        if step is N:
            mixed[place] = victim[place]
    refused = verdict(faces, mixed, template_of(faces, "biden.jpg"))
    assert refused.reason is FaceReason.NOT_CONFIRMED


def test_a_still_for_every_step_is_refused(faces: SocketFaces, resident: bytes) -> None:
    still = motion.still(photograph("obama.jpg"), steps_of())
    assert verdict(faces, still, resident).reason is FaceReason.STILL


def test_a_still_that_is_moved_about_is_refused(faces: SocketFaces, resident: bytes) -> None:
    shaken = motion.movement(photograph("obama.jpg"), [N] * 8)
    assert verdict(faces, shaken, resident).reason is FaceReason.STEP_NOT_MET


@pytest.mark.parametrize("name", ["obama.jpg", "obama3.jpg"])
def test_a_printed_photograph_that_is_turned_is_refused(
    faces: SocketFaces, resident: bytes, name: str
) -> None:
    flat = motion.flat_movement(photograph(name), steps_of())
    refused = verdict(faces, flat, resident)
    assert refused.reason in (FaceReason.STEP_NOT_MET, FaceReason.TURNED_TOO_FAR)


def test_turns_in_the_wrong_order_are_refused(faces: SocketFaces, resident: bytes) -> None:
    refused = verdict(faces, acted("obama3.jpg", (R, L)), resident, ORDER)
    assert (refused.reason, refused.step) == (FaceReason.STEP_NOT_MET, L)


def test_a_mirrored_capture_is_refused(faces: SocketFaces, resident: bytes) -> None:
    mirrored = [motion.jpeg(motion.mirrored(one)) for one in acted("obama3.jpg")]
    assert verdict(faces, mirrored, resident).reason in (FaceReason.STEP_NOT_MET, FaceReason.TURNED_TOO_FAR)


def _spoilt(second: bytes) -> list[bytes]:
    return [frame if place != 1 else second for place, frame in enumerate(acted("obama3.jpg"))]


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
    faces: SocketFaces, resident: bytes, frame: object, reason: FaceReason
) -> None:
    assert callable(frame)
    refused = verdict(faces, _spoilt(frame()), resident)
    assert refused.reason is reason
    assert not refused.counts


def test_a_phone_that_lies_on_its_side_and_says_so_passes(faces: SocketFaces, resident: bytes) -> None:
    lying = [motion.lying(motion.opened(frame))[0] for frame in acted("obama3.jpg")]
    assert verdict(faces, lying, resident).passed


def test_a_png_frame_is_as_good_as_a_jpeg(faces: SocketFaces, resident: bytes) -> None:
    frame = motion.png(motion.opened(acted("obama3.jpg")[1]).resize((360, 480)))
    assert len(frame) <= FRAME_BYTES
    assert verdict(faces, _spoilt(frame), resident).passed


def test_a_face_is_encoded_alike_each_time(faces: SocketFaces, resident: bytes) -> None:
    frame = motion.jpeg(_selfie())
    once, again = (faces.measure([frame], resident, lambda _: [0]).to_template[0] for _ in range(2))
    assert once == again


def test_no_encoding_is_made_and_no_template_sent_when_nothing_is_wanted(faces: SocketFaces) -> None:
    seen = faces.measure([motion.jpeg(_selfie())], bytes(512), lambda _: ())
    assert seen.looks[0].faces == 1
    assert not seen.to_template


def test_enrolment_tells_each_photographs_fault(faces: SocketFaces) -> None:
    pictures = [photograph("obama.jpg"), motion.jpeg(motion.nobody()), b"GIF89a", photograph("obama3.jpg")]
    enrolled = rules.judge_enrolment(faces.enrol(pictures, rules.pictures_to_enrol))
    assert enrolled.refusals == (None, FaceReason.NO_FACE, FaceReason.UNREADABLE, None)
    assert enrolled.template is not None
    assert np.isfinite(np.frombuffer(enrolled.template, "<f4")).all()
    assert len(enrolled.template) == 512


def test_photographs_of_two_people_are_not_enrolled_as_one(faces: SocketFaces) -> None:
    pictures = [photograph("obama.jpg"), photograph("biden.jpg")]
    enrolled = rules.judge_enrolment(faces.enrol(pictures, rules.pictures_to_enrol))
    assert enrolled.template is None
    assert enrolled.reason is FaceReason.PICTURES_DISAGREE


def test_an_unreadable_frame_has_no_numbers(faces: SocketFaces, resident: bytes) -> None:
    assert faces.measure([b"x"], resident, lambda _: ()).looks == (Look(),)
