"""JPEG (ITU-T T.81 annex B): walked from marker to marker to its end. What follows the end (a moving part, a second
view) is left alone, as telephones add it."""

import re
from collections.abc import Iterator

from backend.evidence.rules.refusing import Refused, require_pixels

SCANS = 100
"""A progressive picture has some ten; thousands keep a viewer busy for minutes."""
SEGMENTS = 10_000
_SOF = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended and progressive: what every viewer shows. Lossless, hierarchical and arithmetic ones are refused."""
_OTHER_FRAMES = frozenset({0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_SOS, _EOI, _DNL = 0xDA, 0xD9, 0xDC
# In the data of a scan a marker is anything but a stuffed zero, a restart, or a fill byte.
_FILL = re.compile(rb"\xff+")
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)


def check(content: bytes) -> None:
    """Raise `Refused` unless this is one whole picture of bearable size."""
    frames = scans = 0
    for marker, data in _segments(content):
        if marker in _OTHER_FRAMES or marker == _DNL:
            raise Refused("unreadable")
        if marker in _SOF:
            frames += 1
            _check_frame(data)
        if marker == _SOS:
            scans += 1
    if frames != 1 or scans == 0:
        raise Refused("unreadable")
    if scans > SCANS:
        raise Refused("unpacks_too_large")


def _check_frame(data: bytes) -> None:
    if len(data) < 6 or data[0] not in (8, 12):
        raise Refused("unreadable")
    require_pixels(int.from_bytes(data[3:5], "big"), int.from_bytes(data[1:3], "big"))


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and head of each segment, up to the end of the picture, which must come."""
    at = 2
    for _ in range(SEGMENTS):
        fill = _FILL.match(content, at)
        if fill is None or fill.end() == len(content):
            raise Refused("unreadable")
        at = fill.end() - 1
        marker = content[at + 1]
        if marker == _EOI:
            return
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if end < at + 4 or end > len(content):
            raise Refused("unreadable")
        yield marker, content[at + 4 : min(end, at + 20)]
        at = _after_scan(content, end) if marker == _SOS else end
    raise Refused("unreadable")


def _after_scan(content: bytes, at: int) -> int:
    found = _NEXT_MARKER.search(content, at)
    if found is None:
        raise Refused("unreadable")
    return found.start()
