"""The articles of the demonstration, and how far each is brought."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from backend.common import yamls
from backend.news.model import Content
from schemas.terms import NewsCategory, NewsState

FILE = Path(__file__).parents[1] / "data" / "articles.yaml"
COVER = (1200, 630)
_OWN = ("category", "days", "colour", "until")


@dataclass(frozen=True)
class Piece:
    """An article, written so many `days` before the city was founded (or published so many after it, where that is negative)."""

    content: Content
    days: int
    until: NewsState
    colour: str | None


def pieces() -> Iterator[Piece]:
    rows: list[dict[str, Any]] = yamls.load_strictly(FILE.read_text(encoding="utf-8"))
    for row in rows:
        words = {name: text.strip() for name, text in row.items() if name not in _OWN}
        yield Piece(
            content=Content(category=NewsCategory(row["category"]), **words),
            days=row["days"],
            until=NewsState(row.get("until", NewsState.PUBLISHED.value)),
            colour=row.get("colour"),
        )


@cache
def cover(colour: str) -> bytes:
    """A quiet picture in one colour, so that no photograph's right is asked for; drawn once, as there are few."""
    picture = Image.new("RGB", COVER, colour)
    pen = ImageDraw.Draw(picture, "RGBA")
    for ring in range(6):
        radius = 120 + 110 * ring
        pen.ellipse(
            (900 - radius, 315 - radius, 900 + radius, 315 + radius), outline=(255, 255, 255, 70), width=28
        )
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
