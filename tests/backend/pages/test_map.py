"""The map and its list: both have the same shops, a position is used and forgotten, and only the settings bring tiles in."""

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from backend.common.actor import system
from backend.common.coordinates import LngLat, converted
from backend.common.deps import Deps
from backend.places import service
from schemas.terms import Channel, Crs, PlaceKind
from tests.backend.pages.conftest import Visiting
from tests.backend.pages.test_home import code_of
from tests.backend.places.conftest import SQUARE, STEWARD, Put, row, write
from tests.backend.places.conftest import put as put
from tests.support import browser as browsing
from tests.support import residents
from tests.support.browser import Visit
from tests.support.web import Standing, loud

HERE = (121.4789, 31.2345)
"""Some 680 m from the square; no shop stands there, so that its numbers are nobody's but the resident's."""
AT_HERE: dict[str, Any] = {
    "geolocation": {"longitude": HERE[0], "latitude": HERE[1]},
    "permissions": ["geolocation"],
}
FAR, NEARER, NEAREST = "申邻便利（远）", "浦江联购（近）", "沪家大卖场（最近）"


@pytest.fixture
def three(put: Put) -> None:
    """Three shops, the farthest first on the list of the city."""
    put(name=FAR, lng=121.30, lat=31.10, district="310112")
    put(name=NEARER, kind=PlaceKind.SUPERMARKET, lng=SQUARE[0], lat=SQUARE[1])
    put(name=NEAREST, kind=PlaceKind.HYPERMARKET, lng=121.4801, lat=31.2351)


def names(one: Visit) -> list[str]:
    one.page.wait_for_load_state()
    return one.page.locator("[data-shop] h3").all_inner_texts()


def pins(one: Visit) -> list[str]:
    """What stands on the map, apart or in clusters: the names are those of pins that stand alone."""
    return [pin.get_attribute("title") or "" for pin in one.page.locator(".pin").all()]


def drawn(one: Visit, count: int) -> None:
    one.page.wait_for_selector(f"[data-map][data-pins='{count}']")


def listed(one: Visit, *wanted: str) -> None:
    """Wait until the list is the one asked for: the number of pins alone may be that of the list before."""
    one.page.wait_for_function(
        "wanted => JSON.stringify([...document.querySelectorAll('[data-shop] h3')].map(one => one.innerText))"
        " === JSON.stringify(wanted)",
        arg=list(wanted),
    )


def everything(deps: Deps) -> str:
    return repr([list(deps.db[name].find()) for name in deps.db.list_collection_names()])


def test_a_shop_stands_alone_on_its_own_map(put: Put, visiting: Visiting) -> None:
    shop = put()
    put()
    one = visiting()
    one.open("/map")
    drawn(one, 2)
    one.open(f"/map/{shop.id}")
    assert one.page.locator(".pin").count() == 1


def test_an_empty_map_says_so_and_how_to_go_on(visiting: Visiting) -> None:
    one = visiting()
    one.open("/map?district=310151")
    assert "换一个区或类别" in one.text()


@pytest.mark.usefixtures("three")
def test_list_and_map_have_the_same_shops_also_after_a_filter(visiting: Visiting) -> None:
    one = visiting(size=browsing.DESK)
    one.open("/map")
    drawn(one, 3)
    assert sorted(names(one)) == sorted([FAR, NEARER, NEAREST])
    one.page.select_option("#f-kind", "supermarket")
    one.page.click("[data-filters] button")
    listed(one, NEARER)
    drawn(one, 1)
    assert (names(one), pins(one)) == ([NEARER], [NEARER])
    assert one.page.url.endswith("/map?kind=supermarket")
    assert "1" in one.page.inner_text("[data-told]")
    one.check()
    one.page.evaluate("window.same = true")
    one.page.focus(".map-room .skip")
    one.page.keyboard.press("Enter")
    one.page.wait_for_url("**#found")
    assert one.page.evaluate("window.same")
    one.page.select_option("#f-kind", "")
    one.page.select_option("#f-district", "310112")
    one.page.click("[data-filters] button")
    listed(one, FAR)
    drawn(one, 1)
    assert names(one) == [FAR]
    one.page.go_back()
    one.page.wait_for_url("**/map?kind=supermarket#found")
    listed(one, NEARER)
    drawn(one, 1)
    assert names(one) == [NEARER]


