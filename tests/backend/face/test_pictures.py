import warnings
from functools import cache
from pathlib import Path
from time import process_time
from typing import Any

import dlib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from backend.face import matcher, pictures
from tests.backend.evidence import made
from tests.support import motion
from tests.support.face import photograph


def test_the_matching_package_does_not_loosen_the_imaging_library() -> None:
    assert matcher.face_recognition.api.ImageFile.LOAD_TRUNCATED_IMAGES is False
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


def test_the_model_that_no_product_may_use_is_not_loaded() -> None:
    package = matcher.face_recognition.api
    assert package.predictor_68_point_model == package.predictor_5_point_model
    assert "68" not in package.predictor_68_point_model


def test_faces_are_found_by_the_finder_that_the_library_brings(tmp_path: Path) -> None:
    theirs, ours = dlib.get_frontal_face_detector(), matcher.face_recognition.api.face_detector
    theirs.save(str(tmp_path / "finder"))
    assert (tmp_path / "finder").read_bytes() == matcher.FINDER.read_bytes(), "dlib has another one: save it"
    for name in ("obama.jpg", "biden.jpg"):
        pixels = pictures.read(photograph(name), pictures.FRAME_SIDE)
        # Far below what counts as a face there is more to compare than the one.
        expected, found = (list(map(list, finder.run(pixels, 0, -1.5))) for finder in (theirs, ours))
        assert len(expected[0]) > 1
        assert found == expected


def test_a_model_is_read_once() -> None:
    package = matcher.face_recognition.api
    assert package.pose_predictor_68_point is package.pose_predictor_5_point


@pytest.mark.parametrize("side", [2600, 9400, 13_000])
def test_a_bomb_is_refused_before_it_unpacks(side: int) -> None:
    data = motion.bomb(side)
    begun = process_time()
    with pytest.raises(pictures.Unreadable):
        pictures.read(data, 640)
    assert process_time() - begun < 1, "to unpack it takes several seconds of processor"


def test_a_large_photograph_of_a_telephone_is_read() -> None:
    data = motion.jpeg(Image.new("RGB", (5600, 4200), (90, 120, 150)))
    assert pictures.read(data, 1280).shape == (960, 1280, 3)


def test_a_progressive_photograph_has_the_lower_limit_because_it_is_held_whole() -> None:
    data = motion.jpeg(Image.new("RGB", (3000, 2100)), progressive=True)
    with pytest.raises(pictures.Unreadable):
        pictures.read(data, 640)


@pytest.mark.parametrize(
    "held_whole",
    [
        made.jpeg(3000, 2100, "1", "2", "3"),
        made.jpeg(3000, 2100, "12", "3"),
        made.jpeg(3000, 2100, "123", frame=0xC9),  # arithmetic, with nothing to read
        made.jpeg(3000, 2100, "123").replace(b"\xff\xdb", b"\xff\xdc\0\4\0\0\xff\xdb", 1),
        made.png(3000, 2100, made.packed_zeros(3001 * 2100)),
    ],
    ids=["a scan each", "two scans", "arithmetic", "no plain head", "png"],
)
def test_so_has_everything_that_is_not_read_in_rows(held_whole: bytes) -> None:
    with pytest.raises(pictures.Unreadable) as refused:
        pictures.read(held_whole, 640)
    assert refused.value.__cause__.__class__ is pictures.Unreadable, "it was unpacked first"


@pytest.mark.parametrize("scans", [("123",), ("1", "2", "3"), ("12", "3")])
def test_scans_are_read_one_by_one_and_together(scans: tuple[str, ...]) -> None:
    assert pictures.read(made.jpeg(1600, 1200, *scans), 640).shape == (480, 640, 3)


@pytest.mark.parametrize(
    "more", [{"exif": Image.Exif()}, {"comment": b"\xff\xda"}, {"icc_profile": b"\xff\xc2" * 9}]
)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_what_telephones_and_printers_write_is_read_in_rows(mode: str, more: dict[str, Any]) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a telephone"
    sent = motion.jpeg(Image.new(mode, (4000, 3000)), **{"exif": exif} | more)
    assert max(pictures.read(sent, 640).shape) == 640


def test_bytes_that_fill_up_before_a_marker_are_no_fault() -> None:
    sent = made.jpeg(3000, 2100, "123").replace(b"\xff\xc4", b"\xff\xff\xff\xc4", 1)
    assert pictures.read(sent, 640).shape == (448, 640, 3)


def test_a_file_may_not_be_gone_over_without_end() -> None:
    flat = motion.jpeg(Image.new("RGB", (1600, 1200)), progressive=True)
    last = flat[flat.rindex(b"\xff\xda") : -2]
    assert pictures.read(flat[:-2] + last * 10 + flat[-2:], 640).shape == (480, 640, 3)
    with pytest.raises(pictures.Unreadable):
        pictures.read(flat[:-2] + last * 40 + flat[-2:], 640)


def test_what_a_png_says_beside_its_pixels_has_a_limit() -> None:
    assert pictures.read(made.png(8, 8, made.packed_zeros(72), *made.texts(1)), 640).shape == (8, 8, 3)
    with pytest.raises(pictures.Unreadable):
        pictures.read(made.png(8, 8, made.packed_zeros(72), *made.texts(3)), 640)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_ends_upright(orientation: int) -> None:
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    image = motion.selfie(photograph("obama.jpg"))
    kept = image if orientation == 1 else image.transpose(Image.Transpose(back[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    seen = matcher.see(motion.jpeg(kept, exif=exif))
    assert seen.look.faces == 1
    assert seen.pixels is not None
    assert seen.pixels.shape == (640, 480, 3)


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGB"])
def test_other_colour_models_are_read(mode: str) -> None:
    image = motion.selfie(photograph("obama.jpg")).convert(mode)
    assert matcher.see(motion.jpeg(image)).look.faces == 1


@cache
def _whole() -> tuple[bytes, bytes]:
    small = motion.selfie(photograph("obama.jpg")).resize((120, 160))
    return motion.saved(small, "JPEG"), motion.png(Image.new("RGBA", (60, 40)))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_broken_file_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from(_whole()))
    broken = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 8))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(broken)))
    with warnings.catch_warnings():
        pictures.be_strict()
        try:
            pixels = pictures.read(bytes(broken[:cut]), 640)
        except pictures.Unreadable:
            return
    assert pixels.shape[2] == 3
    assert max(pixels.shape) <= 640


@given(st.binary(max_size=200))
def test_a_stranger_s_bytes_are_just_unreadable(data: bytes) -> None:
    assert not matcher.see(data).look.readable
