"""PNG (W3C PNG, third edition): every chunk whole and unchanged, the pixels unpacked in passing and counted, nothing after."""

import zlib
from collections.abc import Iterator

from backend.evidence.rules import unpacking
from backend.evidence.rules.refusing import Refused, require_pixels

SIGNATURE = b"\x89PNG\r\n\x1a\n"
UNPACKED = 256 * 1024**2
"""Bytes of pixels before they are compressed."""
CHUNKS = 20_000
"""A picture of ten megabytes has some thousand."""
WORDS_UNPACKED = 8 * 1024**2
"""Bytes that compressed texts and colour profiles may unpack to, together."""
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
# Adam7: where each pass begins, and its steps, in columns and rows.
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_WORDS = (b"zTXt", b"iTXt", b"iCCP")


def check(content: bytes) -> None:
    """Raise `Refused` unless this is one whole still picture of bearable size."""
    chunks = list(_chunks(content))
    kinds = [kind for kind, _ in chunks]
    if kinds[0] != b"IHDR" or kinds[-1] != b"IEND" or b"IDAT" not in kinds or b"acTL" in kinds:
        raise Refused("unreadable")
    expected = _expected(bytes(chunks[0][1]))
    if expected > UNPACKED:
        raise Refused("unpacks_too_large")
    pixels = unpacking.Budget(expected)
    _unpack([data for kind, data in chunks if kind == b"IDAT"], pixels)
    if pixels.left != 0:
        raise Refused("unreadable")
    _check_words([(kind, data) for kind, data in chunks if kind in _WORDS])


def _chunks(content: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Type and data of each chunk up to IEND, which must end the file."""
    whole, at = memoryview(content), len(SIGNATURE)
    for _ in range(CHUNKS):
        length, kind = int.from_bytes(whole[at : at + 4], "big"), bytes(whole[at + 4 : at + 8])
        end = at + 12 + length
        if len(kind) != 4 or end > len(whole):
            raise Refused("unreadable")
        if zlib.crc32(whole[at + 4 : end - 4]) != int.from_bytes(whole[end - 4 : end], "big"):
            raise Refused("unreadable")
        yield kind, whole[at + 8 : end - 4]
        if kind == b"IEND":
            if end != len(whole):
                raise Refused("unreadable")
            return
        at = end
    raise Refused("unreadable")


def _expected(header: bytes) -> int:
    """Bytes of the unpacked rows, each with its filter byte, from IHDR."""
    if (
        len(header) != 13
        or header[9] not in _CHANNELS
        or header[8] not in _DEPTHS[header[9]]
        or header[12] > 1
    ):
        raise Refused("unreadable")
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    require_pixels(width, height)
    bits = header[8] * _CHANNELS[header[9]]
    passes = _PASSES if header[12] else ((0, 0, 1, 1),)
    total = 0
    for left, top, across, down in passes:
        columns, rows = -((left - width) // across), -((top - height) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * bits + 7) // 8)
    return total


def _unpack(parts: list[memoryview], budget: unpacking.Budget) -> None:
    """The IDAT chunks are one stream, which must end with the last row."""
    try:
        ended = unpacking.weigh(parts, budget)
    except unpacking.TooMuch:
        raise Refused("unreadable") from None
    if not ended:
        raise Refused("unreadable")


def _check_words(chunks: list[tuple[bytes, memoryview]]) -> None:
    budget = unpacking.Budget(WORDS_UNPACKED)
    for kind, data in chunks:
        packed = _packed(kind, bytes(data))
        try:
            unpacking.weigh([memoryview(packed)], budget)
        except unpacking.TooMuch:
            raise Refused("unpacks_too_large") from None


def _packed(kind: bytes, data: bytes) -> bytes:
    """The compressed part of a text or profile chunk, after its keyword; empty when there is none."""
    _, _, rest = data.partition(b"\0")
    if kind != b"iTXt":
        return rest[1:]
    if not rest.startswith(b"\1"):
        return b""
    return rest[2:].partition(b"\0")[2].partition(b"\0")[2]