@pytest.mark.usefixtures("three")
def test_a_position_puts_the_nearest_first_and_is_kept_nowhere(
    deps: Deps, visiting: Visiting, lines: Any
) -> None:
    one = visiting(**AT_HERE)
    asked: list[str] = []
    one.page.on("request", lambda request: asked.append(request.url))
    one.open("/map")
    one.page.click("[data-near]")
    one.page.wait_for_selector("[data-here]")
    assert names(one) == [NEAREST, NEARER, FAR]
    assert one.page.locator(".far").first.inner_text().endswith("米")
    assert one.page.evaluate("document.activeElement.id") == "found-head"
    one.page.wait_for_selector(".here")
    one.check()
    one.page.click("summary")
    one.page.select_option("#f-kind", "supermarket")
    one.page.click("[data-filters] button")
    drawn(one, 1)
    assert names(one) == [NEARER]
    assert one.page.locator(".far").count() == 1
    told = everything(deps) + repr(lines()) + " ".join(asked) + one.page.url
    for number in ("121.47", "31.23"):
        kept = [
            part
            for part in re.findall(rf"{re.escape(number)}\d*", told)
            if part[:8] in ("121.4789", "31.2345")
        ]
        assert kept == []
    one.page.reload()
    assert one.page.locator("[data-here]").count() == 0


@pytest.mark.usefixtures("three")
def test_who_keeps_the_position_to_themselves_is_shown_another_way(visiting: Visiting) -> None:
    one = visiting()
    one.open("/map")
    one.page.click("[data-near]")
    one.page.wait_for_selector("[data-told]:has-text('没关系')")
    assert one.page.evaluate("document.activeElement.id") == "f-district"
    assert len(names(one)) == 3
    one.check()


@pytest.mark.usefixtures("three")
def test_a_filter_works_again_when_the_position_was_taken_back(visiting: Visiting) -> None:
    """What is near was shown; then the browser was told to keep the position to itself."""
    one = visiting(size=browsing.DESK, **AT_HERE)
    one.open("/map")
    one.page.click("[data-near]")
    one.page.wait_for_selector("[data-found][data-here]")
    one.context.clear_permissions()
    one.page.select_option("#f-kind", "supermarket")
    one.page.click("[data-filters] button")
    one.page.wait_for_selector("[data-told]:has-text('没关系')")
    assert one.page.get_attribute("[data-filters]", "data-sent") is None
    assert one.page.locator("[data-near-room] [aria-busy], [data-filters] [aria-busy]").count() == 0
    one.context.grant_permissions(["geolocation"])
    one.page.click("[data-filters] button")
    listed(one, NEARER)


@pytest.mark.usefixtures("three")
def test_a_position_outside_the_city_is_answered_with_the_list_and_not_repeated(visiting: Visiting) -> None:
    away = {"geolocation": {"longitude": 116.4037, "latitude": 39.9149}, "permissions": ["geolocation"]}
    one = visiting(**away).expect("/map")
    one.open("/map")
    one.page.click("[data-near]")
    one.page.wait_for_selector("[data-refusal]")
    assert "不在上海市范围内" in one.text()
    assert one.page.evaluate("document.activeElement.hasAttribute('data-refusal')")
    assert len(names(one)) == 3
    assert "116.4" not in one.page.content()


