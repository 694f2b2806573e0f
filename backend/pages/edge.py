"""Around every page: who visits, in which language, that its forms are ours, and that a refusal is a page with a way on."""

import json
from collections.abc import Callable
from datetime import datetime
from functools import cache, lru_cache, wraps
from typing import Any, NamedTuple
from urllib.parse import quote

from flask import Flask, Request, Response, current_app, g, render_template, request
from markupsafe import Markup
from werkzeug.exceptions import RequestEntityTooLarge

from backend.common.errors import Kind, ServiceError
from backend.common.macs import mac
from backend.pages import assets, boxes, cookies, errors, forms, visitors, words, written
from backend.pages.staff import rooms
from backend.reports import sheet
from backend.staff import service as staff
from backend.web import auth, pages, problems
from backend.web.bodies import MemoryRequest
from backend.web.lean import Answer
from schemas.base import SPEAKING
from schemas.terms import Role
from schemas.text import Language, Text

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
DEVICES = "camera=(self), geolocation=(self), microphone=()"
# Where a page of that door sends a visitor who has not signed in, or not proved enough, and who comes back from there.
SIGN_IN: dict[cookies.Door, str] = {
    "citizen": "/login",
    "merchant": "/merchant/login",
    "staff": "/staff/login",
}
HOMES: dict[cookies.Door, str] = {"citizen": "/", "merchant": "/merchant", "staff": "/staff"}
FRAMES: dict[cookies.Door, str] = {
    "citizen": "layout.html",
    "merchant": "merchant/layout.html",
    "staff": "staff/layout.html",
}
STEPS = {
    "identity.verification_required": "/verify-me",
    "identity.real_name_required": "/identity",
}
SAFE = ("GET", "HEAD", "OPTIONS")
LOOK = "/look"
"""How somebody reads may be changed by any page of ours, however long it has been open."""
UNTOLD = frozenset({"password", "new_password", "code", "totp", "id_number"})
LONG_ENOUGH = 12
STALE = "forms.stale"
WHOSE = "page-drafts"
DOORS = ("/login", "/login/code", "/logout")
wants_page = pages.wants_page


def arrive(asked: Request, kept: Any) -> None:
    """Before the guard: the visitor and the language of a page; a form that is not ours ends here."""
    if not pages.is_page(asked):
        return
    wanted = cookies.choice(asked, cookies.LANGUAGE)
    if wanted is not None:
        SPEAKING.set("en" if wanted == "en" else "zh")
    kept.visitor = visitors.of(auth.deps(), asked)
    if asked.method in SAFE:
        return
    if asked.path == LOOK:
        forms.require_home(asked)
        return
    # The code of a form belongs to a session; of one that is over it could only be called stale. Doors are open all the same.
    over = kept.visitor.role is Role.ANONYMOUS and any(cookies.kept(asked, cookies.door_of(asked.path)))
    if over and not asked.path.endswith(DOORS):
        raise errors.signed_out()
    forms.require(asked)


def leave(asked: Request, kept: Any, response: Response) -> None:
    """Behind the view: cookies, what a browser may do with the page, and refusals as pages."""
    if pages.has_face(asked):
        response.vary.update(("Accept", "User-Agent"))
    if not (pages.is_page(asked) or _is_lost(asked)):
        return
    if response.status_code == 404 and _is_lost(asked) and (plain := _without_slash(asked)):
        response.status_code, response.headers["Location"] = 303, plain
        response.set_data(b"")
        return
    if response.status_code >= 400 and response.mimetype == "application/json" and wants_page(asked):
        _tell(asked, response)
    if response.mimetype == "text/html":
        response.headers["Content-Security-Policy"] = policy(kept.get("pictures_from"))
        response.headers["Permissions-Policy"] = DEVICES
        # To pages of ours only: with `no-referrer` a browser would not say either that a form is ours (`Origin: null`).
        response.headers["Referrer-Policy"] = "same-origin"
        response.vary.update(("Cookie", "Accept-Language"))
    cookies.write(response, auth.deps().settings)


@lru_cache(maxsize=4)
def policy(pictures_from: str | None = None) -> str:
    """The content security policy of a page. A view that sets `g.pictures_from` lets pictures come from that one origin too: the
    tiles of a map, where the settings name a server of them."""
    lines = POLICY | {"img-src": POLICY["img-src"] + (f" {pictures_from}" if pictures_from else "")}
    return "; ".join(f"{name} {value}" for name, value in lines.items())


def page(template: str, code: int = 200, **facts: Any) -> Response:
    """A whole page; `private` answers are kept nowhere."""
    html = render_template(template, **facts)
    if code >= 400:
        html = boxes.told(html, facts.get("form"), facts.get("refusal"))
    return Answer(html, code, mimetype="text/html")


def go(target: str) -> Response:
    """On to another page, by GET."""
    return Response(status=303, headers={"Location": target})


