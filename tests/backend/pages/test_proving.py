"""Proving who one is on a page: the notice before the camera, real faces before it, and the way without a face."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from playwright.sync_api import Browser, Playwright, Route

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.gateways.faces import Faces, SocketFaces, Wanted
from backend.identity import service as identity
from schemas.faces import Measures
from tests.backend.facechecks.test_service import BUSY, ScriptedFaces
from tests.backend.pages.conftest import Visiting
from tests.backend.pages.test_home import code_of
from tests.support import browser as browsing
from tests.support import people, residents
from tests.support.browser import Visit
from tests.support.camera import Films, ended, follow
from tests.support.residents import Resident
from tests.support.web import Standing, loud
from tests.support.world import Clock

Filming = Callable[..., Visit]
Cameras = Callable[[str | None, bool], Browser]
PATTERN = "pattern"
"""Chromium's own moving picture, where a test needs a camera and no face."""
FPS = 7
"""How many of its pictures come in a second: each costs as much as the page's own work in that time. It turns by 600 degrees a
second, so that with 20, 10 or 5 it soon shows the same again, which the page takes for a turn that nobody made; with 7 it takes
three seconds."""
DARK, STILL = "grey 20", "grey 120"
"""Films of one grey that never move."""
SELDOM = "grey" + " 70 120 170" * 10
"""A camera that gives one picture a second, and does not begin again within the test, when its first picture would come twice."""


# Each step is tapped away as soon as the page asks for it.
AT_ONCE = """() => new Promise((done, failed) => {
  const face = document.getElementById("face"), step = document.getElementById("step"), act = document.getElementById("act");
  const late = setTimeout(() => failed(new Error(`not asked for step ${place}: ${face.innerText}`)), 20_000);
  let place = 1;
  const asked = () => {
    if (face.dataset.stage !== "running" || act.hidden || !step.textContent.includes(`第 ${place} 步`)) return;
    act.click();
    if (++place < 6) return;
    clearTimeout(late);
    watcher.disconnect();
    done();
  };
  const watcher = new MutationObserver(asked);
  watcher.observe(face, { subtree: true, childList: true, attributes: true });
  asked();
})"""
FOCUS = "document.activeElement.textContent.trim()"


class Keeping(ScriptedFaces):
    """Keeps the frames that it was shown."""

    kept: Sequence[bytes] = ()

    def measure(self, frames: Sequence[bytes], template: bytes, wanted: Wanted) -> Measures:
        self.kept = frames
        return super().measure(frames, template, wanted)


def bound(deps: Deps) -> Resident:
    """Signed in and bound, not yet proved."""
    people.resident(deps)
    one = residents.sign_in(deps)
    identity.bind(deps, one.actor, name=people.NAME, id_number=people.NUMBER)
    return Resident(one.tokens, people.again(deps, one.actor))


def agree(deps: Deps, actor: Actor) -> None:
    (notice,) = identity.current_notices()
    identity.give_consent(deps, actor, purpose=notice.purpose, notice_version=notice.version)


def window_code(deps: Deps) -> str:
    return identity.issue_window_code(deps, people.COMMAND, id_number=people.NUMBER).code


@pytest.fixture(scope="module")
def cameras(films: Films, playwright: Playwright) -> Iterator[Cameras]:
    """A browser for each thing that stands before a camera, started when the first test wants it: a camera begins anew for each
    visit, which has a context of its own."""
    with ExitStack() as stack:

        @cache
        def start(name: str | None, allow: bool) -> Browser:
            camera = [f"--use-fake-device-for-media-stream=fps={FPS}"] if name else []
            camera.append(f"--use-fake-ui-for-media-stream{'' if allow else '=deny'}")
            if name and name != PATTERN:
                camera.append(f"--use-file-for-fake-video-capture={films(name).path}")
            launched = playwright.chromium.launch(
                executable_path=browsing.CHROMIUM, args=[*browsing.ARGUMENTS, *camera]
            )
            stack.callback(launched.close)
            return launched

        yield start


