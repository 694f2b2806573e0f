"""What the services and the printing process say to each other, over the wire of `schemas.faces`.

First the process says `{"ready": true}`, or `{"missing": what}` and ends. Then a document is a head with two blobs, HTML and
CSS, and its answer is `{"outcome": "printed"}` with the PDF, or `{"outcome": "failed", "fault": type and line}`.
"""

from schemas.faces import WireError, receive_blob, receive_head, send_head
from schemas.terms import Term

HTML_BYTES = 8 * 1024 * 1024
CSS_BYTES = 256 * 1024
PDF_BYTES = 32 * 1024 * 1024


class Lack(Term):
    """What the system under the printing process has not got."""

    PANGO = "pango", "排版程序库", "the library that sets text"
    FONT = "font", "中文字体", "a Chinese font"


__all__ = [
    "CSS_BYTES",
    "HTML_BYTES",
    "PDF_BYTES",
    "Lack",
    "WireError",
    "receive_blob",
    "receive_head",
    "send_head",
]
