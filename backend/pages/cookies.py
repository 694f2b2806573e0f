"""What a browser keeps for a page: who is signed in (no script reads it), and how the visitor likes to read."""

from typing import Any, Literal, NamedTuple

from flask import Request, Response, g

from backend.accounts.model import Tokens
from backend.common.settings import Settings

Door = Literal["citizen", "merchant", "staff"]
"""Three ways in that do not meet: a clerk who also looks at the own report is two visitors in one browser."""

FORM = "form"
PASS, SERVICE = "pass", "till_service"
LANGUAGE, SIZE, THEME = "lang", "size", "theme"
KEYS = "keys"
"""Whether single keys do something in the console: somebody who speaks to the computer presses many without meaning it."""
CHOICES = {
    LANGUAGE: ("zh", "en"),
    SIZE: ("normal", "large"),
    THEME: ("auto", "light", "dark"),
    KEYS: ("on", "off"),
}
_PATHS: dict[Door, str] = {"citizen": "/", "merchant": "/merchant", "staff": "/staff"}
_KEPT_S = 180 * 24 * 3600
_YEAR_S = 365 * 24 * 3600


class Kept(NamedTuple):
    """The two tokens of a sign-in: the short-lived one, and the one that makes it anew."""

    access: str | None
    refresh: str | None


def door_of(path: str) -> Door:
    for door in ("staff", "merchant"):
        if path == f"/{door}" or path.startswith(f"/{door}/"):
            return door
    return "citizen"


def kept(asked: Request, door: Door) -> Kept:
    return Kept(asked.cookies.get(f"{door}_access"), asked.cookies.get(f"{door}_session"))


def keep(door: Door, tokens: Tokens) -> None:
    """With this request's answer. Without a new refresh token the one that is kept stays."""
    keep_access(door, tokens.access_token, tokens.expires_in)
    if tokens.refresh_token:
        _put(f"{door}_session", tokens.refresh_token, path=_PATHS[door], max_age=_KEPT_S)


def keep_access(door: Door, token: str, lasts_s: int) -> None:
    """The token of a session that was raised; the session itself stays as it is."""
    _put(f"{door}_access", token, path=_PATHS[door], max_age=lasts_s)


def drop(door: Door) -> None:
    for name in ("access", "session"):
        _put(f"{door}_{name}", "", path=_PATHS[door], max_age=0)


def keep_form(value: str) -> None:
    _put(FORM, value, path="/", max_age=None)


def keep_choice(name: str, value: str) -> None:
    """How somebody likes to read; nothing that needs hiding."""
    _put(name, value, path="/", max_age=_YEAR_S, httponly=False)


def keep_pass(pass_id: str, key: str, *, seconds: int) -> None:
    """By what this browser, and no script in it, can be shown the code of a pass again as long as that lasts."""
    _put(PASS, key, path=f"/passes/{pass_id}", max_age=seconds)


def pass_key(asked: Request) -> str | None:
    return asked.cookies.get(PASS)


def drop_pass(pass_id: str) -> None:
    _put(PASS, "", path=f"/passes/{pass_id}", max_age=0)


def keep_service(service_id: str) -> None:
    """The service that this till works for: known to this browser and to nobody else."""
    _put(SERVICE, service_id, path=_PATHS["merchant"], max_age=_YEAR_S)


def service_of_till(asked: Request) -> str | None:
    return asked.cookies.get(SERVICE)


def choice(asked: Request, name: str) -> str | None:
    value = asked.cookies.get(name)
    return value if value in CHOICES[name] else None


def write(response: Response, settings: Settings) -> None:
    """Put down what was kept while the request was answered."""
    for name, value, more in g.get("cookies", {}).values():
        response.set_cookie(name, value, secure=settings.app_env != "demo", **more)


def _put(name: str, value: str, *, path: str, max_age: int | None, httponly: bool = True) -> None:
    """`Lax`: who comes by a link of a chat or a QR code is known here, and another site's form brings no cookie."""
    waiting: dict[Any, Any] = g.setdefault("cookies", {})
    more = {"path": path, "max_age": max_age, "httponly": httponly, "samesite": "Lax"}
    waiting[name, path] = (name, value, more)
