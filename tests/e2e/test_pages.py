"""The pages over what `make run` starts: a resident's whole way in a real browser, and every link of every role.

The film before the camera is made from a photograph that is not the one on file (tests/support/motion.py).
"""

import http.client
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, Playwright
from pypdf import PdfReader

from backend.pages import cookies
from tests.e2e.both import OnBoth
from tests.e2e.conftest import AT_A_DESK, WITHOUT_SCRIPT, Visiting
from tests.support import browser as browsing
from tests.support import camera, walking
from tests.support.browser import Visit
from tests.support.camera import Films
from tests.support.city import City
from tests.support.face import photograph
from tests.support.walking import Walker

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

SELFIE = "obama2.jpg"
FIRST = Walker("沈知行", "310199196108040010", "13490000001")
FOURTH = Walker("阿依古丽·买买提", "310199197506150041", "13490000004")
# No pages, or the same page with another way back.
OUTSIDE = ("/static/", "/docs", "/report.pdf", "/api/", "/look?")
# Twice what the role with the most pages reaches; who reaches more fails the test.
MOST_PAGES = 1500
LIKE_ANOTHER = frozenset(
    "gao.ren shen.jia luo.wei qian.yi bike.che car.lu toys.tong hotel.an homes.ju".split()
)
"""Who sees the same pages as a colleague: another provider or editor, another merchant that lends one thing or two."""

Answers = dict[str, tuple[int, list[str]]]
"""By address: its status, and where its links lead."""


@pytest.fixture(scope="module")
def filming(playwright: Playwright, films: Films) -> Iterator[Browser]:
    """A browser whose camera sees the resident's head turn."""
    with camera.seeing(playwright, films(SELFIE).path) as started:
        yield started


def test_a_residents_whole_way(
    city: City, filming: Browser, films: Films, visiting: Visiting, tmp_path: Path
) -> None:
    """Sign in, bind, agree, pass before the camera, read, take the PDF home, object with a photograph, watch the clock."""
    who = FIRST
    visit = visiting(by=filming, kind=OnBoth, permissions=["camera"], accept_downloads=True)
    page = visit.page
    visit.open("/report")
    walking.sign_in(page, city, who.phone)
    walking.bind(page, who)
    page.wait_for_url("**/verify-me*")
    visit.check()
    page.click("a:has-text('用刷脸')")
    page.wait_for_selector("h1:has-text('刷脸前请先阅读')")
    visit.check()
    page.click("button:has-text('同意，用刷脸')")
    page.click("#act:has-text('打开摄像头')")
    page.wait_for_selector("#face[data-stage=ready]")
    camera.follow(visit, films(SELFIE))
    assert "已确认是您本人" in camera.ended(visit)
    page.click("#act")  # at the own pace nothing goes on by itself
    page.wait_for_url("**/report")
    assert who.name in visit.text()
    assert who.number not in page.content()
    visit.check()
    assert who.name in printed(page, tmp_path / "report.pdf")
    objections = visiting(storage_state=visit.context.storage_state())
    objections.open("/report")
    objects(objections, tmp_path / "凭证.jpg")
    objections.check()


def test_at_a_desk_a_photograph_is_chosen_from_a_file(city: City, visiting: Visiting, tmp_path: Path) -> None:
    """Pages with a photograph are other pages there, so this part of the way is walked at a desk as well."""
    visit, who = visiting(size=browsing.DESK), AT_A_DESK
    visit.open("/report")
    walking.sign_in(visit.page, city, who.phone)
    walking.bind(visit.page, who)
    walking.prove(visit.page, city.window_code(who.number))
    visit.page.wait_for_url("**/report")
    objects(visit, tmp_path / "凭证.jpg")
    visit.check()


def printed(page: Page, pdf: Path) -> str:
    """The words of the report's PDF."""
    with page.expect_download() as saved:
        page.click("a[href^='/report.pdf']")
    saved.value.save_as(pdf)
    return "".join(sheet.extract_text() for sheet in PdfReader(pdf).pages)


