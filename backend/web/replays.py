"""`Idempotency-Key` at the web edge: the same request again gets the first answer again.

Who may replay: the same caller on the same route. A caller who is not signed in is known by address only, and such
answers are kept for minutes, because one of them may hold the tokens of a sign-in.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from flask import Request, Response

from backend.common import mongo
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.web import auth, bodies, logging
from backend.web.lean import LeanFlask
from schemas.terms import Role

KEY_HEADER = "Idempotency-Key"
_IN_ENVIRON = "HTTP_IDEMPOTENCY_KEY"
REPLAY_HEADER = "Idempotent-Replay"
KEPT_HEADERS = ("Content-Type", "Location")
# An answer worth giving again: what was made. No refusal is kept: it made nothing, and what stood in the way may be gone when
# the caller tries once more (stock comes back, a pause ends), so each try is judged anew.
KEPT = frozenset({200, 201, 202, 204})


LARGEST_BODY = 1024 * 1024


class Kept(Protocol):
    """An answer as it was kept."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> dict[str, str]: ...
    @property
    def body(self) -> bytes: ...


class Claim(Protocol):
    """The right to run a request, or the answer that a request of before was given."""

    @property
    def reply(self) -> Kept | None: ...


class Replies(Protocol):
    """What the web edge asks of the feature that keeps answers (`backend.idempotency.service`)."""

    def begin(self, deps: Deps, actor: Actor, *, owner: str, key: str, digest: bytes) -> Claim: ...

    def finish(
        self, deps: Deps, claim: Any, *, status: int, headers: dict[str, str], body: bytes
    ) -> bool: ...

    def abandon(self, deps: Deps, claim: Any) -> bool: ...


def register(app: LeanFlask, replies: Replies, marked: Callable[..., Any]) -> None:
    """Begins after the guard, so that a kept answer reaches its owner only; ends before anything else is added to it.

    The fields that are marked `shows_once` are null in what is kept, and so in every repetition but for what `shows_again`
    fills in.
    """

    def _begin(asked: Request, kept: Any) -> Response | None:
        key = asked.environ.get(_IN_ENVIRON)
        if key is None or not marked("idempotent"):
            return None
        claim = replies.begin(auth.deps(), auth.actor(), owner=_owner(), key=key, digest=digest(asked))
        if claim.reply is not None:
            return _again(claim.reply, key, marked("shows_again"))
        kept.claim = claim
        return None

    def _finish(_: Request, kept: Any, response: Response) -> None:
        claim = kept.pop("claim", None)
        if claim is not None:
            _keep(replies, claim, response, marked("shows_once", ()))

    app.before.append(_begin)
    app.after.insert(0, _finish)


def digest(asked: Request) -> bytes:
    """SHA-256 over what was asked: path, query and content. JSON counts by value, files by what is in them.

    A client that sends the same JSON in another order, or files with a new boundary, still says the same.
    """
    total = hashlib.sha256()
    for part in (asked.path.encode(), asked.query_string, asked.mimetype.encode(), *_content(asked)):
        total.update(len(part).to_bytes(8, "big"))
        total.update(part)
    return total.digest()


def _content(asked: Request) -> Iterator[bytes]:
    if asked.mimetype == "multipart/form-data":
        for name, value in asked.form.items(multi=True):
            yield from (b"field", name.encode(), value.encode())
        for name, file in asked.files.items(multi=True):
            yield from (
                b"file",
                name.encode(),
                (file.filename or "").encode(),
                hashlib.sha256(file.read()).digest(),
            )
            file.seek(0)
        return
    raw = asked.get_data(cache=True)
    try:
        yield json.dumps(bodies.read_json(raw), sort_keys=True).encode()
    except (ValueError, RecursionError):
        yield raw


def _owner() -> str:
    """Who may have the answer again: the signed-in caller, or the address of one who is not."""
    caller = auth.actor()
    who = f"address:{auth.address()}" if caller.role is Role.ANONYMOUS else caller.id
    # Each till of a merchant counts its requests by itself.
    return f"{who} {caller.through or ''} {auth.operation()}"


def _again(kept: Kept, key: str, refresh: Callable[[dict[str, Any], str], dict[str, Any]] | None) -> Response:
    body = kept.body
    if refresh is not None and kept.status < 400:
        told: dict[str, Any] = json.loads(body)
        body = _written(told | refresh(told, key))
    response = Response(body, kept.status, headers=kept.headers)
    response.headers[REPLAY_HEADER] = "true"
    return response


def _keep(replies: Replies, claim: Claim, response: Response, shown_once: Sequence[str]) -> None:
    """The work is done and its answer must reach the caller even when keeping it fails; the claim then runs out."""
    body = _without(response, shown_once)
    kept = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    try:
        if response.status_code in KEPT and len(body) <= LARGEST_BODY:
            replies.finish(auth.deps(), claim, status=response.status_code, headers=kept, body=body)
        else:
            replies.abandon(auth.deps(), claim)
    except mongo.DriverError as error:
        logging.fault("idempotency.not_kept", error)


def _without(response: Response, names: Sequence[str]) -> bytes:
    """The body as it may be kept; a refusal has no such fields."""
    body: bytes = response.get_data()
    if not names or response.status_code >= 400:
        return body
    told: dict[str, Any] = json.loads(body)
    return _written(told | dict.fromkeys(names))


def _written(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
