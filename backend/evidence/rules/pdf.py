"""PDF (ISO 32000): begins and ends as one, is not encrypted, and unpacks to no more than a viewer bears.

Every place where a stream begins is unpacked in passing, layer by layer, whatever its dictionary says. What could
hide a layer from that is refused: filters named elsewhere, and the two old packings that modern programs do not write.
"""

import re

from backend.evidence.rules import unpacking
from backend.evidence.rules.refusing import Refused, require_pixels

UNPACKED = 256 * 1024**2
"""Bytes that all streams together may unpack to: some ten scanned pages in full colour, or thousands of text."""
READ = 512 * 1024**2
"""Bytes that may be read for it; streams that are laid into one another would be read again and again."""
STREAMS = 20_000
STEP = 16 * 1024
TAIL = 1024
_HEADER = re.compile(rb"%PDF-[12]\.\d")
_END = re.compile(rb"startxref\s+\d+\s+%%EOF[\s\0]*\Z")
_STREAM = re.compile(rb"(?<!end)stream[ \t]*(?:\r\n|\n|\r)?")
_BLANK = re.compile(rb"[\s\0]*")
_COMMENT = re.compile(rb"%[^\r\n]{0,255}[\r\n]")
COMMENTS = 20
"""Comments between two words, after which nobody tries to tell what follows."""
_DICTIONARY = 1024
"""Bytes before a stream in which its width and height are looked for."""


def _name(word: bytes) -> bytes:
    """A pattern for a name, each letter of which may be written as `#` and its code."""
    return b"/" + b"".join(rb"(?:%c|#%02x|#%02X)" % (one, one, one) for one in word)


_ENCRYPT = re.compile(_name(b"Encrypt"))
_FILTER = re.compile(_name(b"Filter"))
_OLD_PACKING = re.compile(b"|".join((_name(b"LZWDecode"), _name(b"RunLengthDecode"))))
_WIDTH = re.compile(_name(b"Width") + rb"[\s\0]*(\d{1,10})")
_HEIGHT = re.compile(_name(b"Height") + rb"[\s\0]*(\d{1,10})")


def check(content: bytes) -> None:
    """Raise `Refused` unless this is one whole document of bearable size that opens without a password."""
    if not _HEADER.match(content) or not _END.search(content, max(0, len(content) - TAIL)):
        raise Refused("unreadable")
    if any(_follows(content, found.end(), b"<0123456789%") for found in _ENCRYPT.finditer(content)):
        raise Refused("protected")
    if _OLD_PACKING.search(content) or any(
        _is_hidden(content, one.end()) for one in _FILTER.finditer(content)
    ):
        raise Refused("unreadable")
    try:
        _unpack_streams(content)
    except unpacking.TooMuch:
        raise Refused("unpacks_too_large") from None


def _is_hidden(content: bytes, at: int) -> bool:
    """Whether a filter is not named here but elsewhere, by the number of an object, alone or in a list."""
    start = _past_comments(content, at)
    inside = start + 1 if content[start : start + 1] == b"[" else start
    return _follows(content, inside, b"0123456789%")


def _follows(content: bytes, at: int, bytes_meant: bytes) -> bool:
    """Whether the next word begins with one of these bytes; a `%` stands for what comments keep from being told."""
    start = _past_comments(content, at)
    return content[start : start + 1] in {bytes([one]) for one in bytes_meant}


def _past_comments(content: bytes, at: int) -> int:
    """Behind blanks and comments, a few and short ones: patterns that go back over them would cost hours."""
    for _ in range(COMMENTS):
        at = _BLANK.match(content, at).end()  # type: ignore[union-attr]  # no blank is a match too
        comment = _COMMENT.match(content, at)
        if comment is None:
            return at
        at = comment.end()
    return content.rfind(b"%", 0, at)


def _unpack_streams(content: bytes) -> None:
    whole, budget = memoryview(content), unpacking.Budget(UNPACKED, READ)
    for number, found in enumerate(_STREAM.finditer(content)):
        if number == STREAMS:
            raise unpacking.TooMuch
        _check_picture(content, found.start())
        unpacking.follow(unpacking.steps(whole, found.end(), STEP), budget)


def _check_picture(content: bytes, start: int) -> None:
    """Pictures of other codings are not unpacked; what they say of their size is believed by viewers, so it is asked."""
    words = content[max(0, start - _DICTIONARY) : start]
    words = words[words.rfind(b"obj") + 1 :]
    widths = [int(found[1]) for found in _WIDTH.finditer(words)]
    heights = [int(found[1]) for found in _HEIGHT.finditer(words)]
    if widths and heights:
        require_pixels(max(widths), max(heights))