def objects(visit: Visit, photo: Path) -> None:
    """To the first record of the report that is open, with a photograph; until the timeline."""
    page = visit.page
    page.click("a[href^='/objections/new?record=']")
    page.wait_for_selector("textarea")
    page.check("input[name=ground] >> nth=0")
    page.fill("textarea", "这条记录的金额不对，附上缴款凭证。")
    photo.write_bytes(photograph(SELFIE))
    page.set_input_files("input[type=file] >> nth=0", photo)
    page.click("main form button:not([type=button])")
    page.wait_for_url(re.compile(r"/objections/[0-9a-z]{20,}"))
    assert page.locator(".timeline > li").count() >= 3
    assert "《上海市社会信用条例》" in visit.text()


def test_without_script_a_resident_does_the_same(city: City, visiting: Visiting, tmp_path: Path) -> None:
    """Reads the report by a code from the window, objects, claims a red packet, and has a pass typed in at the till."""
    visit, who = visiting(java_script_enabled=False), WITHOUT_SCRIPT
    page = visit.page
    visit.open("/report")
    walking.sign_in(page, city, who.phone)
    walking.bind(page, who)
    walking.prove(page, city.window_code(who.number))
    page.wait_for_url("**/report")
    for told in (who.name, who.doc_no, "谁看过"):
        assert told in visit.text()
    assert who.number not in page.content()
    objects(visit, tmp_path / "凭证.jpg")

    visit.open("/benefits")
    page.click("a.packet:has-text('人人有优惠')")
    page.click("form.act button")
    page.wait_for_url("**/claims/*")
    assert re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){2}", page.inner_text("#code"))

    visit.open("/deposit-free?kind=library_books")
    page.click("main a.card")
    page.click("form.act button")
    page.wait_for_selector(".sheet")
    till = visiting(size=browsing.DESK, java_script_enabled=False)
    till.open("/merchant")
    walking.enter(till.page, city, "library.han", "/merchant")
    till.page.fill("#f-code", page.inner_text("#code"))
    till.page.click("#ask button:not([type])")
    till.page.wait_for_selector("[data-verdict=eligible]")
    page.reload()
    assert "商户已经核验" in visit.text()


def test_no_link_of_any_page_is_dead(city: City) -> None:
    """For whoever looks: nobody, a resident, a clerk, and every role of the staff."""
    dead: dict[str, str] = {}
    strangers: Answers = {}
    for who, client, start in visitors(city):
        dead |= {f"{who}: {path}": how for path, how in crawled(client, start, strangers).items()}
        client.close()
    assert dead == {}


