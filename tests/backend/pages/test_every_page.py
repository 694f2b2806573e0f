"""The walk: every page of the table of routes, for somebody who may see it, in each look, on a phone and at a desk.

A page that is put into the table has to be put here too, or the first test fails. Beside the pages in a full city stand the
same with nothing in them, what is not there or not allowed, and forms that came back.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from backend.common.deps import Deps
from backend.pages import assets, cookies
from backend.web import pages
from backend.web.rights import PAGES, RIGHTS
from schemas.terms import Role
from tests.backend.pages.city import ROLES, City, settle
from tests.support import browser as browsing
from tests.support.browser import Visit
from tests.support.web import Standing, loud

Stop = tuple[str, str]
"""Who looks, and the address: what stands in braces is an id of the city."""
NO_PAGES = {
    "GET /static/<path:name>": "a style, a script or a picture",
    "GET /passes/<pass_id>/state": "JSON for the script of the pass",
    "GET /me/data.json": "a file",
    "GET /report.pdf": "a PDF",
    "GET /verify/<report_no>/qr.svg": "a picture",
    "GET /objections/<objection_id>/evidence/<evidence_id>": "a file as it was handed in",
    "GET /restorations/<restoration_id>/evidence/<evidence_id>": "a file as it was handed in",
    "GET /staff/objections/<objection_id>/evidence/<evidence_id>": "a file as it was handed in",
    "GET /staff/restorations/<restoration_id>/evidence/<evidence_id>": "a file as it was handed in",
    "GET /staff/news/<news_id>/pictures/<picture_id>": "a picture",
    "GET /staff/pushes/<push_id>/progress": "JSON for the script of the push",
    "GET /staff/imports/<batch_id>/refused-rows": "a CSV",
}
OBJECTIONS = [f"{{objection_{state}}}" for state in ("upheld", "supplement_requested", "dissented", "closed")]
WALK: dict[str, list[Stop]] = {
    "GET /": [("nobody", "/"), ("resident", "/")],
    "GET /look": [("nobody", "/look")],
    "GET /login": [("nobody", "/login?next=/report")],
    "GET /identity": [("stranger", "/identity?next=/report")],
    "GET /benefits": [("nobody", "/benefits"), ("neighbour", "/benefits")],
    "GET /benefits/<benefit_id>": [("neighbour", "/benefits/{benefit}"), ("nobody", "/benefits/{benefit}")],
    "GET /claims": [("neighbour", "/claims"), ("resident", "/claims"), ("newcomer", "/claims")],
    "GET /claims/<claim_id>": [
        ("neighbour", "/claims/{claim}"),
        ("neighbour", "/claims/{claim_used}"),
        ("resident", "/claims/{claim_refused}"),
    ],
    "GET /claims/<claim_id>/why": [
        ("neighbour", "/claims/{claim}/why"),
        ("resident", "/claims/{claim_refused}/why"),
    ],
    "GET /deposit-free": [("neighbour", "/deposit-free"), ("nobody", "/deposit-free?kind=library_books")],
    "GET /deposit-free/<service_id>": [("neighbour", "/deposit-free/{easy_service}")],
    "GET /passes": [("neighbour", "/passes"), ("newcomer", "/passes")],
    "GET /passes/<pass_id>": [("neighbour", "/passes/{pass}"), ("resident", "/passes/{pass_used}")],
    "GET /checks": [("resident", "/checks"), ("newcomer", "/checks")],
    "GET /checks/<check_id>": [("resident", "/checks/{check_refused}"), ("neighbour", "/checks/{check}")],
    "GET /loans": [("neighbour", "/loans"), ("newcomer", "/loans")],
    "GET /loans/<order_id>": [
        ("neighbour", "/loans/{order_activate}"),
        ("neighbour", "/loans/{order_settle}"),
    ],
    "GET /merchant/login": [("nobody", "/merchant/login")],
    "GET /merchant": [("clerk", "/merchant"), ("clerk", "/merchant?choose=1"), ("idle clerk", "/merchant")],
    "GET /merchant/redeem": [("clerk", "/merchant/redeem")],
    "GET /merchant/orders": [("clerk", "/merchant/orders"), ("idle clerk", "/merchant/orders")],
    "GET /merchant/orders/<order_id>": [
        ("clerk", "/merchant/orders/{order_created}"),
        ("clerk", "/merchant/orders/{order_return}"),
        ("clerk", "/merchant/orders/{order_settle}"),
    ],
    "GET /merchant/account": [("clerk", "/merchant/account")],
    "GET /verify-me": [("unproved", "/verify-me?next=/report"), ("neighbour", "/verify-me")],
    "GET /verify-me/face": [("unproved", "/verify-me/face"), ("resident", "/verify-me/face")],
    "GET /me": [("resident", "/me"), ("unproved", "/me"), ("stranger", "/me")],
    "GET /me/consents": [("resident", "/me/consents"), ("newcomer", "/me/consents")],
    "GET /me/data": [("resident", "/me/data"), ("unproved", "/me/data")],
    "GET /me/close": [("resident", "/me/close")],
    "GET /goodbye": [("nobody", "/goodbye")],
    "GET /chats": [("resident", "/chats"), ("newcomer", "/chats")],
    "GET /report": [("resident", "/report"), ("newcomer", "/report")],
    "GET /report/asked": [("nobody", "/report/asked")],
    "GET /report/removals": [("resident", "/report/removals"), ("newcomer", "/report/removals")],
    "GET /report/looks": [("resident", "/report/looks")],
    "GET /report/questions": [("resident", "/report/questions"), ("newcomer", "/report/questions")],
    "GET /report/forgetting": [("resident", "/report/forgetting"), ("newcomer", "/report/forgetting")],
    "GET /report/links": [("resident", "/report/links"), ("newcomer", "/report/links")],
    "GET /r/<code>": [("nobody", "/r/{link}"), ("resident", "/r/{own_link}")],
    "GET /verify": [("nobody", "/verify")],
    "GET /verify/<report_no>": [
        ("nobody", "/verify/{report_no}?code={report_code}"),
        ("nobody", "/verify/{report_no}?code=wrong"),
    ],
    "GET /map": [("nobody", "/map?district=310101"), ("nobody", "/map?district=310151&kind=fresh")],
    "GET /map/<place_id>": [("nobody", "/map/{place}"), ("neighbour", "/map/{place}")],
    "GET /news": [("nobody", "/news"), ("nobody", "/news?q=nothing-like-it")],
    "GET /news/<news_id>": [("nobody", "/news/{news}")],
    "GET /notices": [("objector", "/notices"), ("stranger", "/notices")],
    "GET /notices/settings": [("resident", "/notices/settings")],
    "GET /objections": [("objector", "/objections"), ("newcomer", "/objections")],
    "GET /objections/new": [
        ("objector", "/objections/new"),
        ("newcomer", "/objections/new"),
        ("objector", "/objections/new?record={record}"),
    ],
    "GET /objections/<objection_id>": [
        ("objector", f"/objections/{ident}") for ident in ("{objection}", *OBJECTIONS)
    ],
    "GET /objections/<objection_id>/withdraw": [("objector", "/objections/{objection}/withdraw")],
    "GET /restorations": [("objector", "/restorations"), ("newcomer", "/restorations")],
    "GET /restorations/new": [
        ("objector", "/restorations/new"),
        ("newcomer", "/restorations/new"),
        ("objector", "/restorations/new?record={record}"),
    ],
    "GET /restorations/<restoration_id>": [
        ("objector", f"/restorations/{{restoration{state}}}")
        for state in ("", "_accepted", "_declined", "_restored", "_refused")
    ],
    "GET /restorations/<restoration_id>/withdraw": [("objector", "/restorations/{restoration}/withdraw")],
    "GET /staff/login": [("nobody", "/staff/login")],
    "GET /staff": [(role, "/staff") for role in ROLES],
    "GET /staff/notices": [
        ("officer", "/staff/notices"),
        ("provider", "/staff/notices"),
        ("idle provider", "/staff/notices"),
    ],
    "GET /staff/password": [("officer", "/staff/password")],
    "GET /staff/objections": [
        ("officer", "/staff/objections"),
        ("provider", "/staff/objections"),
        ("idle provider", "/staff/objections"),
    ],
    "GET /staff/objections/<objection_id>": [
        ("officer", "/staff/objections/{objection}"),
        ("officer", "/staff/objections/{objection_comparing}"),
        ("officer", "/staff/objections/{objection_closed}"),
        ("provider", "/staff/objections/{objection_forwarded}"),
    ],
    "GET /staff/restorations": [("officer", "/staff/restorations"), ("idle provider", "/staff/restorations")],
    "GET /staff/restorations/<restoration_id>": [
        ("officer", "/staff/restorations/{restoration}"),
        ("provider", "/staff/restorations/{restoration_accepted}"),
        ("officer", "/staff/restorations/{restoration_refused}"),
    ],
    "GET /staff/contests": [("officer", "/staff/contests"), ("officer", "/staff/contests?state=answered")],
    "GET /staff/contests/<contest_id>": [("officer", "/staff/contests/{contest}")],
    "GET /staff/questions": [("auditor", "/staff/questions")],
    "GET /staff/questions/<question_id>": [
        ("auditor", "/staff/questions/{question}"),
        ("auditor", "/staff/questions/{question_answered}"),
    ],
    "GET /staff/audit": [("auditor", "/staff/audit"), ("auditor", "/staff/audit?action=reports.")],
    "GET /staff/operations": [("steward", "/staff/operations")],
    "GET /staff/window-codes": [("window clerk", "/staff/window-codes")],
    "GET /staff/catalogue": [("officer", "/staff/catalogue?unit=METRO")],
    "GET /staff/catalogue/items/<code>": [("officer", "/staff/catalogue/items/METRO-P-01")],
    "GET /staff/catalogue/units": [("officer", "/staff/catalogue/units")],
    "GET /staff/calendars": [("steward", "/staff/calendars")],
    "GET /staff/calendars/<int:year>": [("steward", "/staff/calendars/2027")],
    "GET /staff/imports": [
        ("provider", "/staff/imports"),
        ("steward", "/staff/imports"),
        ("idle provider", "/staff/imports"),
    ],
    "GET /staff/imports/<batch_id>": [
        ("provider", "/staff/imports/{batch}"),
        ("provider", "/staff/imports/{batch_half}"),
        ("provider", "/staff/imports/{batch_waiting}"),
    ],
    "GET /staff/news": [("editor", "/staff/news"), ("editor", "/staff/news?state=unpublished")],
    "GET /staff/news/new": [("editor", "/staff/news/new")],
    "GET /staff/news/<news_id>": [
        ("editor", "/staff/news/{news}"),
        ("editor", "/staff/news/{news_draft}"),
        ("editor", "/staff/news/{news_submitted}"),
    ],
    "GET /staff/news/<news_id>/edit": [("editor", "/staff/news/{news_draft}/edit")],
    "GET /staff/news/<news_id>/revisions": [("editor", "/staff/news/{news_draft}/revisions")],
    "GET /staff/news/<news_id>/revisions/<int:number>": [("editor", "/staff/news/{news_draft}/revisions/2")],
    "GET /staff/pushes": [("editor", "/staff/pushes")],
    "GET /staff/pushes/new": [("editor", "/staff/pushes/new")],
    "GET /staff/pushes/<push_id>": [("editor", "/staff/pushes/{push}")],
    "GET /staff/channels": [("editor", "/staff/channels")],
    "GET /staff/benefits": [("manager", "/staff/benefits"), ("manager", "/staff/benefits?state=closed")],
    "GET /staff/benefits/new": [("manager", "/staff/benefits/new")],
    "GET /staff/benefits/<benefit_id>": [
        ("manager", "/staff/benefits/{benefit}"),
        ("manager", "/staff/benefits/{benefit_paused}"),
    ],
    "GET /staff/benefits/<benefit_id>/edit": [("manager", "/staff/benefits/{benefit}/edit")],
    "GET /staff/services": [("manager", "/staff/services")],
    "GET /staff/services/new": [("manager", "/staff/services/new")],
    "GET /staff/services/<service_id>": [("manager", "/staff/services/{service}")],
    "GET /staff/services/<service_id>/edit": [("manager", "/staff/services/{service}/edit")],
    "GET /staff/merchants": [("manager", "/staff/merchants")],
    "GET /staff/merchants/new": [("manager", "/staff/merchants/new")],
    "GET /staff/merchants/<merchant_id>": [("manager", "/staff/merchants/{merchant}")],
    "GET /staff/merchants/<merchant_id>/edit": [("manager", "/staff/merchants/{merchant}/edit")],
    "GET /staff/places": [("steward", "/staff/places")],
    "GET /staff/places/new": [("steward", "/staff/places/new")],
    "GET /staff/places/<place_id>": [("steward", "/staff/places/{place}")],
    "GET /staff/places/<place_id>/edit": [("steward", "/staff/places/{place}/edit")],
    "GET /staff/places/tasks": [
        ("steward", "/staff/places/tasks"),
        ("steward", "/staff/places/tasks?state=resolved"),
    ],
    "GET /staff/phrases": [("editor", "/staff/phrases")],
}
FAULTS: list[tuple[int, str, str]] = [
    (404, "nobody", "/nothing-here"),
    (404, "resident", "/claims/nothing"),
    (404, "nobody", "/r/" + "0" * 22),
    (404, "clerk", "/merchant/orders/nothing"),
    (404, "officer", "/staff/objections/nothing"),
    (403, "officer", "/staff/questions"),
    (422, "nobody", "/news?category=sports"),
]
# A form with nothing in it, or with what is named here, sent as a browser without its own checks would send it.
FORMS: list[tuple[str, str, str, dict[str, str]]] = [
    ("nobody", "/login", "/login", {}),
    ("stranger", "/identity", "/identity", {"name": "王", "id_number": "1"}),
    ("unproved", "/verify-me", "/verify-me/window", {"code": "1234"}),
    ("objector", "/objections/new?record={record}", "/objections/new", {}),
    ("objector", "/restorations/new?record={record}", "/restorations/new", {}),
    ("resident", "/report/links", "/report/links", {}),
    ("resident", "/me/close", "/me/close", {"word": "x"}),
    ("nobody", "/merchant/login", "/merchant/login", {"username": "nobody", "password": "wrong"}),
    ("clerk", "/merchant/redeem", "/merchant/redeem", {"code": "0000"}),
    ("clerk", "/merchant/account", "/merchant/account", {"password": "wrong", "new_password": "short"}),
    ("nobody", "/staff/login", "/staff/login", {"username": "nobody", "password": "wrong"}),
    ("officer", "/staff/password", "/staff/password", {"password": "wrong", "new_password": "short"}),
    ("officer", "/staff/objections/{objection_comparing}", "/forward", {}),
    ("provider", "/staff/objections/{objection_forwarded}", "/findings", {}),
    ("provider", "/staff/restorations/{restoration_accepted}", "/proofs", {}),
    ("officer", "/staff/contests/{contest}", "/answer", {}),
    ("auditor", "/staff/questions/{question}", "/answer", {}),
    ("window clerk", "/staff/window-codes", "/staff/window-codes", {"id_number": "1"}),
    ("steward", "/staff/calendars/2027", "/staff/calendars/2027", {"holidays": "2027-13-01"}),
    ("provider", "/staff/imports", "/staff/imports", {}),
    ("steward", "/staff/places/new", "/staff/places/new", {}),
    ("steward", "/staff/places/tasks", "/resolve", {}),
    ("editor", "/staff/news/new", "/staff/news/new", {}),
    ("editor", "/staff/pushes/new", "/staff/pushes/new", {}),
    ("editor", "/staff/phrases", "/staff/phrases", {}),
    ("manager", "/staff/benefits/new", "/staff/benefits/new", {}),
    ("manager", "/staff/benefits/{benefit}", "/pause", {}),
    ("manager", "/staff/services/new", "/staff/services/new", {}),
    ("manager", "/staff/merchants/new", "/staff/merchants/new", {}),
]
SEND = """([target, typed]) => {
  const forms = [...document.querySelectorAll("main form[method=post]")];
  const form = forms.find(one => one.getAttribute("action").split("?")[0].endsWith(target));
  for (const [name, words] of Object.entries(typed)) form.elements[name].value = words;
  HTMLFormElement.prototype.submit.call(form);
}"""
THERE = "selector => document.querySelector(selector) !== null"
# The script that asks on what screen it is, and whether a page has it or a style sheet that asks for a mouse: none comes back
# to a page that was touched. Whether it is touched may be asked.
ASKS = "map.js"
ASKING = f"""[...document.scripts].some(one => one.src.includes("/{ASKS}"))
  || [...document.styleSheets].some(sheet => [...sheet.cssRules].some(rule => /\\((any-)?(hover|pointer)/.test(
    rule.cssText.replaceAll("(hover: none) and (pointer: coarse)", ""))))"""
SCREEN = re.compile(
    r"inner(Width|Height)|outer(Width|Height)|(client|offset|scroll)(Width|Height)|\bscreen\.|devicePixelRatio|ontouch"
    r"|maxTouchPoints|userAgent|visualViewport|getBoundingClientRect|getClientRects|(Resize|Intersection)Observer"
    r"|matchMedia\((?!\"\(prefers-)"
)
PHONE, DESK = "phone", "desk"
SIZES = {PHONE: browsing.PHONE, DESK: browsing.DESK}
# The browser keeps how large letters are where a point is half a pixel wide, so they stay that fine.
FINE_DESK = {**browsing.DESK, "device_scale_factor": browsing.PHONE["device_scale_factor"]}
CALM = {**browsing.COMMON, "reduced_motion": "reduce"}
# At one address other pages, or much more on them, than at the first stop.
OTHERWISE = {
    ("resident", "/verify-me/face"),
    ("objector", "/objections/new?record={record}"),
    ("objector", "/restorations/new?record={record}"),
    ("objector", "/objections/{objection_supplement_requested}"),
    ("resident", "/claims/{claim_refused}"),
    ("clerk", "/merchant?choose=1"),
    ("officer", "/staff/objections/{objection_comparing}"),
    ("provider", "/staff/objections/{objection_forwarded}"),
    ("provider", "/staff/restorations/{restoration_accepted}"),
    ("provider", "/staff/imports/{batch_half}"),
    ("auditor", "/staff/audit?action=reports."),
}
# A page is looked at on both; the further states of one on the phone, where room is scarce.
STOPS = [(*stop, stop == stops[0] or stop in OTHERWISE) for stops in WALK.values() for stop in stops]


@pytest.fixture(scope="module")
def city(emptied: Callable[[], Deps]) -> City:
    """One for all stops: nobody who only looks changes anything that another stop shows."""
    return settle(emptied())


@pytest.fixture(scope="module")
def served_city(city: City, standing: Standing) -> Iterator[str]:
    with loud(standing.app(city.deps)) as app, browsing.served(app) as address:
        yield address


@pytest.fixture(scope="module")
def walkers(city: City, served_city: str, browser: Browser) -> Iterator["Walkers"]:
    contexts = {size: browser.new_context(**CALM, **SIZES[size]) for size in SIZES}
    yield Walkers(city, {size: Visit(context, served_city) for size, context in contexts.items()})
    for context in contexts.values():
        context.close()


class Walkers:
    """All with one phone and one browser at a desk, which they hand on and which know at any time the one who has them: new ones
    would compile all scripts anew."""

    def __init__(self, city: City, visits: dict[str, Visit]) -> None:
        self._city, self._visits = city, visits
        self._has: dict[str, tuple[str, str]] = {}

    def goes(self, who: str, path: str, expected: int = 200, *, size: str = PHONE, lang: str = "zh") -> Visit:
        """Somebody opens an address; where it leads elsewhere or is refused, the test fails."""
        one = self._handed_to(who, size, lang)
        one.said.clear()  # of a stop that failed before
        one.strangers.clear()
        wanted = path.format_map(self._city.ids)
        answer = one.open(wanted)
        assert (answer.status, one.page.url) == (expected, one.home + wanted)
        one.until(THERE, "[data-map][data-pins], .pin, main:not(:has([data-map]))")
        return one

    def check_on_both(self, who: str, path: str, expected: int = 200) -> None:
        """A page in each look on a phone and at a desk, to which it is turned where it stands if no script of it would do
        anything else there at its start: it is the same document, and axe-core has run in it before."""
        one = self.goes(who, path, expected)
        one.check_looks()
        one.leave()
        if one.page.evaluate(ASKING):
            one = self.goes(who, path, expected, size=DESK)
            one.check_looks()
        else:
            with one.turned(FINE_DESK):
                one.check_looks()
        one.leave()

    def _handed_to(self, who: str, size: str, lang: str) -> Visit:
        one = self._visits[size]
        if self._has.get(size) == (who, lang):
            return one
        self._has[size] = (who, lang)
        if one.page.url.startswith(one.home):
            one.page.evaluate("localStorage.clear(); sessionStorage.clear()")
        one.context.clear_cookies()
        one.prefers(lang=lang)
        if who in self._city.keys:
            one.signed_in(*self._city.keys[who])
        if who == "clerk":
            one.prefers(**{cookies.SERVICE: self._city.ids["service"]})
        return one


def test_every_page_of_the_table_is_walked_by_somebody_who_may_see_it(standing: Standing, city: City) -> None:
    """A page is what the table of pages has, and what people see at an address of the API."""
    app = standing.app(city.deps)
    faces = {
        f"GET {rule.rule}"
        for rule in app.url_map.iter_rules()
        if rule.endpoint in app.extensions[pages.FACES]
    }
    wanted = {key for key in PAGES if key.startswith("GET ")} | faces
    assert wanted == set(WALK) | set(NO_PAGES)
    assert not set(WALK) & set(NO_PAGES)
    role_of = {"nobody": Role.ANONYMOUS, "clerk": Role.MERCHANT, "idle clerk": Role.MERCHANT}
    role_of |= {name: role for name, (role, _) in ROLES.items()}
    for key, stops in WALK.items():
        open_to_all = Role.ANONYMOUS in RIGHTS[key]
        for who, path in stops:
            assert open_to_all or role_of.get(who, Role.CITIZEN) in RIGHTS[key], (key, who)
            rule = re.sub(r"<[^>]+>", "[^/]+", key.removeprefix("GET "))
            assert re.fullmatch(rule, path.partition("?")[0]), (key, path)


def test_only_the_map_asks_on_what_screen_it_is() -> None:
    """Every other page is the same document on a phone and at a desk, and is laid out by its style sheets: `check_on_both`."""
    scripts = {path.name: path.read_text() for path in assets.FOLDER.glob("*.js")}
    assert {name for name, script in scripts.items() if SCREEN.search(script)} == {ASKS}


@pytest.mark.parametrize(("who", "path", "at_a_desk"), STOPS)
def test_a_page_holds_in_every_look(walkers: Walkers, who: str, path: str, at_a_desk: bool) -> None:
    if at_a_desk:
        walkers.check_on_both(who, path)
    else:
        one = walkers.goes(who, path)
        one.check_looks()
        one.leave()
    one = walkers.goes(who, path, lang="en")
    one.check_words()
    one.leave()


@pytest.mark.parametrize(("code", "who", "path"), FAULTS)
def test_a_fault_holds_in_every_look(walkers: Walkers, code: int, who: str, path: str) -> None:
    walkers.check_on_both(who, path, code)


@pytest.mark.parametrize(("who", "path", "target", "typed"), FORMS, ids=[form[1] + form[2] for form in FORMS])
def test_a_form_that_was_refused_holds(
    walkers: Walkers, who: str, path: str, target: str, typed: dict[str, str]
) -> None:
    one = walkers.goes(who, path)
    with one.page.expect_navigation() as sent:
        one.page.evaluate(SEND, [target, typed])
    assert 400 <= sent.value.status < 500
    assert one.page.evaluate("document.querySelector('[data-refusal], [aria-invalid=true]') !== null")
    one.check_looks()
    one.leave()