@pytest.fixture
def filming(deps: Deps, standing: Standing, cameras: Cameras) -> Iterator[Filming]:
    """A visit whose camera shows a film, or that has none; judged by the matcher given.

    By somebody who wants no motion, unless the test says otherwise: what moves is painted all the time it is looked at, which
    takes more of the processor than all else on the page.
    """
    with ExitStack() as stack:

        def begin(name: str | None, matcher: Faces, *, allow: bool = True, **more: Any) -> Visit:
            app = stack.enter_context(loud(standing.app(replace(deps, faces=matcher))))
            home = stack.enter_context(browsing.served(app))
            given: dict[str, Any] = {"permissions": ["camera"]} if allow else {}
            given |= {"reduced_motion": "reduce"}
            return stack.enter_context(browsing.visit(cameras(name, allow), home, **given | more))

        yield begin


@pytest.fixture
def one(deps: Deps) -> Resident:
    """A resident with a photograph on file who has not agreed to anything."""
    made = bound(deps)
    people.enrol(deps, made.actor)
    return made


def to_the_camera(visit: Visit, tokens: Any, *, way_on: str = "/me") -> None:
    """Through the notice, with the camera on."""
    visit.signed_in(tokens)
    visit.open(f"/verify-me/face?next={way_on}")
    if visit.page.query_selector("button:has-text('同意，用刷脸')"):
        visit.page.click("button:has-text('同意，用刷脸')")
    visit.page.click("#act:has-text('打开摄像头')")
    visit.page.wait_for_selector("#face[data-stage=ready]")


def is_off(visit: Visit) -> bool:
    return bool(visit.page.evaluate("document.getElementById('view').srcObject === null"))


@pytest.mark.e2e
@pytest.mark.timeout(400)
def test_the_person_on_file_passes_before_the_camera(
    deps: Deps, faces: SocketFaces, resident: bytes, filming: Filming, films: Films
) -> None:
    made = bound(deps)
    people.enrol(deps, made.actor, template=resident)
    visit = filming("obama2.jpg", faces)
    to_the_camera(visit, made.tokens)
    visit.check()
    follow(visit, films("obama2.jpg"))
    said = ended(visit)
    assert "已确认是您本人" in said
    assert is_off(visit)
    assert "citizen_access" not in visit.page.evaluate("document.cookie")
    visit.page.click("#act")
    visit.page.wait_for_url("**/me")
    assert "本人核验有效至" in visit.page.inner_text(".proved")
    kept = {each["name"]: each["httpOnly"] for each in visit.context.cookies()}
    assert kept["citizen_access"]
    assert people.again(deps, made.actor).is_verified(deps.now())


@pytest.mark.e2e
@pytest.mark.timeout(400)
def test_somebody_else_before_the_camera_is_refused(
    deps: Deps, faces: SocketFaces, somebody_else: bytes, filming: Filming, films: Films
) -> None:
    made = bound(deps)
    people.enrol(deps, made.actor, template=somebody_else)
    visit = filming("obama2.jpg", faces)
    to_the_camera(visit, made.tokens)
    follow(visit, films("obama2.jpg"))
    said = ended(visit)
    assert "未能确认是您本人" in said
    assert "还可以再试 4 次" in said
    visit.check()
    assert not people.again(deps, made.actor).is_verified(deps.now())


@pytest.mark.e2e
@pytest.mark.timeout(400)
def test_a_photograph_held_before_the_camera_is_refused(
    deps: Deps, faces: SocketFaces, resident: bytes, filming: Filming
) -> None:
    """At the page's own pace and with all that moves on it, as most people do it; the picture is of the person on file."""
    made = bound(deps)
    people.enrol(deps, made.actor, template=resident)
    visit = filming("obama2.jpg still", faces, reduced_motion="no-preference")
    to_the_camera(visit, made.tokens)
    visit.page.click("#act")
    # What can be seen here is said at once; what it means is for the service to say.
    visit.page.wait_for_selector("#what:has-text('没看到转动')")
    assert "画面没有变化" in ended(visit, within_ms=60_000)
    assert not people.again(deps, made.actor).is_verified(deps.now())


