"""Handing files in at the console, following them, and their quality reports."""

import csv
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page

from backend.batches import rules, service, store
from backend.common.actor import Actor
from backend.common.deps import Deps
from schemas.terms import BatchState, Role
from tests.backend.batches.conftest import PROVIDER, HandIn, hand_in, lines, row, town
from tests.backend.pages.conftest import Visiting
from tests.backend.pages.console import Signed, at_desk, form_code, let_in
from tests.support import browser as browsing
from tests.support.forms import empty_file

__all__ = ("hand_in", "town")
HOME = "/staff/imports"


@pytest.fixture
def provider(town: Deps) -> Signed:
    return at_desk(town, "gao", Role.PROVIDER, "HRSS")


def choose(page: Page, *rows: dict[str, Any] | str, name: str = "十一月报送.jsonl") -> None:
    content = lines(*rows)
    page.set_input_files("#f-file", {"name": name, "mimeType": "text/plain", "buffer": content})


def test_a_file_is_handed_in_followed_and_its_report_comes_by_itself(
    town: Deps, provider: Signed, visiting: Visiting, system_actor: Actor
) -> None:
    one = visiting(size=browsing.DESK).signed_in(provider.tokens, "staff")
    one.open(HOME)
    choose(one.page, row(1), row(2), row(3, occurred_on="2026-13-01"), "x")
    one.page.click("button:has-text('报送')")
    one.page.wait_for_url(f"**{HOME}/*")
    assert "等待处理" in one.text()
    one.check()
    assert service.process(town, system_actor) == 1
    one.page.wait_for_selector("h2:has-text('质量报告')")
    assert "50.0%" in one.text()
    one.check()
    with one.page.expect_download() as saved:
        one.page.click("a:has-text('下载未采纳行的行号和原因')")
    path = Path(saved.value.path())
    (_, *refused) = csv.reader(path.read_text().removeprefix(rules.BYTE_ORDER_MARK).splitlines())
    assert [line for line, *_ in refused] == ["3", "4"]


def test_how_far_reading_has_come_is_seen_without_looking_again(
    town: Deps, provider: Signed, hand_in: HandIn, visiting: Visiting, system_actor: Actor
) -> None:
    batch = hand_in(*(row(place) for place in range(1, 9)))
    taken = store.claim(town.db, "l", now=town.now(), until=town.now() + rules.LEASE)
    assert taken is not None
    one = visiting().signed_in(provider.tokens, "staff")
    one.open(f"{HOME}/{batch.id}")
    assert "已读取 0%" in one.text()
    store.keep_claim(town.db, taken, read_bytes=taken.size // 2, until=town.now() + rules.LEASE)
    one.page.wait_for_selector("text=/已读取 (49|50)%/")
    town.db["batches"].update_one({"_id": batch.id}, {"$set": {"lease_until": town.now()}})
    assert service.process(town, system_actor) == 1
    one.page.wait_for_selector("h2:has-text('质量报告')")
    assert "处理曾中断" in one.text()
    one.check()


def test_without_a_script_it_is_a_form_and_a_page(
    town: Deps, provider: Signed, visiting: Visiting, system_actor: Actor
) -> None:
    one = visiting(java_script_enabled=False).signed_in(provider.tokens, "staff")
    one.open(HOME)
    choose(one.page, row(1))
    one.page.click("button:has-text('报送')")
    one.page.wait_for_url(f"**{HOME}/*")
    service.process(town, system_actor)
    one.page.click("[data-refresh]")
    one.page.wait_for_selector("h2:has-text('质量报告')")
    one.open(HOME)
    assert "十一月报送.jsonl" in one.page.inner_text("table")


def test_what_cannot_be_handed_in_is_told_beside_the_form(
    town: Deps, provider: Signed, hand_in: HandIn, visiting: Visiting, tmp_path: Path
) -> None:
    hand_in(row(1))
    one = visiting().signed_in(provider.tokens, "staff")
    one.open(HOME)
    choose(one.page, row(1), name="a.xlsx")
    one.page.click("button:has-text('报送')")
    one.page.wait_for_selector("[data-refusal]")
    assert ".csv" in one.page.inner_text("[data-refusal]")
    choose(one.page, row(1))
    one.page.click("button:has-text('报送')")
    one.page.wait_for_selector("[data-refusal]:has-text('同一文件已报送')")
    assert one.page.locator("[data-refusal]").count() == 1
    one.check()
    one.page.set_input_files("#f-file", empty_file(tmp_path / "a.csv", rules.MOST_BYTES + 1))
    one.page.click("button:has-text('报送')")
    one.page.wait_for_selector("[data-upload-fault]:has-text('5 MB')")
    one.context.set_offline(True)
    choose(one.page, row(2))
    one.page.click("button:has-text('报送')")
    one.page.wait_for_selector("[data-upload-fault]:has-text('上传中断')")
    one.context.set_offline(False)
    one.said.clear()  # the browser's own word for it
    one.page.click("button:has-text('报送')")
    one.page.wait_for_url(f"**{HOME}/*")


def test_what_is_far_too_large_is_a_page_in_words(town: Deps, provider: Signed, visitor: FlaskClient) -> None:
    browser = let_in(visitor, provider)
    code = {"X-Form-Code": form_code(browser, HOME)}
    found = browser.post(
        HOME, data=bytes(6_000_000), content_type="multipart/form-data; boundary=x", headers=code
    )
    assert (found.status_code, found.mimetype) == (413, "text/html")
    assert town.db["batches"].count_documents({}) == 0


def test_a_refusal_without_a_script_leads_to_the_batch_that_waits(
    town: Deps, provider: Signed, hand_in: HandIn, visitor: FlaskClient
) -> None:
    batch, browser = hand_in(row(1)), let_in(visitor, provider)
    code = form_code(browser, HOME)
    found = browser.post(HOME, data={"_form": code})
    assert (found.status_code, "请选择一个文件" in found.text) == (422, True)
    sent = {"_form": code, "file": (BytesIO(lines(row(1))), "a.jsonl")}
    found = browser.post(HOME, data=sent, content_type="multipart/form-data")
    assert found.status_code == 409
    assert f"{HOME}/{batch.id}" in found.text
    again = {"file": (BytesIO(lines(row(2))), "a.jsonl")}
    assert browser.post(HOME, data=again, content_type="multipart/form-data").status_code == 403


def test_a_steward_reads_every_units_reports_and_hands_nothing_in(
    town: Deps, hand_in: HandIn, visitor: FlaskClient, visiting: Visiting, system_actor: Actor
) -> None:
    batch = hand_in(row(1), "x")
    service.process(town, system_actor)
    assert service.find_of_unit(town, PROVIDER, batch_id=batch.id).state is BatchState.DONE
    steward = at_desk(town, "tang", Role.DATA_STEWARD)
    one = visiting(size=browsing.DESK).signed_in(steward.tokens, "staff")
    one.open(HOME)
    assert one.page.locator("#f-file").count() == 0
    one.page.keyboard.press("j")
    one.page.keyboard.press("Enter")
    one.page.wait_for_selector("h2:has-text('质量报告')")
    browser = let_in(visitor, steward)
    assert browser.get(f"{HOME}/{batch.id}/refused-rows").mimetype == "text/csv"
    assert browser.post(HOME, data={"_form": form_code(browser, HOME)}).status_code == 403