def test_whoever_is_known_at_a_page_opens_it_and_a_strangers_answer_counts_for_all_strangers() -> None:
    asked: list[tuple[str, bool]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        path, known = request.url.path, "staff_access" in request.headers.get("cookie", "")
        asked.append((path, known))
        if path == "/moved":
            return httpx.Response(303, headers={"Location": "/staff/mine"})
        links = {
            "/": ("/staff", "/news", "/moved"),
            "/staff": ("/", "/staff/mine"),
            "/news": ("/gone", "/staff/hidden"),
        }
        alive = path in links or (path == "/staff/mine" and not known)
        text = "".join(f'<a href="{link}">' for link in links.get(path, ()))
        return httpx.Response(200 if alive else 404, text=text, headers={"Content-Type": "text/html"})

    strangers: Answers = {}
    found = []
    for signed_in in (False, True):
        client = httpx.Client(
            base_url="http://of.example", transport=httpx.MockTransport(answer), follow_redirects=True
        )
        client.cookies.set(cookies.FORM, f"form of {signed_in}", domain="of.example", path="/")
        if signed_in:
            client.cookies.set("staff_access", "token", domain="of.example", path="/staff")
        found.append(crawled(client, "/staff", strangers))
        client.close()
    for_all = {"/gone": "404", "/staff/hidden": "404"}
    assert found == [for_all, for_all | {"/staff/mine": "404", "/moved": "404"}]
    assert [asked.count((path, False)) for path in ("/", "/news", "/gone", "/moved")] == [1, 1, 1, 2]
    assert asked.count(("/staff/mine", True)) == 2


def visitors(city: City) -> Iterator[tuple[str, httpx.Client, str]]:
    yield "nobody", browser_of(city), "/"
    resident = browser_of(city)
    sent(resident, "/login", phone=FOURTH.phone)
    sent(resident, "/login/code", phone=FOURTH.phone, code=city.code_for(FOURTH.phone))
    sent(resident, "/identity", name=FOURTH.name, id_number=FOURTH.number)
    sent(resident, "/verify-me/window", code=city.window_code(FOURTH.number))
    assert resident.get("/report").status_code == 200
    yield "resident", resident, "/"
    for one in city.accounts():
        if one["username"] is None or one["username"] in LIKE_ANOTHER:
            continue
        door = "/merchant" if one["role"] == "merchant" else "/staff"
        client = browser_of(city)
        sent(client, f"{door}/login", username=one["username"], password=one["password"])
        yield f"{one['role']} {one['username']}", client, door


class OneLine(httpx.BaseTransport):
    """One line to the service over the standard library's client, which takes a third of the time of httpx's own: of thousands of
    pages that are asked for one after another, the asking was a fifth."""

    def __init__(self, city: City) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", city.port, timeout=60)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._line.request(
            request.method, request.url.raw_path.decode(), request.read(), dict(request.headers)
        )
        answer = self._line.getresponse()
        return httpx.Response(answer.status, headers=answer.getheaders(), content=answer.read())

    def close(self) -> None:
        self._line.close()


def browser_of(city: City) -> httpx.Client:
    return httpx.Client(
        transport=OneLine(city),
        base_url=city.site,
        headers={"Accept": "text/html"},
        follow_redirects=True,
    )


def sent(client: httpx.Client, path: str, **fields: str) -> None:
    code = re.search(r'name="form-code" content="([0-9a-f]+)"', client.get("/look").text)
    door = "/staff/login" if path.startswith("/staff") else "/merchant/login" if "merchant" in path else None
    if door:
        code = re.search(r'name="_form" value="([0-9a-f]+)"', client.get(door).text)
    assert code is not None
    answer = client.post(path, data={"_form": code[1], **fields})
    assert answer.status_code == 200, (path, answer.text[:300])


def crawled(client: httpx.Client, start: str, strangers: Answers) -> dict[str, str]:
    """Every page that links lead to from `start`, within the same door; what of them could not be shown."""
    waiting, seen, wrong = [start], {start}, dict[str, str]()
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop()
        status, links = opened(client, path, strangers)
        if status != 200:
            wrong[path] = str(status)
            continue
        for plain in links:
            if plain not in seen and not plain.startswith(OUTSIDE):
                seen.add(plain)
                waiting.append(plain)
    assert not waiting, f"more than {MOST_PAGES} pages from {start}: {waiting[:5]} were not opened"
    return wrong


def opened(client: httpx.Client, path: str, strangers: Answers) -> tuple[int, list[str]]:
    """How a page answers and where its links lead; what a stranger was told already is not asked for by another stranger.

    All of the staff are strangers at the residents' door: a browser keeps each door's session for that door alone.
    """
    request = client.build_request("GET", path)
    names = {one.partition("=")[0].strip() for one in request.headers.get("cookie", "").split(";")}
    stranger = not names - {"", cookies.FORM}
    if stranger and path in strangers:
        return strangers[path]
    found = client.send(request)
    page = found.headers.get("content-type", "").startswith("text/html")
    links = re.findall(r'href="(/[^"#]*)"', found.text) if page else []
    answer = found.status_code, [target.replace("&amp;", "&") for target in links]
    if stranger and not found.history:  # who is sent on may be known where they come to
        strangers[path] = answer
    return answer
