"""The pages over what `make run` starts: a resident's whole way in a real browser, and every link of every role.

The film before the camera is made from a photograph that is not the one on file (tests/support/motion.py).
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Playwright
from pypdf import PdfReader

from tests.backend.pages.test_proving import EACH, POSES, RATE, ended, follow
from tests.support import browser as browsing
from tests.support import motion
from tests.support.browser import Visit
from tests.support.city import City
from tests.support.face import photograph

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

SELFIE = "obama2.jpg"
FIRST = {"phone": "13490000001", "name": "沈知行", "number": "310199196108040010"}
FOURTH = {"phone": "13490000004", "name": "阿依古丽·买买提", "number": "310199197506150041"}
# No pages, or the same page with another way back.
OUTSIDE = ("/static/", "/docs", "/report.pdf", "/api/", "/look?")
MOST_PAGES = 400


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with City(tmp_path_factory.mktemp("pages") / "city") as running:
        yield running


@pytest.fixture
def visit(city: City, playwright: Playwright, tmp_path: Path) -> Iterator[Visit]:
    """A phone whose camera sees the resident's head turn."""
    film = tmp_path / "film.y4m"
    motion.y4m(motion.film(photograph(SELFIE), POSES, each=2 * EACH), film, rate=RATE)
    camera = [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    browser = playwright.chromium.launch(
        executable_path=browsing.CHROMIUM, args=[*browsing.ARGUMENTS, *camera]
    )
    with browsing.visit(browser, city.site, permissions=["camera"], accept_downloads=True) as begun:
        yield begun
    browser.close()


def test_a_residents_whole_way(city: City, visit: Visit, tmp_path: Path) -> None:
    """Sign in, bind, agree, pass before the camera, read, object with a photograph, watch the clock, take the PDF home."""
    page = visit.page
    visit.open("/report")
    page.fill("#f-phone", FIRST["phone"])
    page.click("main button")
    page.wait_for_selector("#f-code")
    page.fill("#f-code", city.code_for(FIRST["phone"]))
    page.click("main .card button")
    page.wait_for_url("**/identity*")
    page.fill("#f-name", FIRST["name"])
    page.fill("#f-id_number", FIRST["number"])
    page.click("main button")
    page.wait_for_url("**/verify-me*")
    page.click("text=用刷脸 >> nth=-1")
    page.click("button:has-text('同意，用刷脸')")
    page.click("#act:has-text('打开摄像头')")
    page.wait_for_selector("#face[data-stage=ready]")
    pass_before_the_camera(visit)
    page.click("#act")
    page.wait_for_url("**/report")
    assert FIRST["name"] in visit.text()
    assert FIRST["number"] not in page.content()
    visit.check()

    with page.expect_download() as saved:
        page.click("a[href^='/report.pdf']")
    pdf = tmp_path / "report.pdf"
    saved.value.save_as(pdf)
    words = "".join(sheet.extract_text() for sheet in PdfReader(pdf).pages)
    assert FIRST["name"] in words

    page.click("a[href^='/objections/new?record=']")
    page.wait_for_selector("textarea")
    visit.check()
    page.check("input[name=ground] >> nth=0")
    page.fill("textarea", "这条记录的金额不对，附上缴款凭证。")
    photo = tmp_path / "凭证.jpg"
    photo.write_bytes(photograph(SELFIE))
    page.set_input_files("input[type=file] >> nth=0", photo)
    page.click("main form button:not([type=button])")
    page.wait_for_url(re.compile(r"/objections/[0-9a-z]{20,}"))
    assert page.locator(".timeline > li").count() >= 3
    assert "《上海市社会信用条例》" in visit.text()
    visit.check()


def pass_before_the_camera(visit: Visit) -> None:
    """As people do: once more where a picture came while the head still turned."""
    for _ in range(3):
        follow(visit)
        if "已确认是您本人" in (said := ended(visit)):
            return
    raise AssertionError(said)


def test_no_link_of_any_page_is_dead(city: City) -> None:
    """For whoever looks: nobody, a resident, a clerk, and every role of the staff."""
    dead: dict[str, str] = {}
    for who, client, start in visitors(city):
        dead |= {f"{who}: {path}": how for path, how in crawled(client, start).items()}
        client.close()
    assert dead == {}


def visitors(city: City) -> Iterator[tuple[str, httpx.Client, str]]:
    yield "nobody", browser_of(city), "/"
    resident = browser_of(city)
    sent(resident, "/login", phone=FOURTH["phone"])
    sent(resident, "/login/code", phone=FOURTH["phone"], code=city.code_for(FOURTH["phone"]))
    sent(resident, "/identity", name=FOURTH["name"], id_number=FOURTH["number"])
    sent(resident, "/verify-me/window", code=city.window_code(FOURTH["number"]))
    assert resident.get("/report").status_code == 200
    yield "resident", resident, "/"
    accounts: list[dict[str, Any]] = json.loads((city.data / "demo" / "accounts.json").read_text())
    for one in accounts:
        if not one.get("username"):
            continue
        door = "/merchant" if one["role"] == "merchant" else "/staff"
        client = browser_of(city)
        sent(client, f"{door}/login", username=one["username"], password=one["password"])
        yield f"{one['role']} {one['username']}", client, door


def browser_of(city: City) -> httpx.Client:
    return httpx.Client(
        base_url=city.site,
        headers={"Accept": "text/html"},
        follow_redirects=True,
        timeout=60,
    )


def sent(client: httpx.Client, path: str, **fields: str) -> None:
    code = re.search(r'name="form-code" content="([0-9a-f]+)"', client.get("/look").text)
    door = "/staff/login" if path.startswith("/staff") else "/merchant/login" if "merchant" in path else None
    if door:
        code = re.search(r'name="_form" value="([0-9a-f]+)"', client.get(door).text)
    assert code is not None
    answer = client.post(path, data={"_form": code[1], **fields})
    assert answer.status_code == 200, (path, answer.text[:300])


def crawled(client: httpx.Client, start: str) -> dict[str, str]:
    """Every page that links lead to from `start`, within the same door; what of them could not be shown."""
    waiting, seen, wrong = [start], {start}, dict[str, str]()
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop()
        found = client.get(path)
        if found.status_code != 200:
            wrong[path] = str(found.status_code)
            continue
        if not found.headers["content-type"].startswith("text/html"):
            continue
        for target in re.findall(r'href="(/[^"#]*)"', found.text):
            plain = target.replace("&amp;", "&")
            if plain not in seen and not plain.startswith(OUTSIDE):
                seen.add(plain)
                waiting.append(plain)
    return wrong
