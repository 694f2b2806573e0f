"""What may be kept: told by content, whole, of bearable size, under a safe name."""

import base64
import gzip
import io
import random
import time
import zipfile
import zlib
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from backend.evidence import rules
from backend.evidence.model import MediaType, Upload
from backend.evidence.rules import names, pdf, refusing
from schemas.evidence import FILE_BYTES
from tests.backend.evidence import made

MANY = made.packed_zeros(pdf.UNPACKED + 1)
FEWER = 16 * 1024**2
MANY_ENOUGH = made.packed_zeros(FEWER + 1)
ELF = b"\x7fELF\x02\x01\x01" + bytes(500)
EXE = b"MZ\x90\x00" + bytes(56) + b"\x80\0\0\0" + bytes(64) + b"PE\0\0" + bytes(400)


def why(content: bytes, name: str = "证据.pdf") -> str:
    try:
        rules.checked(Upload(name, content))
    except rules.Refused as refusal:
        return refusal.why
    return "kept"


def archive(name: str = "run.exe", before: bytes = b"") -> bytes:
    out = io.BytesIO(before)
    out.seek(0, io.SEEK_END)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, b"x" * 5000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (made.small_pdf(), MediaType.PDF),
        (made.picture("JPEG"), MediaType.JPEG),
        (made.picture("JPEG", progressive=True), MediaType.JPEG),
        (made.picture("JPEG") + b"\0\0\0\x18ftypmp42" + bytes(900), MediaType.JPEG),
        (made.picture("PNG"), MediaType.PNG),
        (made.png(3, 2, zlib.compress(bytes(8))), MediaType.PNG),
        (made.heic(), MediaType.HEIC),
        (made.heic(b"mif1", (b"mif1", b"heix")), MediaType.HEIC),
    ],
    ids=["pdf", "jpeg", "progressive", "moving jpeg", "png", "grey png", "heic", "heif with heix"],
)
def test_the_four_types_are_told_by_content_whatever_the_name_says(
    content: bytes, expected: MediaType
) -> None:
    for name in ("scan.exe", "scan.pdf", "scan", ""):
        kept = rules.checked(Upload(name, content))
        assert kept.media_type is expected
        assert kept.name.endswith(f".{expected.ending}")


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
@pytest.mark.parametrize("size", [(1, 1), (7, 5), (300, 11)])
def test_png_of_every_kind_of_pixel_is_whole(mode: str, size: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.new(mode, size).save(out, "PNG")
    assert why(out.getvalue()) == "kept"


def test_a_photograph_of_a_telephone_is_kept() -> None:
    photographs = (
        sorted(Path(".cache/pictures").glob("**/*.jpg"))[:20] if Path(".cache/pictures").is_dir() else []
    )
    assert {why(one.read_bytes()) for one in photographs} <= {"kept"}


@pytest.mark.parametrize(
    "content",
    [
        ELF, EXE, b"#!/bin/sh\nrm -rf /\n", b"<html><script>x()</script>", b"<?php ?>", archive(), gzip.compress(b"x"),
        made.picture("GIF"), made.picture("BMP"), made.picture("TIFF"), made.picture("WEBP"), b"Rar!\x1a\x07\0",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), b"x", b"\0" * 4096, b" " + made.small_pdf(),
        made.heic(b"avif", (b"mif1", b"avif")), made.heic(b"isom", (b"mp42",)), made.heic(b"qt  ", (b"qt  ",)),
        made.heic(b"isom", (b"heic",)), made.heic(b"mif1", (b"mif1",)), b"\0\0\0\x10ftypheic",
        b"\0\0\0\x0cftypheic" + bytes(40),
    ],
    ids=[
        "elf", "exe", "script", "html", "php", "zip", "gzip", "gif", "bmp", "tiff", "webp", "rar", "doc", "letter", "zeros",
        "pdf after a space", "avif", "mp4", "mov", "mp4 with heic", "heif of no known coding", "cut brands", "odd brands",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.pdf", "a.jpg", "a.heic"])
def test_everything_else_is_not_supported_whatever_its_name(content: bytes, name: str) -> None:
    assert why(content, name) == "not_supported"


def test_an_empty_file_and_one_of_eleven_megabytes_are_refused() -> None:
    assert why(b"") == "empty"
    assert why(made.small_pdf() + bytes(FILE_BYTES)) == "too_large"
    full = made.png(1, 1, zlib.compress(bytes(2)), made.chunk(b"teXt", bytes(1024)))
    room = FILE_BYTES - len(full)
    fits = made.png(1, 1, zlib.compress(bytes(2)), made.chunk(b"teXt", bytes(1024 + room)))
    assert (len(fits), why(fits)) == (FILE_BYTES, "kept")


@pytest.mark.parametrize(
    "content",
    [
        made.pdf(MANY_ENOUGH),
        made.pdf(zlib.compress(MANY_ENOUGH, 9), filters="[/FlateDecode /FlateDecode]"),
        made.pdf(zlib.compress(zlib.compress(MANY_ENOUGH)), filters="[/Fl /Fl /Fl]"),
        made.pdf(base64.a85encode(zlib.compress(MANY_ENOUGH)) + b"~>", filters="[/ASCII85Decode /FlateDecode /FlateDecode]"),
        made.pdf(zlib.compress(MANY_ENOUGH).hex().encode() + b">", filters="[/AHx /Fl /Fl]"),
        made.pdf(MANY_ENOUGH, filters="/DCTDecode"),
        made.pdf(MANY_ENOUGH, filters="/#46lateDecode"),
        made.pdf(*[made.packed_zeros(FEWER // 64)] * 65),
        made.pdf(zlib.compress(zlib.compress(zlib.compress(zlib.compress(zlib.compress(b"deep")))))),
        made.pdf(made.picture("JPEG"), filters="/DCTDecode", more="/Width 60000 /Height 60000"),
        made.pdf(*[b"q"] * (pdf.STREAMS + 1), filters="/X"),
    ],
    ids=[
        "single", "nested", "three deep", "base 85", "hexadecimal", "said to be a picture", "written otherwise", "many streams",
        "too deep", "huge picture", "countless streams",
    ],
)  # fmt: skip
def test_a_pdf_that_unpacks_to_too_much_is_refused(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of these against a smaller limit, which is as soon reached by every way; the next test reaches the true one."""
    monkeypatch.setattr(pdf, "UNPACKED", FEWER)
    assert len(content) < FILE_BYTES
    assert why(content) == "unpacks_too_large"


def test_a_quarter_of_a_gigabyte_may_come_out_of_a_pdf_and_no_more() -> None:
    assert why(made.pdf(MANY)) == "unpacks_too_large"
    assert why(made.pdf(made.packed_zeros(pdf.UNPACKED // 2))) == "kept"


def test_streams_laid_into_one_another_are_not_read_again_and_again() -> None:
    """Each begins inside the one before, as data that deflate stores as it is, and all read on to the same end."""
    inner = b"stream\n\x78\x01" + b"\x00\x00\x00\xff\xff" * 3
    data = (
        b"\x78\x01"
        + (b"\x00" + len(inner).to_bytes(2, "little") + (len(inner) ^ 0xFFFF).to_bytes(2, "little") + inner)
        * 200_000
    )
    assert why(made.pdf(data)) == "unpacks_too_large"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (made.pdf(b"x", filters="/LZWDecode"), "unreadable"),
        (made.pdf(b"x", filters="/RunLengthDecode"), "unreadable"),
        (made.pdf(b"x", filters="7 0 R"), "unreadable"),
        (made.pdf(b"x", filters="[ %\n 7 0 R]"), "unreadable"),
        (made.pdf(b"x", filters="%" + "c" * 300 + "\n 7 0 R"), "unreadable"),
        (made.small_pdf().replace(b"/Root", b"/Encrypt 9 0 R /Root"), "protected"),
        (made.small_pdf().replace(b"/Root", b"/#45ncrypt<</V 4>> /Root"), "protected"),
        (made.small_pdf()[:-30], "unreadable"),
        (made.small_pdf()[:200], "unreadable"),
        (made.small_pdf() + b"MZ" + bytes(500), "unreadable"),
        (made.small_pdf() + archive(), "unreadable"),
        (archive(before=made.small_pdf()), "unreadable"),
        (b"%PDF-1.7\n" + archive(), "unreadable"),
        (b"%PDF-1.7\n" + ELF, "unreadable"),
        (b"%PDF-9.9\n" + made.small_pdf()[9:], "unreadable"),
    ],
    ids=[
        "lzw", "run length", "filter elsewhere", "filter elsewhere in a list", "filter behind a comment",
        "encrypted", "encrypted otherwise", "cut", "half",
        "executable behind", "zip behind", "zip appended", "zip with a pdf's head", "elf with a pdf's head", "no such version",
    ],
)  # fmt: skip
def test_a_pdf_that_hides_or_lacks_something_is_refused(content: bytes, expected: str) -> None:
    assert why(content) == expected


@pytest.mark.parametrize(
    "content",
    [
        b"/Filter" + b" %\n" * 3_000_000,
        (b"/Filter" + b" " * 2000) * 5000,
        (b"/Encrypt" + b"%\n" * 200) * 20_000,
        (b"/Width 1" * 25 + b"stream\n") * 19_000,
        b"stream\n" * 1_400_000,
        b"stream\n" + b"78 9c" * 2_000_000,
    ],
    ids=["comments", "blanks", "many comments", "widths", "stream words", "hexadecimal"],
)
def test_a_file_made_to_be_read_slowly_is_read_at_once(content: bytes) -> None:
    began = time.process_time()
    why(b"%PDF-1.4\n" + content + b"startxref\n1\n%%EOF")
    assert time.process_time() - began < 10


def test_a_picture_of_countless_chunks_is_refused() -> None:
    words = [made.chunk(b"tEXt", b"")] * 50_000
    assert why(made.png(1, 1, zlib.compress(bytes(2)), *words)) == "unreadable"


@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("PDF", "RGB", {}),
        ("PDF", "1", {}),
        ("PDF", "P", {}),
        ("JPEG", "L", {}),
        ("JPEG", "CMYK", {"progressive": True}),
        ("JPEG", "RGB", {"restart_marker_blocks": 2, "exif": b"Exif\0\0" + bytes(4000)}),
        ("PNG", "RGB", {"compress_level": 0}),
        ("PNG", "P", {"optimize": True}),
    ],
)
def test_what_an_ordinary_program_writes_is_kept(kind: str, mode: str, options: dict[str, object]) -> None:
    out = io.BytesIO()
    Image.effect_noise((640, 480), 60).convert(mode).save(out, kind, **options)
    assert why(out.getvalue()) == "kept"


def test_streams_that_only_look_packed_do_no_harm() -> None:
    plain = [
        b"x^ q 1 0 0 1 0 0 cm",
        b"H\x89garbage",
        b"789c is hexadecimal",
        b"",
        zlib.compress(b"x^ and so on"),
        b"x\x9c",
    ]
    assert why(made.pdf(*plain)) == "kept"
    whole_page = base64.a85encode(zlib.compress(made.PAGE * 50)) + b"~>"
    assert why(made.pdf(whole_page, filters="[/ASCII85Decode /FlateDecode]")) == "kept"


def _jpeg_of(width: int, height: int) -> bytes:
    content = bytearray(made.picture("JPEG"))
    at = content.index(b"\xff\xc0") + 5
    content[at : at + 4] = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return bytes(content)


def _with_scans(count: int) -> bytes:
    content = made.picture("JPEG")
    scan = content[content.index(b"\xff\xda") : -2]
    return content[:-2] + scan * count + content[-2:]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (_jpeg_of(65_500, 65_500), "unpacks_too_large"),
        (_jpeg_of(0, 10), "unreadable"),
        (_with_scans(200), "unpacks_too_large"),
        (made.picture("JPEG")[:-2], "unreadable"),
        (made.picture("JPEG")[:300], "unreadable"),
        (b"\xff\xd8\xff\xe0" + EXE, "unreadable"),
        (b"\xff\xd8\xff" + b"\xff" * 100_000, "unreadable"),
        (b"\xff\xd8" + b"\xff\xe1\x00\x02" * 100_000 + made.picture("JPEG")[2:], "unreadable"),
        (b"\xff\xd8\xff\xd9", "unreadable"),
        (made.picture("JPEG") + archive(), "unreadable"),
        (b"\xff\xd8\xff\xfe\x00\x0b%PDF-1.7\n" + made.picture("JPEG")[2:], "unreadable"),
        (made.png(50_000, 50_000, made.packed_zeros(1024**2)), "unpacks_too_large"),
        (made.png(10_000, 11_000, made.packed_zeros(1024**2)), "unreadable"),
        (made.png(4, 4, made.packed_zeros(64 * 1024**2)), "unreadable"),
        (made.png(2, 2, zlib.compress(bytes(6)), made.chunk(b"zTXt", b"k\0\0" + MANY)), "unpacks_too_large"),
        (made.png(2, 2, zlib.compress(bytes(6)), made.chunk(b"iTXt", b"k\0\1\0\0\0" + MANY)), "unpacks_too_large"),
        (made.png(2, 2, zlib.compress(bytes(6)), made.chunk(b"iCCP", b"k\0\0" + MANY)), "unpacks_too_large"),
        (made.png(2, 2, zlib.compress(bytes(6)), made.chunk(b"acTL", bytes(8))), "unreadable"),
        (made.picture("PNG")[:-12], "unreadable"),
        (made.picture("PNG")[:200], "unreadable"),
        (made.picture("PNG") + b"MZ", "unreadable"),
        (made.picture("PNG")[:60] + b"\0" + made.picture("PNG")[61:], "unreadable"),
        (b"\x89PNG\r\n\x1a\n" + ELF, "unreadable"),
        (b"\x89PNG\r\n\x1a\n", "unreadable"),
        (made.heic(size=(60_000, 60_000)), "unpacks_too_large"),
        (made.heic(size=(0, 9)), "unreadable"),
        (made.heic()[:-40], "unreadable"),
        (made.heic()[:60], "unreadable"),
        (made.heic() + b"MZ", "unreadable"),
        (made.heic() + archive(), "unreadable"),
        (made.box(b"ftyp", b"heic", bytes(4), b"heic") + made.box(b"mdat", EXE), "unreadable"),
    ],
)  # fmt: skip
def test_a_picture_that_is_cut_changed_huge_or_something_else_is_refused(
    content: bytes, expected: str
) -> None:
    assert why(content) == expected


def test_boxes_in_boxes_in_boxes_end_the_check_and_not_the_process() -> None:
    nest = b""
    for _ in range(5000):
        nest = made.box(b"meta", bytes(4), nest)
    head = made.box(b"ftyp", b"heic", bytes(4), b"heic")
    assert why(head + nest + made.box(b"mdat")) == "unreadable"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_harmed_file_raises_anything_but_a_refusal(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([made.small_pdf(), made.heic(), SMALL_JPEG, SMALL_PNG]), label="file")
    harmed = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 8))):
        harmed[data.draw(st.integers(0, len(harmed) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(harmed)))
    assert why(bytes(harmed[:cut])) in (*get_args(refusing.Why), "kept")


SMALL_JPEG, SMALL_PNG = made.picture("JPEG", (16, 16)), made.picture("PNG", (16, 16))


@given(
    st.binary(max_size=300),
    st.sampled_from([b"%PDF-1.4", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"\0\0\0\x14ftypheic\0\0\0\0heic"]),
)
def test_no_bytes_raise_anything_but_a_refusal(rest: bytes, head: bytes) -> None:
    why(head + rest)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("缴款凭证.PDF", "缴款凭证.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\王\\凭证.jpg", "凭证.pdf"),
        ("a\0b\r\nSet-Cookie: x.pdf", "a_b_Set-Cookie_x.pdf"),
        ("凭证\u202efdp.exe", "凭证_fdp.pdf"),
        ("x" * 300 + ".pdf", "x" * 95 + ".pdf"),
        ("凭证\ud83d.pdf", "凭证.pdf"),
        ("", "材料.pdf"),
        ("...", "材料.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("CON.pdf", "材料.pdf"),
        ("a;b\"c'd%2e.pdf", "a_b_c'd_2e.pdf"),
        ("发票.tar.gz", "发票.tar.pdf"),
        ("e\u0301.png", "é.pdf"),
        ("👨‍👩‍👧.pdf", "👨_👩_👧.pdf"),
    ],
)
def test_a_hostile_name_becomes_a_safe_one(given_name: str, kept: str) -> None:
    assert names.safe(given_name, MediaType.PDF) == kept


@given(st.text(max_size=400) | st.text(st.characters(categories=["Cs", "Cc", "Cf", "Zs"]), max_size=400))
def test_every_name_becomes_one_that_can_be_stored_sent_and_saved(name: str) -> None:
    kept = names.safe(name, MediaType.HEIC)
    assert kept.endswith(".heic")
    assert 6 <= len(kept) <= names.LONGEST
    assert not set(kept) & set('/\\\0\r\n<>:"|?*%;\u202e\u200f')
    kept.encode()
    assert not kept.startswith((".", "-", " "))


def test_segments_of_every_length_come_back_and_none_may_be_missing() -> None:
    key, source = rules.new_key(), random.Random(1)
    for size in (1, rules.CHUNK - 17, rules.CHUNK - 16, rules.CHUNK - 15, 3 * rules.CHUNK):
        content = source.randbytes(size)
        segments = list(rules.seal(key, "e1", content))
        assert {len(one) for one in segments[:-1]} <= {rules.CHUNK}
        assert rules.open_sealed(key, "e1", segments, rules.digest(content)) == content
        for harmed in (
            [],
            segments[:-1],
            [*segments, segments[-1]],
            segments[::-1] if len(segments) > 1 else [],
        ):
            with pytest.raises(rules.Damaged):
                rules.open_sealed(key, "e1", harmed, rules.digest(content))
        with pytest.raises(rules.Damaged):
            rules.open_sealed(key, "e2", segments, rules.digest(content))
