"""Style, scripts and pictures of the pages: served from here, named by their content, so that a browser keeps them for good."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

FOLDER = Path(__file__).parent / "static"
FOR_GOOD = "public, max-age=31536000, immutable"
BRIEFLY = "public, max-age=300"
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".webmanifest": "application/manifest+json"}
_PACKED = {".css", ".js", ".mjs", ".svg", ".json", ".geojson", ".webmanifest", ".txt"}

blp = Blueprint("assets", __name__)


@dataclass(frozen=True)
class Asset:
    """One file, plain and packed; `mark` names its content."""

    content: bytes
    packed: bytes | None
    kind: str
    mark: str


@blp.get("/static/<path:name>")
def asset(name: str) -> Response:
    """A file of the pages; with its mark in the address it never changes."""
    found = _read(name)
    if found is None:
        raise NotFound
    may_pack = found.packed is not None and "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(found.packed if may_pack else found.content, mimetype=found.kind)
    response.headers["Cache-Control"] = FOR_GOOD if request.args.get("v") == found.mark else BRIEFLY
    response.set_etag(found.mark)
    if found.packed is not None:
        response.vary.add("Accept-Encoding")
    if may_pack:
        response.headers["Content-Encoding"] = "gzip"
    response.make_conditional(request)
    return response


def address(name: str) -> str:
    """Where a template links to; raises KeyError for a file that is not there."""
    found = _read(name)
    if found is None:
        raise KeyError(name)
    return f"/static/{name}?v={found.mark}"


@cache
def _all() -> frozenset[str]:
    return frozenset(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file())


def _read(name: str) -> Asset | None:
    """Only names that were there at the start are looked for, so no address leads out of the folder."""
    return _loaded(name) if name in _all() else None


@cache
def _loaded(name: str) -> Asset:
    content = (FOLDER / name).read_bytes()
    ending = Path(name).suffix
    kind = _TYPES.get(ending) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    packed = gzip.compress(content, 9, mtime=0) if ending in _PACKED else None
    return Asset(content, packed, kind, hashlib.sha256(content).hexdigest()[:12])