def refused(refusal: ServiceError, template: str, *, back_to: str | None = None, **facts: Any) -> Response:
    """The page of the form again, with what was refused on top. What another page can mend is left to that page; where somebody
    writes, it is opened beside this one and leads on to `back_to`, so that nothing that stands here is lost."""
    if refusal.kind is Kind.UNAUTHENTICATED and auth.actor().role is not Role.ANONYMOUS:
        raise refusal
    if isinstance(facts.get("form"), forms.Form):
        boxes.mark(facts["form"], refusal)
    step = STEPS.get(refusal.reason)
    if step is not None:
        if back_to is None:
            raise refusal
        facts["step"] = forms.with_next(step, back_to)
    response = page(template, problems.STATUS[refusal.kind], refusal=refusal, **facts)
    problems.say_when(response, refusal)
    return response


def form_page(template: str, form: forms.Form | None, refusal: ServiceError | None, **facts: Any) -> Response:
    """The page of a form in each of its states: fresh (`form` is None), with what was typed wrong, or with what was refused."""
    if refusal is not None:
        return refused(refusal, template, form=form or forms.Form(), **facts)
    return page(template, 422 if form and not form.ok else 200, form=form or forms.Form(), **facts)


def register(app: Flask) -> None:
    """What templates may use."""
    env = app.jinja_env
    sheet.furnish(env)
    env.filters.update(words.FILTERS)
    env.globals.update(
        t=words.t,
        asset=assets.address,
        form_code=forms.code,
        form_once=forms.once,
        look=_look,
        visitor=_visitor,
        proved_until=_proved_until,
        proved_left_s=_proved_left_s,
        door=_door,
        whose=_whose,
        staff_rooms=rooms.open_to,
        this_page=_this_page,
        bottom=_bottom(app),
        operator=_operator,
        shortest_password=lambda: staff.shortest_password(auth.deps()),
        summary=boxes.SUMMARY,
        about_boxes=boxes.of,
    )
    env.trim_blocks = env.lstrip_blocks = True
    app.extensions[pages.PAGES] = frozenset(
        endpoint
        for endpoint in app.view_functions
        if isinstance(app.blueprints.get(endpoint.rpartition(".")[0]), pages.Pages)
    )
    app.extensions[pages.FACES] = frozenset(
        endpoint
        for group in app.blueprints.values()
        if isinstance(group, pages.Pages)
        for endpoint, view in group.faces.items()
        if _put_before(app, endpoint, view)
    )


def _bottom(app: Flask) -> Callable[[str], Markup]:
    """What stands below a page of residents, made once for each language and tab; nothing of anybody is in it but of the
    operator, who does not change while the app runs."""

    @cache
    def made(_: Language, tab: str) -> Markup:
        return Markup(app.jinja_env.get_template("bottom.html").render(tab=tab))  # noqa: S704  # a template of ours, escaped

    return lambda tab: made(SPEAKING.get(), tab)


def _put_before(app: Flask, endpoint: str, view: Callable[..., Any]) -> bool:
    """Let people see `view` where programs get what stood there: the one place where the two part."""
    answer = app.view_functions[endpoint]

    @wraps(answer)
    def parted(**given: Any) -> Any:
        return view(**given) if pages.wants_face(request) else answer(**given)

    app.view_functions[endpoint] = parted
    return True


def _is_lost(asked: Request) -> bool:
    """An address that nothing answers to, where a person may have come by a link."""
    return asked.url_rule is None and not asked.path.startswith("/api/")


def _tell(asked: Request, response: Response) -> None:
    told = json.loads(response.get_data())
    step = _step(asked, told["reason"], response.status_code)
    if step is not None:
        response.status_code = 303
        response.headers["Location"] = step
        response.headers.pop("WWW-Authenticate", None)
        response.set_data(b"")
        return
    response.headers.pop("WWW-Authenticate", None)
    door = cookies.door_of(asked.path)
    response.set_data(
        render_template(
            "fault.html",
            told=told,
            back=forms.local(_referrer(asked)) or _same_page(asked),
            frame=FRAMES[door],
            home=HOMES[door],
            sign_in=SIGN_IN[door] if response.status_code == 401 else None,
            written=_written(asked),
            again=_again(asked, told["reason"], response.status_code),
        )
    )
    response.mimetype = "text/html"


def _written(asked: Request) -> list[tuple[Text, str]]:
    """What somebody wrote in a form that was not taken, under the names of its boxes: shown once more, so that it can be copied
    and is not lost. Nothing of a form that may be another site's: its words would stand on a page of ours."""
    if asked.method in SAFE or not (g.get("form_is_ours") or forms.is_surely_ours(asked)):
        return []
    try:
        sent = list(asked.form.items(multi=True))
    except RequestEntityTooLarge:
        sent = asked.words_begun() if isinstance(asked, MemoryRequest) else []
    return [
        (written.name_of(name), value)
        for name, value in sent
        if name[:1] != "_" and name not in UNTOLD and _is_written(name, value)
    ]


def _is_written(name: str, value: str) -> bool:
    """Words, not ids and keys: those have no blank and only plain letters."""
    if not value.strip():
        return False
    return name in written.BOXES or (len(value) >= LONG_ENOUGH and (" " in value or not value.isascii()))


