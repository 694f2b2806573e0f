"""Files as telephones, scanners and attackers make them, built from their own bytes."""

import struct
import zlib
from functools import cache
from io import BytesIO

from PIL import Image


def pdf(*streams: bytes, filters: str = "/FlateDecode", more: str = "") -> bytes:
    """A whole document; each stream stands in it as given, under the named filters."""
    out = BytesIO()
    out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"]
    objects += [
        f"<< /Length {len(data)} /Filter {filters} {more} >>\nstream\n".encode() + data + b"\nendstream"
        for data in streams
    ]
    for number, content in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n" % number + content + b"\nendobj\n")
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


PAGE = b"BT /F1 12 Tf 72 720 Td (paid) Tj ET\n"


def small_pdf(text: bytes = PAGE) -> bytes:
    return pdf(zlib.compress(text))


def packed_zeros(size: int) -> bytes:
    """A zlib stream of zeros, made without holding them: each whole megabyte is packed by itself, to the same bytes."""
    whole, rest = divmod(size, 1024 * 1024)
    checksum = (size % 65_521) << 16 | 1  # Adler-32 of zeros
    return (
        b"\x78\xda"
        + _packed(1024 * 1024) * whole
        + _packed(rest, zlib.Z_FINISH)
        + struct.pack(">I", checksum)
    )


@cache
def _packed(zeros: int, end: int = zlib.Z_FULL_FLUSH) -> bytes:
    engine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return engine.compress(bytes(zeros)) + engine.flush(end)


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    out = BytesIO()
    Image.effect_noise(size, 80).convert("RGB").save(out, kind, **options)
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, packed: bytes, *more: bytes) -> bytes:
    """A PNG in eight-bit grey whose header says this size and whose pixels are `packed`."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = (chunk(b"IHDR", header), *more, chunk(b"IDAT", packed), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def jpeg(width: int, height: int, *scans: str, frame: int = 0xC0) -> bytes:
    """A JPEG of three components of one flat grey, whose scans bring the components they name: `123` together, or one by one."""
    parts = b"".join(bytes((part, 0x11, 0)) for part in (1, 2, 3))
    of_one_code = b"\1" + bytes(16)  # it says that there is nothing more
    head = (
        _segment(0xDB, b"\0" + b"\1" * 64),
        _segment(frame, struct.pack(">BHHB", 8, height, width, 3) + parts),
        _segment(0xC4, b"\0" + of_one_code + b"\x10" + of_one_code),
    )
    blocks = -(-width // 8) * -(-height // 8)
    return b"\xff\xd8" + b"".join(head) + b"".join(_scan(one, blocks) for one in scans) + b"\xff\xd9"


def _segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, 2 + len(data)) + data


def _scan(parts: str, blocks: int) -> bytes:
    named = b"".join(bytes((int(part), 0)) for part in parts)
    return _segment(0xDA, bytes((len(parts),)) + named + b"\0\x3f\0") + bytes(-(-blocks * len(parts) // 4))


def texts(count: int) -> tuple[bytes, ...]:
    """Chunks of a PNG, a kilobyte each, that unpack to a megabyte of characters which are four bytes each in memory."""
    packed = zlib.compress("😀".encode() + b"a" * (1024 * 1024 - 8), 9)
    return tuple(chunk(b"iTXt", b"%d\0\1\0\0\0" % place + packed) for place in range(count))


def box(kind: bytes, *content: bytes) -> bytes:
    data = b"".join(content)
    return struct.pack(">I", 8 + len(data)) + kind + data


def heic(
    major: bytes = b"heic",
    brands: tuple[bytes, ...] = (b"mif1", b"heic"),
    size: tuple[int, int] = (4032, 3024),
) -> bytes:
    """The boxes of a telephone's picture; what is in the coded data no box says."""
    ispe = box(b"ispe", bytes(4), struct.pack(">II", *size))
    meta = box(
        b"meta", bytes(4), box(b"hdlr", bytes(25)), box(b"iprp", box(b"ipco", ispe), box(b"ipma", bytes(8)))
    )
    return box(b"ftyp", major, bytes(4), *brands) + meta + box(b"mdat", bytes(range(256)) * 8)