@pytest.mark.e2e
@pytest.mark.timeout(400)
def test_two_before_the_camera_are_told_so_and_may_try_again(
    deps: Deps, faces: SocketFaces, resident: bytes, filming: Filming, films: Films
) -> None:
    """The person on file turns as asked, and somebody stands beside them: that is no wrong face, and is not counted as one."""
    made = bound(deps)
    people.enrol(deps, made.actor, template=resident)
    visit = filming("obama2.jpg and biden.jpg", faces)
    to_the_camera(visit, made.tokens)
    follow(visit, films("obama2.jpg and biden.jpg"))
    said = ended(visit)
    assert "画面中不止一张脸，请确保只有您一人" in said
    assert "还可以再试" not in said
    assert is_off(visit)
    visit.check()
    assert not people.again(deps, made.actor).is_verified(deps.now())
    visit.page.click("#act:has-text('再试一次')")
    visit.page.wait_for_selector("#face[data-stage=running]")


def test_the_camera_opens_only_after_consent(deps: Deps, one: Resident, filming: Filming) -> None:
    visit = filming(PATTERN, ScriptedFaces()).signed_in(one.tokens)
    visit.open("/verify-me?next=/me")
    visit.page.click("text=用刷脸 >> nth=-1")
    visit.page.wait_for_selector("h1:has-text('刷脸前请先阅读')")
    (notice,) = identity.current_notices()
    for said in (notice.text, notice.storage, notice.withdrawal, notice.other_way):
        assert said.zh in visit.text()
    assert visit.page.query_selector("video") is None
    assert identity.list_consents(deps, one.actor) == ()
    visit.page.click("button:has-text('同意，用刷脸')")
    visit.page.wait_for_selector("#face[data-stage=start]")
    assert is_off(visit)
    (consent,) = identity.list_consents(deps, one.actor)
    assert consent.notice_version == notice.version


def test_the_even_pace_needs_no_hand(deps: Deps, one: Resident, filming: Filming) -> None:
    agree(deps, one.actor)
    visit = filming(PATTERN, ScriptedFaces())
    to_the_camera(visit, one.tokens)
    visit.page.click("#act")
    visit.page.wait_for_selector("#face[data-stage=running]")
    assert "看镜头" in visit.page.inner_text("#what")
    assert "秒" in visit.page.inner_text("#left")
    assert "已确认是您本人" in ended(visit, within_ms=60_000)


def test_refusals_are_told_with_the_way_on_until_it_is_locked(
    deps: Deps, one: Resident, filming: Filming
) -> None:
    agree(deps, one.actor)
    matcher = ScriptedFaces(fails=BUSY)
    visit = filming(PATTERN, matcher).expect("/verify-me/challenges", "/verify-me/challenges/*/frames")
    to_the_camera(visit, one.tokens)
    for fails, distance, told in (
        (BUSY, 0.3, "请约 3 秒后再试"),
        (None, 0.9, "还可以再试 4 次"),
        (None, 0.9, "还可以再试 3 次"),
    ):
        matcher.fails, matcher.distance = fails, distance
        hurry(visit)
        assert told in ended(visit)
        assert is_off(visit)
        assert visit.page.is_visible("text=改用窗口核验码")
    for _ in range(3):
        hurry(visit)
        ended(visit)
    assert "刷脸暂时锁定" in visit.page.inner_text("#what")
    assert visit.page.evaluate(FOCUS) == "改用窗口核验码（效果相同）"
    visit.open("/verify-me")
    assert "已锁定到" in visit.text()
    assert visit.page.query_selector("a:has-text('用刷脸')") is None
    visit.check()
    visit.page.fill("#f-code", window_code(deps))
    visit.page.click("button:has-text('用核验码')")
    visit.page.wait_for_url("**/report*")


def hurry(visit: Visit) -> None:
    """One attempt with a matcher that looks at nothing."""
    page = visit.page
    if not page.is_checked("#own-pace"):
        page.check("#own-pace")
    page.click("#act")
    page.evaluate(AT_ONCE)


