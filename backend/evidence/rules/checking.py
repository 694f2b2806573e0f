"""What a file is, by its content alone, and whether it may be kept. Its name and the type its sender claims count nothing."""

from collections.abc import Callable

from backend.evidence.model import Checked, MediaType, Upload
from backend.evidence.rules import heic, jpeg, names, pdf, png
from backend.evidence.rules.refusing import Refused
from schemas.evidence import FILE_BYTES

ARCHIVE_END = b"PK\x05\x06"
ARCHIVE_TAIL = 22 + 65_535
"""Where the end record of a ZIP must lie: its own bytes and the longest comment."""
_CHECKS: dict[MediaType, Callable[[bytes], None]] = {
    MediaType.PDF: pdf.check,
    MediaType.JPEG: jpeg.check,
    MediaType.PNG: png.check,
    MediaType.HEIC: heic.check,
}


def checked(upload: Upload) -> Checked:
    """The file under a safe name and its true type. Raises `Refused`."""
    content = upload.content
    if not content:
        raise Refused("empty")
    if len(content) > FILE_BYTES:
        raise Refused("too_large")
    media_type = _type(content)
    _refuse_second_face(content, media_type)
    _CHECKS[media_type](content)
    return Checked(names.safe(upload.name, media_type), content, media_type)


def _type(content: bytes) -> MediaType:
    if content.startswith(b"%PDF-"):
        return MediaType.PDF
    if content.startswith(b"\xff\xd8\xff"):
        return MediaType.JPEG
    if content.startswith(png.SIGNATURE):
        return MediaType.PNG
    if heic.is_heic(content):
        return MediaType.HEIC
    raise Refused("not_supported")


def _refuse_second_face(content: bytes, media_type: MediaType) -> None:
    """A file that other programs take for something else: an archive is read from its end, a PDF from its first KB."""
    if ARCHIVE_END in content[-ARCHIVE_TAIL:]:
        raise Refused("unreadable")
    if media_type is not MediaType.PDF and b"%PDF-" in content[:1024]:
        raise Refused("unreadable")
