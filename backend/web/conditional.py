"""Answers that a phone may keep: it asks whether its copy still holds, and mostly the answer is 304 without a body.

The tag is a keyed hash over the state of what is shown, the code, the language and the whole question: the same for the same
answer on every web process, another for every other question, and nobody reads a question out of a tag.
"""

import hmac
from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any

from flask import Response, request
from werkzeug.http import http_date

from backend.web import auth, version
from schemas.base import speaking

PURPOSE = "answer-tags"
TAG_BYTES = 16
TOLD = ("ETag", "Vary", "Cache-Control", "Last-Modified")


def kept(
    state: tuple[Hashable, ...],
    since: datetime,
    make: Callable[[], Any],
    *,
    shared: bool,
) -> Any:
    """304 when the caller has this answer already, else the one that `make` makes, with its tag. `since`: from when on it is
    as it is, for each state in another second; one that lies ahead is not told. `shared`: caches between may keep it too;
    they ask every time as well."""
    found = Response(status=304)
    found.set_etag(_tag(state))
    found.vary.add("Accept-Language")
    found.headers["Cache-Control"] = "public, no-cache" if shared else "private, no-cache"
    if since <= auth.deps().now():
        found.headers["Last-Modified"] = http_date(since)
    if _has_tag(found):
        return found
    answer = make()
    if _has_date(found):
        return found
    return answer, {name: found.headers[name] for name in TOLD if name in found.headers}


def _has_tag(found: Response) -> bool:
    """A tag is only told with an answer, so whoever shows it asks what can be answered; proxies may have weakened it. `*`
    asks whether there is anything, which only making the answer tells."""
    tag, _ = found.get_etag()
    known = request.if_none_match
    return bool(tag and not known.star_tag and known.contains_weak(tag))


def _has_date(found: Response) -> bool:
    """Anybody can name a date, so it counts once there is an answer; a tag that is sent decides alone (RFC 9110, 13.2.2)."""
    since, changed = request.if_modified_since, found.last_modified
    return not request.if_none_match and since is not None and changed is not None and changed <= since


def _tag(state: tuple[Hashable, ...]) -> str:
    asked = sorted(request.args.items(multi=True))
    said = repr((state, version.COMMIT, version.VERSION, speaking(), request.path, asked))
    key = auth.deps().sealer.derive(PURPOSE)
    return hmac.digest(key, said.encode("utf-8", "surrogatepass"), "sha256")[:TAG_BYTES].hex()
