"""What a page is to the web edge: a route for people, whose caller is known by a cookie and whose faults are pages too."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Request, current_app

F = TypeVar("F", bound=Callable[..., Any])
FACES = "faces"
"""Under this name an app keeps the endpoints of the API that have a page beside them."""
# Fetched without anybody having asked for it: by the browser ahead of a tap, or by a program that draws a preview of a link.
PAGES = "pages"
"""And under this one those of its pages."""
_AHEAD = ("Sec-Purpose", "Purpose", "X-Moz", "X-Purpose")
_DRAWERS = (
    "bot", "preview", "facebookexternalhit", "whatsapp", "skype", "crawler", "spider", "embedly", "iframely", "vkshare",
)  # fmt: skip


class Pages(Blueprint):
    """The routes of one group of pages; they are not part of the API and stand in no OpenAPI document."""

    def __init__(self, name: str, package: str) -> None:
        """`package` is the module's `__name__`; its templates lie beside it."""
        super().__init__(f"pages_{name}", package, template_folder="templates")
        self.faces: dict[str, Callable[..., Any]] = {}

    @staticmethod
    def upload(max_bytes: int) -> Callable[[F], F]:
        """This form may weigh `max_bytes`, its files included."""

        def mark(function: F) -> F:
            function.max_bytes = max_bytes  # type: ignore[attr-defined]  # read by `api.marked`
            return function

        return mark

    @staticmethod
    def reads_ahead(plan: Callable[..., Any]) -> Callable[[F], F]:
        """As `Routes.reads_ahead`: what the page needs of the caller's subject is read with the session."""

        def mark(function: F) -> F:
            function.reads_ahead = plan  # type: ignore[attr-defined]  # read by `api.marked`
            return function

        return mark

    def face(self, endpoint: str) -> Callable[[F], F]:
        """This view is what a person sees at an address of the API, whose answer programs go on getting there."""

        def mark(function: F) -> F:
            self.faces[endpoint] = function
            return function

        return mark


def is_page(asked: Request) -> bool:
    known = current_app.extensions
    if asked.endpoint in known.get(PAGES, ()):
        return True
    return asked.endpoint in known.get(FACES, ()) and wants_face(asked)


def has_face(asked: Request) -> bool:
    """Whether programs and people get different answers at this address."""
    return asked.endpoint in current_app.extensions.get(FACES, ())


def wants_page(asked: Request) -> bool:
    """A browser that goes somewhere wants a page; a script of ours asks for JSON."""
    best = asked.accept_mimetypes.best_match(("application/json", "text/html"), default="application/json")
    return (
        best == "text/html"
        and asked.accept_mimetypes["text/html"] > 0
        and asked.headers.get("Accept") != "*/*"
    )


def wants_face(asked: Request) -> bool:
    """People, and whoever only draws a preview for them: the page opens nothing, the API's answer may (docs/adr/0036).
    Who asks for the head alone gets the API's, which tells nothing."""
    return asked.method != "HEAD" and (wants_page(asked) or is_preview(asked))


def is_preview(asked: Request) -> bool:
    if any(asked.headers.get(name) for name in _AHEAD):
        return True
    drawer = (asked.headers.get("User-Agent") or "").lower()
    return any(word in drawer for word in _DRAWERS)
