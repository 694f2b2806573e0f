"""Files on their way out: saved, never shown, but for pictures that we drew ourselves. Whatever is in one, no browser runs or
guesses anything of it on our name."""

from typing import Protocol
from urllib.parse import quote

from flask import Request, Response

# Beside `nosniff`, which every answer has. A browser that shows it all the same shows it without scripts and origin.
POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"
SCHEMA = {"type": "string", "format": "binary"}
"""What `@blp.response(200, SCHEMA, content_type=…)` says of such an answer."""
ANY = "application/octet-stream"


class File(Protocol):
    """What is sent: `content` whole, its type by content, and a name that is safe already."""

    @property
    def name(self) -> str: ...
    @property
    def media_type(self) -> str: ...
    @property
    def content(self) -> bytes: ...


def attachment(file: File) -> Response:
    """The answer that makes a browser save the file under its name (RFC 6266)."""
    ending = file.name.rpartition(".")[2]
    response = Response(file.content, mimetype=file.media_type)
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"file.{ending}\"; filename*=UTF-8''{quote(file.name, safe='')}"
    )
    response.headers["Content-Security-Policy"] = POLICY
    return response


PICTURE_SECONDS = 24 * 3600
"""How long a picture is shown without asking: its address never means another one, but it may be taken down."""


def shown_picture(content: bytes, sha256: str, asked: Request, *, public: bool) -> Response:
    """A JPEG of our own making; 304 when the caller has it. `public`: caches between may keep it too."""
    response = Response(content, mimetype="image/jpeg")
    response.set_etag(sha256)
    whose = "public" if public else "private"
    response.headers["Cache-Control"] = f"{whose}, max-age={PICTURE_SECONDS}, immutable"
    response.headers["Content-Security-Policy"] = POLICY
    response.make_conditional(asked)
    return response
