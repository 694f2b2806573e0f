"""QR codes, drawn here: nobody else learns what is in them."""

import io

import segno


def drawn(words: str) -> str:
    """SVG, black on white in either mode of a phone, with the quiet zone that scanners need."""
    out = io.BytesIO()
    segno.make(words, error="q", micro=False).save(
        out, kind="svg", scale=8, border=4, dark="#000", light="#fff", xmldecl=False, nl=False
    )
    return out.getvalue().decode()
