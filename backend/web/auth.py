"""Who is calling: the guard before every route, and what a route asks about its request."""

import ipaddress
from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

from flask import Flask, Request, current_app, g, request

from backend.common import errors
from backend.common.actor import Actor, anonymous
from backend.common.deps import Deps
from backend.common.handles import Ahead
from backend.web.lean import LeanFlask
from backend.web.rights import PUBLIC, Rights
from schemas.terms import Channel, Role

Authenticate = Callable[[Deps, str, Channel], Actor]
ANYBODY = anonymous(Channel.API)


class UnguardedRoute(Exception):
    """A route that the table of rights does not name; the service must not start with it."""


def deps() -> Deps:
    """What use cases need, as this process built it."""
    return cast(Deps, current_app.extensions["deps"])


def actor() -> Actor:
    """The caller of this request, whom the guard has let in."""
    return cast(Actor, g.actor)


def ahead() -> Ahead | None:
    """What was read with the caller's session; None where nothing was."""
    return cast("Ahead | None", g.get("ahead"))


def address() -> str:
    """The caller's network address, looking through as many proxies as the settings trust and no more."""
    return address_of(request, deps())


def address_of(asked: Request, deps: Deps) -> str:
    forwarded = asked.environ.get("HTTP_X_FORWARDED_FOR")
    return client_address(
        asked.remote_addr, [] if forwarded is None else [forwarded], deps.settings.trusted_proxies
    )


def client_address(peer: str | None, forwarded: list[str], trusted: int) -> str:
    """The right-most address that no trusted proxy wrote; what stands left of it is the caller's own word."""
    hops = [hop.strip() for line in forwarded for hop in line.split(",")] + [peer or ""]
    hop = hops[-1 - trusted] if trusted < len(hops) else hops[0]
    return _plain(hop) or peer or ""


@lru_cache(maxsize=4096)
def _plain(hop: str) -> str | None:
    """An address in its one usual form; None when it is none."""
    try:
        return str(ipaddress.ip_address(hop))
    except ValueError:
        return None


def require_rights(app: Flask, rights: Rights) -> None:
    """Raise `UnguardedRoute` for a route that has no line in the table."""
    if missing := sorted(routes(app) - rights.keys()):
        raise UnguardedRoute("no rights for " + ", ".join(missing))


def guard(app: LeanFlask, authenticate: Authenticate, rights: Rights) -> None:
    """Ask who is calling before every route; `require_rights` has seen that each has its line."""
    given = app.extensions  # asked each time: an app may be given other `deps`

    def ask(asked: Request, kept: Any) -> None:
        allowed = rights[operation_of(asked)] if asked.url_rule and asked.method != "OPTIONS" else PUBLIC
        if "visitor" in kept:  # of a page: known by a cookie, and shown as signed in on public pages too
            kept.actor = _let_in(kept.visitor, allowed)
            return
        kept.actor = ANYBODY
        if allowed != PUBLIC:
            kept.actor = _identified(asked, given["deps"], authenticate, allowed)

    app.before.append(ask)


def routes(app: Flask) -> set[str]:
    """Every `METHOD rule` of the app; HEAD goes with GET, OPTIONS tells nothing but methods."""
    return {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def operation() -> str:
    """The line of the table that this request falls under."""
    return operation_of(request)


def operation_of(asked: Request) -> str:
    method = "GET" if asked.method == "HEAD" else asked.method
    return f"{method} {asked.url_rule.rule if asked.url_rule else None}"


def _identified(asked: Request, deps: Deps, authenticate: Authenticate, allowed: frozenset[Role]) -> Actor:
    scheme, _, token = asked.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        if Role.ANONYMOUS in allowed:
            return ANYBODY
        raise errors.not_signed_in()
    caller = authenticate(deps, token.strip(), Channel.API)
    if caller.role not in allowed:
        raise errors.not_allowed()
    return caller


def _let_in(visitor: Actor, allowed: frozenset[Role]) -> Actor:
    if allowed == PUBLIC or visitor.role in allowed:
        return visitor
    raise errors.not_signed_in() if visitor.role is Role.ANONYMOUS else errors.not_allowed()
