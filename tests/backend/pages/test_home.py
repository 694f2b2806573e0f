"""The front page, signing in, and how a visitor likes to read."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.accounts import service as accounts
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.common.settings import AppEnv
from backend.pages import assets
from tests.backend.pages.conftest import Visiting
from tests.support import judging, people, residents
from tests.support.web import Standing

PHONE = residents.PHONE


def code_of(page: str) -> str:
    found = re.search(r'name="_form" value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def bare(page: str) -> str:
    """Without the words that each sending of a form has for itself."""
    return re.sub(r'"[0-9a-z]{26}"', '""', page)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_put_in_a_look_where_it_stands_is_what_the_server_sends(visiting: Visiting, lang: str) -> None:
    """So a check may load a page once and put it in each look."""
    one = visiting().prefers(lang=lang)
    for look, kept in judging.LOOKS.items():
        one.prefers(theme="auto", size="normal")
        one.open("/login?next=/look")
        one.wear(look)
        worn = bare(one.page.content())
        one.prefers(**kept)
        one.open("/login?next=/look")
        assert bare(one.page.content()) == worn
        assert one.page.get_attribute("html", "data-theme") == kept["theme"]


def test_the_settings_of_reading_hold_with_each_choice(visiting: Visiting) -> None:
    """The one page that says more of a look than to wear it."""
    one = visiting()
    for kept in judging.LOOKS.values():
        one.prefers(**kept)
        one.open("/look")
        one.check()


def test_a_resident_signs_in_and_out_on_the_phone(deps: Deps, visiting: Visiting) -> None:
    one = visiting()
    one.open("/login?next=/look")
    one.page.fill("#f-phone", PHONE)
    one.page.click("main button")
    one.page.wait_for_selector("#f-code")
    one.check()
    one.page.fill("#f-code", residents.messages(deps)[-1]["code"])
    one.page.click("main .card button")
    one.page.wait_for_url("**/look")
    assert "我的" in one.page.inner_text(".tools")
    cookies = {each["name"]: each for each in one.context.cookies()}
    for name in ("citizen_access", "citizen_session"):
        assert cookies[name]["httpOnly"]
        assert cookies[name]["sameSite"] == "Lax"
    assert one.page.evaluate("document.cookie").find("citizen") == -1


def test_a_wrong_code_is_told_where_it_was_typed(deps: Deps, visiting: Visiting) -> None:
    one = visiting()
    one.open("/login")
    one.page.fill("#f-phone", PHONE)
    one.page.click("main button")
    one.page.wait_for_selector("#f-code")
    right = residents.messages(deps)[-1]["code"]
    one.page.fill("#f-code", "000000" if right != "000000" else "111111")
    one.page.click("main .card button")
    one.page.wait_for_selector("[data-refusal]")
    assert one.page.evaluate("document.activeElement.hasAttribute('data-refusal')")
    one.check()
    one.page.fill("#f-code", right)
    one.page.click("main .card button")
    one.page.wait_for_url(re.compile(r"/$"))


def test_a_choice_of_reading_is_kept(visiting: Visiting) -> None:
    one = visiting()
    one.open("/login")
    one.page.click("button[value=large]")
    assert one.page.get_attribute("html", "data-size") == "large"
    assert one.page.url.endswith("/login")
    one.page.click("button[value=en]")
    assert one.page.get_attribute("html", "lang") == "en"
    assert "Sign in with your phone" in one.text()
    one.check()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_form_of_another_site_is_refused(visitor: FlaskClient, headers: dict[str, str]) -> None:
    code = code_of(visitor.get("/login").text)
    sent = {"_form": code, "phone": PHONE}
    assert visitor.post("/login", data=sent, headers=headers).status_code == 403
    assert visitor.post("/login", data=sent).status_code == 200


def test_a_choice_of_reading_is_taken_from_any_page_of_ours_and_from_no_other_site(
    visitor: FlaskClient,
) -> None:
    assert visitor.post("/look", data={"size": "large", "next": "/login"}).headers["Location"] == "/login"
    foreign = visitor.post("/look", data={"size": "large"}, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403


def test_what_was_written_is_not_lost_when_the_sign_in_is_over(deps: Deps, visitor: FlaskClient) -> None:
    tokens = residents.sign_in(deps).tokens
    visitor.set_cookie("citizen_access", tokens.access_token, domain="localhost", path="/")
    code = code_of(visitor.get("/look").text)
    accounts.end_sessions(deps, people.COMMAND, residents.authenticate(deps, tokens.access_token).id)
    words = "这是我写了很久的一段话，不应该丢失。"
    found = visitor.post(
        "/objections/new",
        data={"_form": code, "statement": words, "password": "secret-secret-secret"},
        headers={"Origin": "http://localhost"},
    )
    assert found.status_code == 401
    assert words in found.text
    assert "secret-secret" not in found.text
    assert 'href="/login' in found.text
    assert deps.db["objections"].count_documents({}) == 0


def test_a_form_without_our_code_is_refused_and_nothing_is_done(deps: Deps, visitor: FlaskClient) -> None:
    for sent in ({"phone": PHONE}, {"phone": PHONE, "_form": "0" * 64}):
        found = visitor.post("/login", data=sent)
        assert found.status_code == 403
        assert "打开得太久" in found.text
    assert residents.messages(deps) == []


def test_another_visitors_code_is_refused(pages_app: Flask, visitor: FlaskClient) -> None:
    other = pages_app.test_client()
    code = code_of(other.get("/login", headers={"Accept": "text/html"}).text)
    visitor.get("/login")
    assert visitor.post("/login", data={"_form": code, "phone": PHONE}).status_code == 403


def test_who_has_not_signed_in_is_led_to_it_and_back(visitor: FlaskClient) -> None:
    found = visitor.get("/identity?next=/report")
    assert found.status_code == 303
    assert found.headers["Location"] == "/login?next=%2Fidentity%3Fnext%3D%2Freport"


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\nb", "x"]
)
def test_the_way_on_leads_nowhere_else(visitor: FlaskClient, target: str) -> None:
    page = visitor.get("/login", query_string={"next": target})
    assert "evil" not in page.text
    code = code_of(page.text)
    found = visitor.post("/look", data={"_form": code, "size": "large", "next": target})
    assert found.headers["Location"] == "/"


def test_a_page_may_run_only_what_is_ours(visitor: FlaskClient) -> None:
    found = visitor.get("/")
    policy = found.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert " style=" not in found.text
    assert not re.findall(r"\son[a-z]+=", found.text)
    assert not re.findall(r'(?:src|href|action)="(?!/|#|tel:)', found.text)


def test_no_address_leads_out_of_the_folder(visitor: FlaskClient) -> None:
    for name in ("../edge.py", "%2e%2e/edge.py", "site.css/../../edge.py", "nothing.css", ""):
        assert visitor.get(f"/static/{name}").status_code == 404


def test_a_sign_in_that_is_over_is_forgotten_by_the_browser(deps: Deps, visitor: FlaskClient) -> None:
    visitor.set_cookie("citizen_access", "forged", domain="localhost")
    visitor.set_cookie("citizen_session", "forged", domain="localhost")
    found = visitor.get("/")
    assert found.status_code == 200
    assert "登录" in found.text
    dropped = [line for line in found.headers.getlist("Set-Cookie") if line.startswith("citizen_")]
    assert len(dropped) == 2
    assert all("Max-Age=0" in line for line in dropped)


def test_a_page_left_open_goes_on_with_the_session_that_is_kept(deps: Deps, visitor: FlaskClient) -> None:
    """Two pages that ask at once, both with the old token: neither ends the session."""
    tokens = residents.sign_in(deps).tokens
    visitor.set_cookie("citizen_session", tokens.refresh_token or "", domain="localhost", path="/")
    for _ in range(2):
        visitor.set_cookie("citizen_access", "expired", domain="localhost", path="/")
        found = visitor.get("/")
        assert "我的" in found.text
        assert any(line.startswith("citizen_access=ey") for line in found.headers.getlist("Set-Cookie"))


def test_the_check_itself_sees_what_is_wrong(visiting: Visiting) -> None:
    one = visiting()
    one.open("/look")
    one.page.evaluate(
        "document.querySelector('h1').insertAdjacentHTML('afterend', '<img src=\"/static/icon.svg\"><input>')"
    )
    with pytest.raises(AssertionError, match="image-alt"):
        one.check()


def test_a_part_of_a_page_that_is_refused_is_seen_and_may_be_named(visiting: Visiting) -> None:
    """The page itself may be refused; a picture or an answer to a script may not, unless the test says so."""
    gone = """async () => {
      const picture = new Image();
      const over = new Promise((done) => picture.addEventListener("error", done));
      picture.src = "/static/gone.png?v=1";
      await over;
      await fetch("/passes/nothing/state", {headers: {Accept: "application/json"}});
    }"""
    one = visiting()
    assert one.open("/nothing-here").status == 404
    one.leave()
    one.page.evaluate(gone)
    with pytest.raises(AssertionError, match=r"404: GET .*gone\.png"):
        one.leave()
    one.expect("/static/gone.png")
    one.page.evaluate(gone)
    with pytest.raises(AssertionError, match="/passes/nothing/state"):
        one.leave()
    one.expect("/passes/*/state")
    one.page.evaluate(gone)
    one.leave()


def test_the_systems_dark_is_the_dark_that_is_chosen(visiting: Visiting) -> None:
    """Nobody has chosen anything: the colours follow the system, from the same list of tokens."""
    style = (assets.FOLDER / "site.css").read_text()
    system = re.search(
        r"prefers-color-scheme: dark\) {\s*:root\[data-theme=\"auto\"] {(.*?)}", style, re.DOTALL
    )
    chosen = re.search(r'^:root\[data-theme="dark"] {(.*?)}', style, re.DOTALL | re.MULTILINE)
    assert system is not None
    assert chosen is not None
    by_system, by_choice = (
        sorted(line.strip() for line in found[1].split(";") if line.strip()) for found in (system, chosen)
    )
    assert "color-scheme: dark" in by_choice
    assert by_system == by_choice
    ground = "getComputedStyle(document.body).backgroundColor"
    one = visiting(color_scheme="dark")
    one.open("/")
    assert one.page.get_attribute("html", "data-theme") == "auto"
    dark = one.page.evaluate(ground)
    one.check()
    one.wear("light")
    assert one.page.evaluate(ground) != dark
    one.wear("dark")
    assert one.page.evaluate(ground) == dark


@pytest.mark.parametrize(("kind", "is_secure"), [("production", True), ("test", True), ("demo", False)])
def test_cookies_go_over_tls_alone_outside_the_demonstration(
    deps: Deps, standing: Standing, kind: AppEnv, is_secure: bool
) -> None:
    """`make run` has no TLS: there a browser would send none back."""
    told = replace(deps, settings=replace(deps.settings, app_env=kind))
    client = standing.app(told).test_client()
    client.environ_base["HTTP_ACCEPT"] = "text/html"
    lines: list[str] = []
    page = client.get("/login")
    lines += page.headers.getlist("Set-Cookie")
    form = {"_form": code_of(page.text), "phone": PHONE}
    client.post("/login", data=form)
    found = client.post("/login/code", data=form | {"code": residents.messages(deps)[-1]["code"]})
    assert found.status_code == 303
    lines += found.headers.getlist("Set-Cookie")
    lines += client.post("/look", data={"theme": "dark"} | form).headers.getlist("Set-Cookie")
    assert {line.partition("=")[0] for line in lines} >= {
        "form",
        "citizen_access",
        "citizen_session",
        "theme",
    }
    for line in lines:
        assert ("; Secure" in line) == is_secure, line
        assert "; SameSite=Lax" in line
        assert ("; HttpOnly" in line) != line.startswith("theme=")


def test_every_foot_names_the_operator_and_a_demonstration_says_what_it_is(
    deps: Deps, standing: Standing
) -> None:
    invented = "演示环境 · 数据均为虚构"
    named = replace(deps.settings, operator_name="某市<信用>中心", operator_name_en="A City's Centre")
    for settings, name, is_demo in (
        (replace(deps.settings, app_env="demo"), "演示运营方", True),
        (replace(named, app_env="production"), "某市&lt;信用&gt;中心", False),
    ):
        client = standing.app(replace(deps, settings=settings)).test_client()
        client.environ_base["HTTP_ACCEPT"] = "text/html"
        for path in ("/", "/look", "/merchant/login", "/staff/login", "/nothing-here", "/staff/nothing-here"):
            foot = client.get(path).text.rpartition("<footer")[2]
            assert f"运营方：{name}" in foot, path
            assert (invented in foot) == is_demo, path
        client.set_cookie("lang", "en", domain="localhost")
        foot = client.get("/").text.rpartition("<footer")[2]
        assert ("Demonstration · all data invented" in foot) == is_demo
        assert ("Operated by: demonstration operator" in foot) == is_demo


def test_a_used_refresh_token_as_a_cookie_ends_the_whole_family(deps: Deps, visitor: FlaskClient) -> None:
    """As over the API: a copy is about, so the token that took its place is worth nothing either."""
    first = residents.sign_in(deps).tokens
    renewed = accounts.refresh(deps, residents.STRANGER, refresh_token=first.refresh_token or "")
    visitor.set_cookie("citizen_session", first.refresh_token or "", domain="localhost", path="/")
    assert visitor.get("/me").status_code == 303
    assert visitor.get_cookie("citizen_session") is None
    with pytest.raises(ServiceError, match="auth"):
        accounts.refresh(deps, residents.STRANGER, refresh_token=renewed.refresh_token or "")
    with pytest.raises(ServiceError, match="auth"):
        residents.authenticate(deps, renewed.access_token)
    assert people.acts(deps, "accounts.refresh_reused")


def test_modules_have_the_names_they_have_in_the_citys_own_app(visitor: FlaskClient) -> None:
    front = re.sub(r"<svg.*?</svg>", "", visitor.get("/").text)
    for target, name in {
        "/report": "个人信用",
        "/benefits": "信用小红包",
        "/map": "信用地图",
        "/news": "信用资讯",
    }.items():
        assert f'<a href="{target}">{name}</a>' in front
        if target != "/report":  # the module opens on the report itself
            assert f"<h1>{name}</h1>" in visitor.get(target).text


@pytest.mark.parametrize("path", ["/login", "/staff/login", "/objections/new", "/me/close"])
def test_a_part_of_a_form_without_a_name_breaks_no_page(visitor: FlaskClient, path: str) -> None:
    body = b"--x\r\nContent-Disposition: form-data\r\n\r\nn\r\n--x--\r\n"
    answer = visitor.post(
        path,
        data=body,
        content_type="multipart/form-data; boundary=x",
        headers={"Origin": "http://localhost"},
    )
    assert 400 <= answer.status_code < 500