def test_clusters_open_and_a_pin_tells_about_its_shop_by_keyboard(put: Put, visiting: Visiting) -> None:
    for number in range(6):
        put(name=f"店{number}", lng=SQUARE[0] + number * 0.0004)
    put(name="远处的店", lng=121.2, lat=31.0)
    one = visiting(size=browsing.DESK, reduced_motion="reduce")
    one.open("/map")
    one.page.wait_for_selector(".group")
    assert one.page.inner_text(".group").split()[0] == "6"
    one.check()
    one.page.focus(".group")
    one.page.keyboard.press("Enter")
    one.page.wait_for_selector(".pin[title='店0']")
    one.page.focus(".pin[title='店0']")
    one.page.keyboard.press("Enter")
    one.page.wait_for_selector(".leaflet-popup h3")
    assert one.page.inner_text(".leaflet-popup h3") == "店0"
    assert one.page.evaluate("document.activeElement.className") == "button slim"
    one.check()
    one.page.keyboard.press("Enter")
    one.page.wait_for_url(re.compile(r"/map/[0-9a-z]{26}$"))
    assert one.page.inner_text("h1") == "店0"


def test_more_shops_than_fit_are_counted_by_squares(deps: Deps, tmp_path: Path, visiting: Visiting) -> None:
    rows = [
        row(
            name=f"店{number}",
            address=f"路{number}号",
            lng=121.2 + number % 30 * 0.01,
            lat=31.0 + number // 30 * 0.01,
        )
        for number in range(510)
    ]
    actor = system(Channel.COMMAND, "test")
    service.import_places(
        deps, actor, path=write(tmp_path / "a.csv", rows), year=2026, crs=Crs.WGS84, source="名单"
    )
    one = visiting(size=browsing.DESK)
    one.open("/map")
    drawn(one, 0)
    one.page.wait_for_selector(".group")
    counted = [int(text.split()[0]) for text in one.page.locator(".group").all_inner_texts()]
    assert sum(counted) == 510
    for key in ("a", "Tab", "Shift"):
        one.page.focus(".group")
        before = one.page.locator(".group").all_inner_texts()
        one.page.keyboard.press(key)
        assert one.page.locator(".group").all_inner_texts() == before
    for key in ("Enter", "Space"):
        one.open("/map")
        one.page.wait_for_selector(".group")
        scale = one.page.inner_text(".leaflet-control-scale")
        one.page.focus(".group")
        one.page.keyboard.press(key)
        one.page.wait_for_function(
            "scale => document.querySelector('.leaflet-control-scale').innerText !== scale", arg=scale
        )
    one.open("/map")
    assert len(names(one)) == 40
    one.page.click("text=查看更多")
    one.page.wait_for_url("**/map?show=80*")
    assert len(names(one)) == 80


@pytest.mark.usefixtures("three")
def test_without_script_the_list_has_everything(visiting: Visiting) -> None:
    one = visiting(java_script_enabled=False)
    one.open("/map")
    assert sorted(names(one)) == sorted([FAR, NEARER, NEAREST])
    assert not one.page.is_visible("[data-map]")
    assert not one.page.is_visible("[data-near]")
    one.page.select_option("#f-kind", "hypermarket")
    one.page.click("[data-filters] button")
    assert names(one) == [NEAREST]
    one.page.click("[data-shop]")
    assert one.page.inner_text("h1") == NEAREST


def test_a_position_that_a_form_brings_is_answered_without_script_too(put: Put, visitor: FlaskClient) -> None:
    put(name="远", lng=121.3, lat=31.1)
    put(name="近")
    code = code_of(visitor.get("/map").text)
    found = visitor.post("/map", data={"_form": code, "lng": str(HERE[0]), "lat": str(HERE[1]), "kind": ""})
    assert found.status_code == 200
    assert found.text.index(">近<") < found.text.index(">远<")
    for wrong in ({"lng": "x", "lat": "31"}, {"lng": "31.2", "lat": "121.4"}, {"lng": "121"}):
        refused = visitor.post("/map", data={"_form": code} | wrong)
        assert refused.status_code == 422
        assert "data-refusal" in refused.text
    assert visitor.post("/map", data={"lng": "121.4", "lat": "31.2"}).status_code == 403


def test_a_filter_that_is_none_is_told_and_all_are_shown(put: Put, visitor: FlaskClient) -> None:
    put(name="店")
    for query in ("kind=zoo", "year=x", "show=100000"):
        found = visitor.get(f"/map?{query}")
        assert found.status_code == 422
        assert "没有这样的筛选条件" in found.text
        assert ">店<" in found.text
    assert visitor.get("/map?district=Atlantis").status_code == 422
    assert visitor.get("/map?from=chat&kind=").status_code == 200


