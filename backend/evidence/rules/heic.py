"""HEIC (ISO/IEC 23008-12): told by its brands, its boxes walked to the last byte, its pictures' sizes read."""

from collections.abc import Iterator

from backend.evidence.rules.refusing import Refused, require_pixels

BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis"})
"""Still pictures coded with HEVC: one of them must be the major brand, or a compatible one of an HEIF."""
MAJORS = BRANDS | {b"mif1", b"mif2", b"msf1"}
BOXES = 20_000
_META_HEAD = 4
"""`meta` is a full box: version and flags stand before what it holds."""

Box = tuple[bytes, memoryview]


def is_heic(content: bytes) -> bool:
    """By the first box alone."""
    size = int.from_bytes(content[:4], "big")
    if content[4:8] != b"ftyp" or not 16 <= size <= min(len(content), 1024) or size % 4:
        return False
    major, others = content[8:12], {content[at : at + 4] for at in range(16, size, 4)}
    return major in MAJORS and bool(BRANDS & {major, *others})


def check(content: bytes) -> None:
    """Raise `Refused` unless this is one whole picture of bearable size."""
    top = list(_boxes(memoryview(content)))
    kinds = [kind for kind, _ in top]
    if kinds.count(b"meta") != 1 or b"moov" in kinds:
        raise Refused("unreadable")
    meta = next(data for kind, data in top if kind == b"meta")[_META_HEAD:]
    if b"mdat" not in kinds and b"idat" not in [kind for kind, _ in _boxes(meta)]:
        raise Refused("unreadable")
    sizes = list(_sizes(meta))
    if not sizes:
        raise Refused("unreadable")
    for width, height in sizes:
        require_pixels(width, height)


def _sizes(meta: memoryview) -> Iterator[tuple[int, int]]:
    """Width and height of every picture that is described."""
    described = (data for held in _named(meta, b"iprp") for data in _named(held, b"ipco"))
    for size in (size for data in described for size in _named(data, b"ispe")):
        if len(size) != 12:
            raise Refused("unreadable")
        yield int.from_bytes(size[4:8], "big"), int.from_bytes(size[8:12], "big")


def _named(data: memoryview, name: bytes) -> Iterator[memoryview]:
    return (inner for kind, inner in _boxes(data) if kind == name)


def _boxes(data: memoryview) -> Iterator[Box]:
    """The boxes that fill `data` exactly; one that goes beyond it means that the file was cut."""
    at = 0
    for _ in range(BOXES):
        if at == len(data):
            return
        size, head = int.from_bytes(data[at : at + 4], "big"), 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        elif size == 0:
            size = len(data) - at
        if size < head or at + size > len(data):
            raise Refused("unreadable")
        yield bytes(data[at + 4 : at + 8]), data[at + head : at + size]
        at += size
    raise Refused("unreadable")
