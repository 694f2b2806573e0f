"""Pictures: strictly read, drawn anew, without anything that the file carried, and for readers only while they are shown."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from backend.news import rules, service
from backend.news.rules import Refused
from schemas.news import PICTURE_BYTES
from tests.backend.evidence import made
from tests.backend.news.press import ANNA, BO, Press, photo
from tests.support.refusals import refused


def opened(content: bytes) -> Image.Image:
    picture = Image.open(BytesIO(content))
    picture.load()
    return picture


def why(content: bytes) -> str:
    with pytest.raises(Refused) as caught:
        rules.drawn(content)
    return caught.value.why


def test_nothing_that_the_file_carried_is_left() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    exif.get_ifd(0x8825)[1] = "N"
    sent = (
        photo(exif=exif, comment=b"my secret comment", icc_profile=b"secret profile") + b"<?php trailing ?>"
    )
    assert b"taken at home" in sent
    out = rules.drawn(sent).content
    for word in (b"taken at home", b"secret", b"php", b"Exif"):
        assert word not in out
    assert opened(out).getexif() == {}


def test_a_picture_stands_as_it_was_held() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    drawn = rules.drawn(photo((300, 200), exif=exif))
    assert (drawn.width, drawn.height) == (200, 300)


def test_a_large_one_is_made_smaller_and_a_small_one_is_left() -> None:
    large = rules.drawn(photo((4000, 3000)))
    assert (large.width, large.height) == (1600, 1200)
    assert opened(large.content).size == (1600, 1200)
    small = rules.drawn(photo((200, 160)))
    assert (small.width, small.height) == (200, 160)


def test_a_file_may_not_be_gone_over_without_end() -> None:
    flat = photo((800, 600), progressive=True)
    last = flat[flat.rindex(b"\xff\xda") : -2]
    assert rules.drawn(flat[:-2] + last * 10 + flat[-2:]).width == 800
    assert why(flat[:-2] + last * 40 + flat[-2:]) == "unreadable"


def test_a_strip_is_shrunk_while_it_is_read() -> None:
    drawn = rules.drawn(made.jpeg(12_000, 3_100, "123"))
    assert (drawn.width, drawn.height) == (1600, 413)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "I;16", "RGB"])
def test_every_sort_of_png_is_drawn_on_white(mode: str) -> None:
    picture = Image.new(mode, (200, 200))
    out = BytesIO()
    picture.save(out, "PNG")
    found = opened(rules.drawn(out.getvalue()).content)
    assert (found.mode, found.format) == ("RGB", "JPEG")
    if mode in ("RGBA", "LA"):
        assert found.getpixel((5, 5)) == (255, 255, 255)


def test_a_printers_jpeg_is_drawn_too() -> None:
    out = BytesIO()
    Image.new("CMYK", (200, 200)).save(out, "JPEG")
    assert opened(rules.drawn(out.getvalue()).content).mode == "RGB"


@pytest.fixture(autouse=True)
def _as_in_the_web_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The face process sets a bound of its own for all pictures, and its tests run in this process as well."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1024 * 1024 * 1024 // 4 // 3)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "not_supported"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "not_supported"),
        (b"GIF89a" + bytes(100), "not_supported"),
        (b"\xff\xd8\xff" + bytes(100), "unreadable"),
        (photo()[:-20], "unreadable"),
        (photo(kind="PNG")[:-30], "unreadable"),
        (b"\x89PNG\r\n\x1a\n" + bytes(30), "unreadable"),
        (photo((159, 300)), "bad_size"),
        (photo((160, 641)), "bad_size"),
        (made.png(30_000, 30_000, made.packed_zeros(1000)), "unreadable"),
        (made.png(5_000, 5_000, made.packed_zeros(1000)), "bad_size"),
        (made.jpeg(5_000, 3_300, "1", "2", "3"), "bad_size"),
        (made.png(200, 200, made.packed_zeros(201 * 200), *made.texts(3)), "unreadable"),
        (bytes(PICTURE_BYTES + 1), "too_large"),
    ],
)
def test_what_is_no_bearable_picture_is_refused(content: bytes, expected: str) -> None:
    assert why(content) == expected


SENT = {kind: photo(kind=kind) for kind in ("JPEG", "PNG")}


@settings(deadline=None, max_examples=150, derandomize=True, database=None)
@given(st.sampled_from(sorted(SENT)), st.data())
def test_a_mutated_file_is_drawn_or_refused(kind: str, data: st.DataObject) -> None:
    sent = bytearray(SENT[kind])
    for _ in range(data.draw(st.integers(1, 6))):
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    try:
        drawn = rules.drawn(bytes(sent))
    except Refused:
        return
    assert opened(drawn.content).format == "JPEG"


def test_readers_load_a_picture_only_while_a_published_article_shows_it(press: Press) -> None:
    one = press.draft()
    cover, inside, unused = (
        press.add(one, content=photo(colour=colour)) for colour in ("red", "green", "blue")
    )
    press.change(one, cover_id=cover, body=f"见图。\n\n![图]( picture:{inside} )")

    def seen() -> list[str]:
        found = []
        for name, ident in (("cover", cover), ("inside", inside), ("unused", unused)):
            try:
                service.picture(press.deps, picture_id=ident)
            except Exception:
                continue
            found.append(name)
        return found

    for step in (press.submit, press.approve):
        step(one)
        assert seen() == []
    press.publish(one)
    assert seen() == ["cover", "inside"]
    press.change(one, body="改为无图", cover_id=unused)
    assert seen() == ["cover", "inside"], "a draft changes nothing for readers"
    press.submit(one)
    press.approve(one)
    press.publish(one)
    assert seen() == ["unused"]
    press.unpublish(one)
    assert seen() == []
    assert service.picture_for_staff(press.deps, BO, article_id=one.id, picture_id=cover).content


def test_the_same_picture_again_is_the_same(press: Press) -> None:
    one = press.draft()
    first = press.add(one)
    assert press.add(one) == first
    assert press.add(one, BO) != first, "who uploaded it is part of what it is"
    assert [picture.content for picture in press.look(one).pictures] == [b"", b""]


def test_an_article_has_a_bounded_number_of_pictures(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.news.service.writing.MOST_PICTURES", 1)
    one = press.draft()
    press.add(one)
    other = photo(colour="red")
    refused("news.too_many_pictures", press.add, one, content=other)
    refused("news.not_found", lambda: service.add_picture(press.deps, ANNA, article_id="x", content=other))
    refused("news.picture_unreadable", press.add, one, content=b"\xff\xd8\xff")