def _again(asked: Request, reason: str, status: int) -> list[tuple[str, str, Text | None]] | None:
    """The boxes of a form of ours that came too late, as a form that can be sent once more after signing in: name, what stood
    there, and what the box is called if somebody wrote in it. None where that cannot be: secrets and files are not given back."""
    if not (status == 401 or reason == STALE) or not forms.is_surely_ours(asked) or not _written(asked):
        return None
    sent = [(name, value) for name, value in asked.form.items(multi=True) if name != forms.FIELD]
    if any(asked.files.values()) or any(name in UNTOLD and value for name, value in sent):
        return None
    return [
        (name, value, written.name_of(name) if name[:1] != "_" and _is_written(name, value) else None)
        for name, value in sent
    ]


def _step(asked: Request, reason: str, status: int) -> str | None:
    """Where the visitor can do what is missing; after it, on to where they wanted."""
    door = cookies.door_of(asked.path)
    target = SIGN_IN[door] if status == 401 else STEPS.get(reason)
    if target is None or asked.path == target or (asked.method not in SAFE and _written(asked)):
        return None
    wanted = asked.full_path.rstrip("?") if asked.method in SAFE else _referrer(asked)
    return forms.with_next(target, wanted) if wanted and forms.local(wanted) else target


def came_from(asked: Request) -> str | None:
    """The page of ours that was left, where it can be gone back to: the answer to a form has no address of its own."""
    left = forms.local(_referrer(asked))
    return left if left is not None and _is_shown_at(asked, left.partition("?")[0]) else None


def _same_page(asked: Request) -> str | None:
    """The page at the address that a form was sent to; none where only forms go there."""
    if asked.method in SAFE or not _is_shown_at(asked, asked.path):
        return None
    return forms.local(asked.full_path.rstrip("?"))


def _without_slash(asked: Request) -> str | None:
    """The page that somebody meant who wrote a slash too many behind its address."""
    plain = asked.path.rstrip("/")
    if (
        asked.method not in ("GET", "HEAD")
        or plain == asked.path
        or not plain
        or not _is_shown_at(asked, plain)
    ):
        return None
    query = asked.query_string.decode("ascii", "ignore")
    return forms.local(quote(plain) + (f"?{query}" if query else ""))


def _is_shown_at(asked: Request, path: str) -> bool:
    """Whether this site shows something at a path."""
    adapter = current_app.create_url_adapter(asked)
    return adapter is not None and adapter.test(path, "GET")


def _referrer(asked: Request) -> str | None:
    """The page of ours that was left, without this site's name."""
    whole, home = asked.referrer or "", asked.host_url.rstrip("/")
    return whole.removeprefix(home) if whole.startswith(home + "/") else None


def _look() -> dict[str, str]:
    """How this visitor reads: language, size of type, light or dark; and whether single keys do something in the console."""
    language: Language = SPEAKING.get()
    chosen = g.get("look")
    if chosen is None:  # a page asks several times
        chosen = g.look = {
            "size": cookies.choice(request, cookies.SIZE) or "normal",
            "theme": cookies.choice(request, cookies.THEME) or "auto",
            "single_keys": cookies.choice(request, cookies.KEYS) or "on",
        }
    return {"lang": "en" if language == "en" else "zh-CN", **chosen}


def _this_page() -> str:
    """The page to come back to after a choice of reading, with its filters; the answer to a form has no address of its own.

    A way on that is none of ours is not repeated.
    """
    if request.method not in SAFE:
        return forms.local(_referrer(request)) or "/"
    way_on = request.args.get(forms.NEXT)
    whole = request.path if way_on and not forms.local(way_on) else request.full_path.rstrip("?")
    return forms.local(whole) or "/"


class Operator(NamedTuple):
    """Who runs the service; `is_demo`: what it shows is about nobody."""

    name: Text
    is_demo: bool


def _operator() -> Operator:
    settings = auth.deps().settings
    return Operator(settings.operator, settings.app_env == "demo")


def _visitor() -> Any:
    return g.get("visitor", visitors.NOBODY)


def _proved_until() -> datetime | None:
    """Until when the visitor's proof of identity holds; None without one that is fresh."""
    known = _visitor()
    return known.verified_until if known.is_verified(auth.deps().now()) else None


def _proved_left_s() -> int:
    """The same as seconds from now: the clock of a device may be wrong."""
    until = _proved_until()
    return round((until - auth.deps().now()).total_seconds()) if until else 0


def _door() -> str:
    return cookies.door_of(request.path)


def _whose() -> str | None:
    """A mark of who is signed in at this door, so that a browser drops what another left half written: empty for nobody,
    None where it is not known. It tells nothing of the account."""
    known = g.get("visitor")
    if known is None or known.role is Role.ANONYMOUS:
        return None if known is None else ""
    named = f"{known.role}\0{known.id}\0{known.through or ''}"
    return mac(auth.deps().sealer.derive(WHOSE), named.encode()).hex()[:16]
