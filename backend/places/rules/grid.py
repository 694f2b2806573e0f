"""The squares of the map, numbered as quadkeys: each digit halves the square both ways (Web Mercator, as map tiles are cut).

A shop keeps the key of its smallest square, so that every larger one is a prefix of it: one index serves all zooms.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

from backend.common.coordinates import LngLat
from backend.places.model import Box

DEPTH = 18
"""131 m a side at this latitude."""
MOST_PREFIXES, MOST_CLUSTERS = 12, 2_000
FINER = 2
"""A tile of 256 points is cut in sixteen: a cluster for about every 64 points of a screen."""


class Span(NamedTuple):
    """Whole squares of one depth: columns `left` to `right`, rows `top` to `bottom`, the last ones too."""

    depth: int
    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> int:
        return (self.right - self.left + 1) * (self.bottom - self.top + 1)

    def holds(self, key: str) -> bool:
        column, row = _square(key)
        return self.left <= column <= self.right and self.top <= row <= self.bottom


def cell(position: LngLat) -> str:
    """The key of the smallest square that a WGS-84 position lies in."""
    return _key(*_at(position, DEPTH), DEPTH)


def span(box: Box, depth: int) -> Span:
    """The squares of a depth that a part of the map touches."""
    left, top = _at(LngLat(box.west, box.north), depth)
    right, bottom = _at(LngLat(box.east, box.south), depth)
    return Span(depth, left, top, right, bottom)


def prefixes(box: Box) -> tuple[str, ...]:
    """A few squares that cover a part of the map, as the beginnings of the keys that lie in them."""
    found = span(box, 0)
    for depth in range(1, DEPTH + 1):
        finer = span(box, depth)
        if finer.size > MOST_PREFIXES:
            break
        found = finer
    return tuple(_keys(found))


def clusters(box: Box, zoom: int) -> Span:
    """The squares whose shops are counted together at a zoom; larger ones where those would be too many."""
    found = span(box, min(zoom + FINER, DEPTH))
    while found.size > MOST_CLUSTERS:
        found = span(box, found.depth - 1)
    return found


def zoom_of(depth: int) -> int:
    return max(0, depth - FINER)


def _at(position: LngLat, depth: int) -> tuple[int, int]:
    side = 1 << depth
    latitude = math.radians(position.lat)
    x = (position.lng + 180) / 360
    y = (1 - math.asinh(math.tan(latitude)) / math.pi) / 2
    return min(int(x * side), side - 1), min(int(y * side), side - 1)


def _key(column: int, row: int, depth: int) -> str:
    return "".join(str((column >> bit & 1) | (row >> bit & 1) << 1) for bit in reversed(range(depth)))


def _square(key: str) -> tuple[int, int]:
    column = row = 0
    for digit in map(int, key):
        column, row = column << 1 | digit & 1, row << 1 | digit >> 1
    return column, row


def _keys(found: Span) -> Iterator[str]:
    for row in range(found.top, found.bottom + 1):
        for column in range(found.left, found.right + 1):
            yield _key(column, row, found.depth)