def test_time_that_ran_out_costs_nothing_and_one_tap_begins_again(
    deps: Deps, one: Resident, filming: Filming
) -> None:
    agree(deps, one.actor)
    visit = filming(PATTERN, ScriptedFaces())
    visit.page.clock.install()
    to_the_camera(visit, one.tokens)
    visit.page.check("#own-pace")
    visit.page.click("#act")
    visit.page.wait_for_selector("#face[data-stage=running]")
    for passed, told in ((16_000, "还有 30 秒"), (15_000, "还有 15 秒")):
        visit.page.clock.fast_forward(passed)
        visit.page.wait_for_selector(f"#time:has-text('{told}')", state="attached")
    visit.page.clock.fast_forward(15_000)
    assert "时间到了" in ended(visit)
    assert is_off(visit)
    visit.page.click("#act:has-text('再试一次')")
    visit.page.wait_for_selector("#face[data-stage=running]")


def test_the_whole_check_goes_by_the_keyboard_with_a_word_after_each_step(
    deps: Deps, one: Resident, filming: Filming
) -> None:
    agree(deps, one.actor)
    visit = filming(PATTERN, ScriptedFaces()).signed_in(one.tokens)
    page, keys = visit.page, visit.page.keyboard
    visit.open("/verify-me/face?next=/me")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/frames", hold)
    page.focus("#act")
    keys.press("Enter")
    page.wait_for_selector("#face[data-stage=ready]")
    assert page.evaluate(FOCUS) == "开始"
    for key in ("Tab", "Space", "Shift+Tab", "Enter"):
        keys.press(key)
    for place in range(1, 6):
        page.wait_for_selector(f"#face[data-stage=running] #step:has-text('第 {place} 步')")
        assert page.evaluate(FOCUS) == "做好了"
        assert ("上一步拍到了" in page.inner_text("#more")) == (place > 1)
        assert page.inner_text("#dots") == "●" * (place - 1) + "○" * (6 - place)
        visit.check()
        keys.press("Space")
    page.wait_for_selector("#face[data-stage=sending]")
    assert page.evaluate("document.activeElement.id") == "face"
    held[0].continue_()
    page.wait_for_selector("#face[data-stage=passed]")
    assert page.evaluate(FOCUS) == "继续"
    keys.press("Enter")
    page.wait_for_url("**/me")


def test_too_little_light_is_said_at_once_and_the_step_taken_again(
    deps: Deps, one: Resident, filming: Filming
) -> None:
    """Three times; then the service has its say."""
    agree(deps, one.actor)
    visit = filming(DARK, ScriptedFaces(distance=0.9))
    to_the_camera(visit, one.tokens)
    page = visit.page
    page.wait_for_selector("#light:has-text('光线偏暗')")
    page.check("#own-pace")
    page.click("#act")
    for _ in range(3):
        page.wait_for_selector("#face[data-stage=running]")
        page.evaluate("document.getElementById('what').textContent = ''")
        page.click("#act")
        page.wait_for_selector("#what:has-text('太暗了')")
        assert "看镜头" in page.inner_text("#more")
        assert "第 1 步" in page.inner_text("#step")
    for place in range(1, 6):
        page.wait_for_selector(f"#face[data-stage=running] #step:has-text('第 {place} 步')")
        page.click("#act")
    assert "还可以再试 4 次" in ended(visit)


def test_a_turn_that_nobody_made_is_said_at_once(deps: Deps, one: Resident, filming: Filming) -> None:
    agree(deps, one.actor)
    visit = filming(STILL, ScriptedFaces())
    to_the_camera(visit, one.tokens)
    visit.page.check("#own-pace")
    for place in (1, 2):
        visit.page.click("#act")
        visit.page.wait_for_selector(f"#step:has-text('第 {place} 步')")
    visit.page.click("#act")
    visit.page.wait_for_selector("#what:has-text('没看到转动')")
    assert "第 2 步" in visit.page.inner_text("#step")