def test_a_chats_link_to_a_shop_leads_to_its_page(put: Put, visitor: FlaskClient) -> None:
    shop = put()
    assert visitor.get(f"/map?place={shop.id}").headers["Location"] == f"/map/{shop.id}"
    assert visitor.get("/map?place=//evil.example").headers["Location"] == "/map"
    assert visitor.get("/map/nothing").status_code == 404


def test_a_shops_page_says_who_assessed_it_until_when_and_where_its_position_comes_from(
    deps: Deps, put: Put, visitor: FlaskClient
) -> None:
    pair = converted(LngLat(*SQUARE), Crs.WGS84, Crs.GCJ02)
    shop = put(
        name="欧阳䶮记",
        lng=round(pair.lng, 6),
        lat=round(pair.lat, 6),
        crs=Crs.GCJ02,
        valid_until=date(2027, 6, 30),
    )
    service.put_reply(deps, STEWARD, place_id=shop.id, text="谢谢<b>大家</b>", on=date(2026, 4, 2))
    text = visitor.get(f"/map/{shop.id}").text
    for word in (
        "欧阳䶮记",
        "上海市食品安全工作联合会",
        "2027年6月30日",
        "名单",
        "GCJ-02",
        str(round(pair.lng, 6)),
        "WGS-84",
        "121.4737",
    ):
        assert word in text
    assert "谢谢&lt;b&gt;大家" in text
    assert "登录后报告" in text


def test_a_resident_tells_that_a_shop_has_moved(deps: Deps, put: Put, visiting: Visiting) -> None:
    shop = put()
    one = visiting()
    one.signed_in(residents.sign_in(deps).tokens)
    one.open(f"/map/{shop.id}")
    one.check()
    one.page.click("text=已搬走")
    one.page.click("text=告诉我们")
    one.page.wait_for_url("**?told=moved")
    assert "谢谢您" in one.text()
    one.check()
    assert deps.db["place_reports"].count_documents({"place_id": shop.id}) == 1


def test_a_report_needs_who_is_signed_in_a_form_of_ours_and_a_shop(
    deps: Deps, put: Put, visitor: FlaskClient
) -> None:
    shop = put()
    target = f"/map/{shop.id}/reports"
    code = code_of(visitor.get("/login").text)
    led = visitor.post(target, data={"_form": code, "kind": "moved"})
    assert (led.status_code, led.headers["Location"].split("?")[0]) == (303, "/login")
    tokens = residents.sign_in(deps).tokens
    visitor.set_cookie("citizen_access", tokens.access_token, domain="localhost")
    code = code_of(visitor.get(f"/map/{shop.id}").text)
    assert visitor.post(target, data={"kind": "moved"}).status_code == 403
    wrong = visitor.post(target, data={"_form": code, "kind": "haunted"})
    assert wrong.status_code == 422
    assert "data-refusal" in wrong.text
    assert visitor.post("/map/nothing/reports", data={"_form": code, "kind": "moved"}).status_code == 404
    for _ in range(10):
        assert (
            visitor.post(f"/map/{put().id}/reports", data={"_form": code, "kind": "closed"}).status_code
            == 303
        )
    late = visitor.post(target, data={"_form": code, "kind": "moved"})
    assert late.status_code == 429
    assert "您近期报告的商家较多" in late.text


