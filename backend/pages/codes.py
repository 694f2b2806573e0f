"""Codes that are shown at a counter: drawn large, black on white, with the quiet zone that scanners need."""

import segno
from markupsafe import Markup


def drawn(code: str) -> Markup:
    """The code as an SVG that takes the width it is given; black on white in either mode of a phone."""
    made = segno.make(code, error="q", micro=False)
    return Markup(  # noqa: S704  # markup of the drawing library alone: the code is bars in it, not text
        made.svg_inline(omitsize=True, border=4, dark="#000", light="#fff", svgclass=None, lineclass=None)
    )
