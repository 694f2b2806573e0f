"""Bars of twelve months as the points of an SVG; the page only writes them down. Each part has a pattern, not a colour alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from schemas.base import speaking

WIDTH, HEIGHT = 760, 250
LEFT, TOP, FOOT = 58, 26, 30
PATTERNS = 8
_CELL = (WIDTH - LEFT) / 12
_ROOM = HEIGHT - TOP - FOOT
_SHARE = 0.66
"""Of a month's width that is bar."""
_CHARACTER = 7
_STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class Series:
    """What one part of the bars stands for, and its twelve counts."""

    label: str
    months: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.months)


@dataclass(frozen=True)
class Piece:
    x: float
    y: float
    width: float
    height: float
    pattern: int


@dataclass(frozen=True)
class Mark:
    """A word at a point: a month under its bar, a count over it, a step of the scale beside its line."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Chart:
    parts: tuple[Series, ...]
    pieces: tuple[Piece, ...]
    counts: tuple[Mark, ...]
    steps: tuple[Mark, ...]

    @property
    def months(self) -> tuple[int, ...]:
        return tuple(sum(counts) for counts in zip(*(one.months for one in self.parts), strict=True))

    @property
    def total(self) -> int:
        return sum(self.months)

    @property
    def highest(self) -> int:
        """The place of the month with the most."""
        return self.months.index(max(self.months))


def middle(place: int) -> float:
    """Where the middle of a month is."""
    return round(LEFT + _CELL * (place + 0.5), 1)


def stacked(parts: Sequence[Series]) -> Chart:
    """One bar a month, the parts on top of each other."""
    sums = [sum(counts) for counts in zip(*(one.months for one in parts), strict=True)]
    top, steps = _scale(max(sums, default=0))
    pieces, wide = [], _CELL * _SHARE
    for place in range(12):
        foot = float(HEIGHT - FOOT)
        for pattern, one in enumerate(parts):
            high = _ROOM * one.months[place] / top
            foot -= high
            pieces.append(_piece(middle(place) - wide / 2, foot, wide, high, pattern))
    counts = [
        Mark(middle(place), _over(count, top), short(count)) for place, count in enumerate(sums) if count
    ]
    return Chart(tuple(parts), tuple(one for one in pieces if one.height), tuple(counts), steps)


def beside(parts: Sequence[Series]) -> Chart:
    """As many bars a month as there are parts, side by side; their counts stand over them where there is room for all."""
    top, steps = _scale(max((count for one in parts for count in one.months), default=0))
    wide = _CELL * 0.84 / max(1, len(parts))
    pieces, counts = [], []
    for pattern, one in enumerate(parts):
        for place, count in enumerate(one.months):
            x, high = middle(place) - _CELL * 0.42 + wide * pattern, _ROOM * count / top
            pieces.append(_piece(x, HEIGHT - FOOT - high, wide - 1, high, pattern))
            if count:
                counts.append(Mark(round(x + wide / 2, 1), _over(count, top), short(count)))
    fit = all(len(one.text) * _CHARACTER <= wide for one in counts)
    return Chart(
        tuple(parts), tuple(one for one in pieces if one.height), tuple(counts) if fit else (), steps
    )


def short(count: int) -> str:
    """A count that fits over a bar."""
    if count < 10_000:
        return f"{count:,}"
    return f"{count / 1000:,.0f}k" if speaking() == "en" else f"{count / 10_000:,.1f}万"


def _over(count: int, top: float) -> float:
    return round(HEIGHT - FOOT - _ROOM * count / top - 5, 1)


def _piece(x: float, y: float, width: float, height: float, pattern: int) -> Piece:
    return Piece(round(x, 1), round(y, 1), round(width, 1), round(height, 1), pattern % PATTERNS)


def _scale(most: int) -> tuple[float, tuple[Mark, ...]]:
    """The top of the scale, and its steps: whole counts that people count by, four of them or so."""
    wanted = max(1.0, most / 4)
    power = 10 ** floor(log10(wanted))
    step = next(ceil(one * power) for one in _STEPS if one * power >= wanted)
    steps = max(1, ceil(most / step))
    return float(step * steps), tuple(
        Mark(LEFT - 8, round(HEIGHT - FOOT - _ROOM * place / steps, 1), short(step * place))
        for place in range(steps + 1)
    )