def test_a_picture_that_the_camera_is_slow_to_change_is_not_taken_twice(
    deps: Deps, one: Resident, filming: Filming
) -> None:
    """It would look like a photograph held before it."""
    agree(deps, one.actor)
    matcher = Keeping()
    visit = filming(SELDOM, matcher)
    to_the_camera(visit, one.tokens)
    hurry(visit)
    ended(visit)
    lights = [Image.open(BytesIO(frame)).convert("L").tobytes()[0] for frame in matcher.kept]
    assert len(lights) == 9
    assert all(abs(before - after) > 10 for before, after in pairwise(lights)), lights


@pytest.mark.parametrize("limit", [None, 2500])
def test_frames_are_sent_as_the_camera_gave_them_and_smaller_only_where_they_must(
    deps: Deps, one: Resident, filming: Filming, limit: int | None
) -> None:
    agree(deps, one.actor)
    matcher = Keeping()
    visit = filming(PATTERN, matcher)

    def answer(route: Route) -> None:
        found = route.fetch()
        told = found.json()
        told["frames"]["max_bytes"] = limit or told["frames"]["max_bytes"]
        route.fulfill(response=found, json=told)

    visit.page.route("**/verify-me/challenges", answer)
    to_the_camera(visit, one.tokens)
    given = visit.page.evaluate("[view.videoWidth, view.videoHeight]")
    shape = visit.page.evaluate("frame.clientWidth / frame.clientHeight")
    assert shape == pytest.approx(given[0] / given[1], rel=0.02)
    hurry(visit)
    assert "已确认是您本人" in ended(visit)
    for content in matcher.kept:
        with Image.open(BytesIO(content)) as frame:
            assert (list(frame.size) == given) == (limit is None)
        assert len(content) <= (limit or 400 * 1024)
    assert len(matcher.kept) == 9


def test_a_camera_or_a_line_that_is_lost_is_called_that(deps: Deps, one: Resident, filming: Filming) -> None:
    agree(deps, one.actor)
    visit = filming(PATTERN, ScriptedFaces())
    to_the_camera(visit, one.tokens)
    visit.page.evaluate("view.srcObject.getTracks()[0].dispatchEvent(new Event('ended'))")
    assert "摄像头没有画面了" in ended(visit)
    assert is_off(visit)
    visit.page.route("**/frames", lambda route: route.abort())
    hurry(visit)
    assert "没有收到答复" in ended(visit)
    visit.page.route("**/verify-me/challenges", lambda route: route.abort())
    visit.page.click("#act")
    visit.page.wait_for_selector("#what:has-text('网络断了') + #more:has-text('没有提交任何内容')")
    visit.check()
    visit.said.clear()  # the browser itself tells of requests that came to nothing


def test_a_camera_that_is_refused_or_missing_leaves_the_other_way(
    deps: Deps, one: Resident, filming: Filming
) -> None:
    agree(deps, one.actor)
    for camera, allow, told in (
        (PATTERN, False, "没有得到使用摄像头的许可"),
        (None, True, "没有可用的摄像头"),
    ):
        visit = filming(camera, ScriptedFaces(), allow=allow).signed_in(one.tokens)
        visit.open("/verify-me/face")
        visit.page.click("#act")
        assert told in ended(visit)
        visit.check()
        visit.page.click("#face a.second")
        visit.page.wait_for_url("**/verify-me?next=/report#window")