@contextmanager
def tile_server() -> Iterator[tuple[str, list[str]]]:
    """Another site with pictures: its address, and what was asked of it."""
    asked: list[str] = []
    out = BytesIO()
    Image.new("RGB", (256, 256), "#dbe7d5").save(out, "PNG")

    def answer(environ: dict[str, Any], start: Any) -> list[bytes]:
        asked.append(environ["PATH_INFO"])
        start("200 OK", [("Content-Type", "image/png")])
        return [out.getvalue()]

    server = make_server("127.0.0.1", 0, answer, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_tiles_come_from_the_one_server_of_the_settings_with_pins_in_their_system(
    deps: Deps, put: Put, standing: Standing, browser: Browser
) -> None:
    put(name="店")
    with tile_server() as (tiles, asked), tile_server() as (other, never):
        set_up = replace(
            deps.settings,
            map_tiles_url=tiles + "/{z}/{x}/{y}.png",
            map_tiles_crs="gcj02",
            map_tiles_attribution="示范图 <b>审图号</b>：GS(2026)0001号",
        )
        app = standing.app(replace(deps, settings=set_up))
        with (
            loud(app),
            browsing.served(app) as home,
            browsing.visit(browser, home, size=browsing.DESK) as one,
        ):
            found = one.open("/map")
            policy = found.headers["content-security-policy"]
            assert f"img-src 'self' data: blob: {tiles};" in policy
            one.page.wait_for_selector(".leaflet-tile-loaded")
            assert asked
            assert "<b>审图号</b>" in one.page.inner_text(".leaflet-control-attribution")
            one.page.wait_for_selector(".pin")
            told = one.page.evaluate("fetch('/api/v1/places?crs=gcj02').then((found) => found.json())")
            wanted = converted(LngLat(*SQUARE), Crs.WGS84, Crs.GCJ02)
            assert told["features"][0]["geometry"]["coordinates"] == pytest.approx(list(wanted), abs=1e-6)
            one.check()
            assert set(one.strangers) == {url for url in one.strangers if url.startswith(tiles + "/")}
            one.strangers.clear()
            with one.page.expect_console_message():
                one.page.evaluate(f"new Image().src = '{other}/1/1/1.png'")
            one.open("/news")
            assert tiles not in one.page.evaluate(
                "fetch('/news').then((found) => found.headers.get('content-security-policy'))"
            )
            assert never == []
            assert [line for line in one.said if "Content Security Policy" in line]
            one.said.clear()
            one.strangers.clear()


def test_without_tiles_no_other_site_is_let_in(visitor: FlaskClient) -> None:
    for path in ("/map", "/news", "/"):
        assert "http" not in visitor.get(path).headers["Content-Security-Policy"]


def test_the_map_is_loaded_where_it_is_shown_and_nowhere_else(visitor: FlaskClient) -> None:
    assert "leaflet" in visitor.get("/map").text
    for path in ("/", "/news", "/login"):
        assert "leaflet" not in visitor.get(path).text


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        ("leaflet/leaflet.js", "db49d009c841f5ca34a888c96511ae936fd9f5533e90d8b2c4d57596f4e5641a"),
        ("leaflet/leaflet.css", "a7837102824184820dfa198d1ebcd109ff6d0ff9a2672a074b9a1b4d147d04c6"),
        ("leaflet/LICENSE", "53e8dc25862014e4324741ca18fbe3611e11d42ef69f59f86ea8c5389647d4cb"),
        (
            "markercluster/leaflet.markercluster.js",
            "1e4e1d22972a3926f48598e0caf14e3fe7049835d428a344fed4f9e3665b3508",
        ),
        (
            "markercluster/MarkerCluster.css",
            "614dea0a98ff3f4ead74f04918f6b1d1b9ba435c25b5fc23b21a394d1e3e4d87",
        ),
        ("markercluster/MIT-LICENCE.txt", "3133dacd38250bd1f524d8166cc60a016a382522e062fce143691c65bf5e4b3d"),
    ],
)
def test_what_others_wrote_lies_here_unchanged_with_its_licence(
    visitor: FlaskClient, name: str, digest: str
) -> None:
    """Leaflet 1.9.4 and leaflet.markercluster 1.5.3, as npm packs them."""
    found = visitor.get(f"/static/vendor/{name}")
    assert hashlib.sha256(found.data).hexdigest() == digest


def test_the_map_has_no_inline_style_or_script(put: Put, visitor: FlaskClient) -> None:
    shop = put(name="'><script>alert(1)</script>")
    for path in ("/map", f"/map/{shop.id}"):
        page = visitor.get(path).text
        assert " style=" not in page
        assert "<script>" not in page
        assert not re.findall(r"\son[a-z]+=", page)
