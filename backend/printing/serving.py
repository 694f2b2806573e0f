"""One document after another, until the other side hangs up or nothing comes."""

import ctypes
import logging
import os
import socket
from collections.abc import Callable

from backend.printing import loading
from schemas.printing import (
    CSS_BYTES,
    HTML_BYTES,
    Lack,
    WireError,
    receive_blob,
    receive_head,
    send_head,
)

FONT = "Noto Sans CJK SC"


def make_ready() -> Lack | None:
    """Load the typesetter and see whether the font is there; what the system lacks, if anything."""
    logging.getLogger("weasyprint").disabled = True  # its lines would quote what is printed
    try:
        loading.load()
    except OSError:
        return Lack.PANGO
    return None if _has_font() else Lack.FONT


def serve(connection: socket.socket, allow: Callable[[], None]) -> None:
    """`allow` is called before each document."""
    while True:
        try:
            html, css = _taken(connection)
        except (OSError, WireError):  # nothing came for long, or nobody is there any more
            return
        allow()
        _answer(connection, html, css)


def _answer(connection: socket.socket, html: str, css: str) -> None:
    from backend.printing import document  # after `make_ready`: it needs the libraries

    try:
        made = document.made(html, css)
    except Exception as error:  # whatever it is, it must not end the process without a word
        send_head(connection, {"outcome": "failed", "fault": _place(error)})
        return
    send_head(connection, {"outcome": "printed"}, [made])


def _taken(connection: socket.socket) -> tuple[str, str]:
    sizes = receive_head(connection).get("sizes")
    if not (isinstance(sizes, list) and len(sizes) == 2 and all(type(size) is int for size in sizes)):
        raise WireError("not two texts")
    if not (0 <= sizes[0] <= HTML_BYTES and 0 <= sizes[1] <= CSS_BYTES):
        raise WireError("too long")
    html, css = (receive_blob(connection, size) for size in sizes)
    return html.decode(), css.decode()


def _place(error: Exception) -> str:
    """Type and line of a fault, never its message, which could quote the document."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} {where}"


def _has_font() -> bool:
    """Whether the system's best match for the font's name is that font: any other prints boxes for rare names."""
    fc = ctypes.CDLL("libfontconfig.so.1")
    fc.FcNameParse.restype = fc.FcFontMatch.restype = ctypes.c_void_p
    fc.FcConfigSubstitute.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int]
    fc.FcDefaultSubstitute.argtypes = [ctypes.c_void_p]
    fc.FcFontMatch.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
    fc.FcPatternGetString.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p]
    fc.FcPatternDestroy.argtypes = [ctypes.c_void_p]
    wanted = fc.FcNameParse(FONT.encode())
    fc.FcConfigSubstitute(None, wanted, 0)
    fc.FcDefaultSubstitute(wanted)
    result, family = ctypes.c_int(), ctypes.c_char_p()
    found = fc.FcFontMatch(None, wanted, ctypes.byref(result))
    try:
        if found is None or fc.FcPatternGetString(found, b"family", 0, ctypes.byref(family)) != 0:
            return False
        return family.value == FONT.encode()
    finally:
        fc.FcPatternDestroy(wanted)
        if found is not None:
            fc.FcPatternDestroy(found)
