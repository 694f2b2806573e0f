"""Who looks at a page: known by the cookies of the door that the path belongs to."""

from flask import Request

from backend.accounts import service as accounts
from backend.common.actor import Actor, anonymous
from backend.common.deps import Deps
from backend.common.errors import Kind, ServiceError
from backend.merchants import service as merchants
from backend.pages import cookies
from backend.web import api
from schemas.terms import Channel

NOBODY = anonymous(Channel.PAGE)


LEAVING = frozenset({"/merchant/login", "/merchant/logout"})
"""Where a clerk of a merchant that was paused gets too: to sign out, and to let somebody else in."""


def of(deps: Deps, asked: Request) -> Actor:
    """The visitor; nobody when the sign-in is over, and then the browser forgets it. The short-lived token is made anew by the
    one that is kept, so that a page left open for a while still works."""
    try:
        return _of(deps, asked, cookies.door_of(asked.path))
    except ServiceError as refusal:
        if refusal.kind is Kind.FORBIDDEN and asked.path in LEAVING:
            return NOBODY
        raise


def _of(deps: Deps, asked: Request, door: cookies.Door) -> Actor:
    kept = cookies.kept(asked, door)
    if kept.access and (known := _known(deps, kept.access)):
        return known
    if kept.refresh and (known := _resumed(deps, door, kept.refresh)):
        return known
    if kept.access or kept.refresh:
        cookies.drop(door)
    return NOBODY


def _known(deps: Deps, token: str) -> Actor | None:
    try:
        return merchants.authenticate(deps, token, Channel.PAGE, ahead=api.read_ahead(deps))
    except ServiceError as refusal:
        if refusal.kind is Kind.UNAUTHENTICATED:
            return None
        raise


def _resumed(deps: Deps, door: cookies.Door, token: str) -> Actor | None:
    try:
        tokens = accounts.resume(deps, NOBODY, refresh_token=token)
    except ServiceError as refusal:
        if refusal.kind is Kind.UNAUTHENTICATED:
            return None
        raise
    cookies.keep(door, tokens)
    return _known(deps, tokens.access_token)