def test_the_camera_goes_off_when_the_page_is_left(deps: Deps, one: Resident, filming: Filming) -> None:
    agree(deps, one.actor)
    visit = filming(PATTERN, ScriptedFaces())
    to_the_camera(visit, one.tokens)
    visit.page.evaluate(
        "Object.defineProperty(document, 'hidden', {value: true, configurable: true});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    assert "摄像头已关闭" in ended(visit)
    assert is_off(visit)


def test_both_ways_have_one_size(one: Resident, visiting: Visiting) -> None:
    for size in (browsing.PHONE, browsing.DESK):
        visit = visiting(size=size).signed_in(one.tokens)
        visit.open("/verify-me")
        boxes = [each.bounding_box() for each in visit.page.query_selector_all(".way")]
        sizes = {(round(box["width"]), round(box["height"])) for box in boxes if box}
        assert len(boxes) == 2
        assert len(sizes) == 1, sizes


def test_the_window_way_works_without_script_and_says_what_is_wrong(
    deps: Deps, one: Resident, visiting: Visiting
) -> None:
    visit = visiting(java_script_enabled=False).signed_in(one.tokens)
    visit.open("/verify-me?next=/me")
    visit.page.fill("#f-code", "1234")
    visit.page.click("button:has-text('用核验码')")
    assert "核验码不正确" in visit.text()
    visit.page.fill("#f-code", window_code(deps))
    visit.page.click("button:has-text('用核验码')")
    visit.page.wait_for_url("**/me")
    assert "本人核验有效至" in visit.text()


def test_a_window_code_sent_again_leads_on_while_the_proof_holds(
    deps: Deps, visitor: FlaskClient, clock: Clock
) -> None:
    one = bound(deps)
    known(visitor, one)
    visitor.set_cookie("citizen_session", one.tokens.refresh_token or "", domain="localhost")
    sent = {"_form": code_of(visitor.get("/verify-me").text), "next": "/me", "code": window_code(deps)}
    for _ in range(2):
        found = visitor.post("/verify-me/window", data=sent)
        assert (found.status_code, found.headers["Location"]) == (303, "/me")
    clock.advance(minutes=11)
    late = visitor.post("/verify-me/window", data=sent)
    assert late.status_code == 409
    assert "已使用过" in late.text


def test_without_script_the_face_page_names_the_other_way(
    deps: Deps, one: Resident, visiting: Visiting
) -> None:
    agree(deps, one.actor)
    visit = visiting(java_script_enabled=False).signed_in(one.tokens)
    visit.open("/verify-me/face")
    assert "关闭了脚本" in visit.text()
    assert not visit.page.is_visible("#face")
    visit.page.click("noscript a")
    visit.page.wait_for_url("**/verify-me?next=/report#window")


def test_nobody_is_asked_for_a_consent_in_vain(deps: Deps, visitor: FlaskClient) -> None:
    known(visitor, bound(deps))
    page = visitor.get("/verify-me/face").text
    assert "没有可以比对的照片" in page
    assert "同意，用刷脸" not in page


def test_who_has_no_name_here_is_led_to_it_and_back(deps: Deps, visitor: FlaskClient) -> None:
    known(visitor, residents.sign_in(deps))
    found = visitor.get("/verify-me?next=/report")
    assert found.headers["Location"] == "/identity?next=%2Fverify-me%3Fnext%3D%2Freport"
    assert visitor.get("/verify-me", headers={"Accept": "application/json"}).status_code == 403


def test_the_frames_of_a_page_need_the_form_code_and_give_no_token(
    deps: Deps, one: Resident, visitor: FlaskClient
) -> None:
    agree(deps, one.actor)
    known(visitor, one)
    code = code_of(visitor.get("/me").text)
    json_of = {"Accept": "application/json"}
    for path in (
        "/verify-me/challenges",
        "/verify-me/challenges/x/frames",
        "/verify-me/consent",
        "/verify-me/window",
    ):
        assert visitor.post(path, headers=json_of).status_code == 403
    opened = visitor.post("/verify-me/challenges", headers=json_of | {"X-Form-Code": code}).json
    assert set(opened) == {"id", "nonce", "actions", "expires_at", "frames", "lasts_s"}
    assert opened["lasts_s"] == 45
    answer = visitor.post(
        f"/verify-me/challenges/{opened['id']}/frames",
        data={"nonce": "x"},
        headers=json_of | {"X-Form-Code": code},
    )
    assert answer.status_code == 400
    missing = visitor.post(
        "/verify-me/challenges/x/frames",
        data={"nonce": "x", "steps": "[]"},
        headers=json_of | {"X-Form-Code": code},
    )
    assert (missing.status_code, missing.json["reason"]) == (404, "identity.no_challenge")


def known(visitor: FlaskClient, one: Resident) -> None:
    visitor.set_cookie("citizen_access", one.tokens.access_token, domain="localhost", path="/")
