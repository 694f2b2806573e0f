"""The audit log and the year's figures in the console."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from backend.audit import service as audit
from backend.common.actor import Actor, system
from backend.common.deps import Deps
from backend.pages.staff import charts
from backend.pages.staff.charts import Series
from schemas.terms import Channel, Role
from schemas.text import Text
from tests.backend.objections.town import make_town
from tests.backend.pages.both import check_on_both
from tests.backend.pages.conftest import Visiting
from tests.backend.pages.console import Signed, at_desk, let_in
from tests.support import browser as browsing
from tests.support.people import acts
from tests.support.world import Clock

LOG, FIGURES = "/staff/audit", "/staff/operations"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
WORKER = system(Channel.WORKER, "worker")


@pytest.fixture
def auditor(deps: Deps, clock: Clock) -> Signed:
    """An auditor behind two months of looks, cases and imports."""
    for channel, action, days in (
        (Channel.PAGE, "reports.read", 30),
        (Channel.API, "reports.read", 30),
        (Channel.PAGE, "reports.read", 2),
        (Channel.LINK, "reports.read", 2),
        (Channel.BOT, "reports.summary", 1),
        (Channel.PAGE, "reports.download_again", 1),
    ):
        clock.set(NOW - timedelta(days=days))
        citizen = Actor("account-of-a-resident", Role.CITIZEN, channel, subject_id="s1")
        own = Text("本人查询", "Own look")
        audit.look(
            deps, citizen, action, subject_id="s1", purpose=own, scope=Text("全部信用记录", "All records")
        )
    counts: dict[str, Any] = {
        "rows": 9000,
        "new": 8000,
        "changed": 0,
        "unchanged": 0,
        "refused": 1000,
        "linked": 8900,
    }
    audit.record(deps, WORKER, "records.import", "b1", unit="METRO", **counts)
    town = make_town(deps)
    town.moves(town.submit().id)["withdraw"]()
    clock.set(NOW)
    return at_desk(deps, "he", Role.AUDITOR)


def searches(deps: Deps) -> int:
    return len(acts(deps, "audit.search"))


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_an_end_of_the_calendar_is_told_at_its_box(
    deps: Deps, visitor: FlaskClient, name: str, day: str
) -> None:
    found = let_in(visitor, at_desk(deps, "he", Role.AUDITOR)).get(f"{LOG}?{name}={day}")
    assert (found.status_code, "须在 1900 年至 2199 年之间" in found.text) == (422, True)


def test_every_figure_unfolded_in_every_look(auditor: Signed, visiting: Visiting) -> None:
    one = visiting().signed_in(auditor.tokens, "staff")
    one.open(FIGURES)
    for summary in one.page.locator("#queries summary, #imports summary").all():
        summary.click()
    check_on_both(one)


def test_a_log_is_searched_by_clicking(deps: Deps, auditor: Signed, visiting: Visiting) -> None:
    one = visiting(size=browsing.DESK).signed_in(auditor.tokens, "staff")
    one.open(LOG)
    assert searches(deps) == 0, "only opening the page leaves no line"
    one.page.fill("#f-action", "reports.")
    one.page.select_option("#f-channel", "page")
    one.page.fill("#f-since", "2026-11-19")
    one.page.fill("#f-until", "2026-11-20")
    one.page.click("button:has-text('检索')")
    rows = one.page.locator("table.log tbody tr")
    assert rows.locator("code.break").all_inner_texts() == ["reports.download_again", "reports.read"]
    assert one.page.input_value("#f-action") == "reports."
    rows.first.locator("a").first.click()
    assert "actor_id=account-of-a-resident" in one.page.url
    assert one.page.locator("table.log tbody tr").count() >= 6
    assert searches(deps) == 2


def test_pages_of_the_log_go_on_with_the_same_search(
    deps: Deps, auditor: Signed, visitor: FlaskClient
) -> None:
    for number in range(31):
        audit.record(deps, WORKER, "jobs.done", f"job-{number}")
    found = let_in(visitor, auditor).get(f"{LOG}?action=jobs.").text
    more = found.partition('class="button second" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "action=jobs." in more
    assert visitor.get(more).text.count('<code class="break">jobs.done') == 1


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("since=yesterday", "aria-invalid"),
        ("action=a$b", "操作代码"),
        ("from=zz", "没有“from”这个检索条件"),
        ("since=2026-11-20&until=2026-11-01", "结束时间须晚于开始时间"),
        ("action=x&cursor=abc", "翻页标记无效"),
    ],
)
def test_a_search_that_cannot_be_is_explained(
    auditor: Signed, visitor: FlaskClient, asked: str, said: str
) -> None:
    answer = let_in(visitor, auditor).get(f"{LOG}?{asked}")
    assert answer.status_code == 422
    assert said in answer.text


@pytest.mark.parametrize("year", ["abc", "1999"])
def test_a_year_that_is_none_is_told_at_its_box(auditor: Signed, visitor: FlaskClient, year: str) -> None:
    answer = let_in(visitor, auditor).get(f"{FIGURES}?year={year}")
    assert answer.status_code == 422
    assert '<a href="#f-year">年份</a>：年份' in answer.text
    assert "全年合计" in answer.text


def test_nothing_found_is_said(auditor: Signed, visitor: FlaskClient) -> None:
    assert "没有符合条件的记录" in let_in(visitor, auditor).get(f"{LOG}?actor_id=nobody").text


def test_the_figures_are_read_without_scripts_in_both_languages(
    auditor: Signed, visitor: FlaskClient
) -> None:
    let_in(visitor, auditor)
    text = visitor.get(FIGURES).text
    assert "2026 年运行情况" in text
    assert "最多的是 11 月，共 4" in text
    assert "按时 100.0%" in text
    visitor.set_cookie("lang", "en", domain="localhost")
    assert "Operations in 2026" in visitor.get(FIGURES).text
    assert visitor.get(f"{FIGURES}?year=2031").status_code == 422
    assert "None in this year" in visitor.get(f"{FIGURES}?year=2020").text


def test_others_may_not_read_them(deps: Deps, visitor: FlaskClient) -> None:
    let_in(visitor, at_desk(deps, "ma", Role.CASE_OFFICER))
    assert [visitor.get(path).status_code for path in (LOG, FIGURES)] == [403, 403]
    let_in(visitor, at_desk(deps, "tang", Role.DATA_STEWARD))
    assert [visitor.get(path).status_code for path in (LOG, FIGURES)] == [403, 200]


@pytest.mark.parametrize("most", [0, 1, 3, 4, 7, 99, 100, 85_966, 1_031_597])
def test_a_scale_has_whole_steps_and_room_for_the_highest(most: int) -> None:
    for chart in (
        charts.stacked([Series("一", (most,) + (0,) * 11)]),
        charts.beside([Series("一", (most,) + (0,) * 11)]),
    ):
        assert 1 < len(chart.steps) <= 6
        assert all(one.y >= charts.TOP for one in chart.pieces)
        assert len({one.text for one in chart.steps}) == len(chart.steps)


def test_stacked_parts_stand_on_each_other() -> None:
    one, other = charts.stacked([Series("一", (3,) * 12), Series("二", (1,) * 12)]).pieces[:2]
    assert other.y + other.height == pytest.approx(one.y, abs=0.11)
    assert one.height == pytest.approx(3 * other.height, abs=0.3)
    assert (one.pattern, other.pattern) == (0, 1)
