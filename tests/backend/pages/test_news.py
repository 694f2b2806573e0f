"""News as readers see it: lists, the search, and an article that can hurt nobody."""

import re

from flask.testing import FlaskClient

from schemas.terms import NewsCategory
from tests.backend.news.conftest import press as press
from tests.backend.news.press import Press
from tests.backend.pages.conftest import Visiting
from tests.support import browser as browsing
from tests.support.browser import Visit


def titles(reader: Visit) -> list[str]:
    reader.page.wait_for_load_state()
    return reader.page.locator(".piece h3").all_inner_texts()


def test_a_picture_of_an_article_is_shown_and_said(press: Press, visiting: Visiting) -> None:
    one = press.draft()
    picture = press.add(one)
    press.change(one, body=f"![一把伞](picture:{picture})", cover_id=picture)
    press.publish(press.approve(press.submit(one)))
    reader = visiting()
    reader.open(f"/news/{one.id}")
    shown = reader.page.locator(".prose img")
    assert shown.get_attribute("alt") == "一把伞"
    assert (
        shown.evaluate("async (picture) => { await picture.decode(); return picture.naturalWidth; }") == 320
    )


def test_a_reader_finds_an_article_by_topic_by_words_and_reads_it(press: Press, visiting: Visiting) -> None:
    press.published(title="雨伞免押金", body="凭信用借伞。", category=NewsCategory.NEWS)
    press.published(title="修复三步", body="纠正、承诺、申请。", category=NewsCategory.POLICY)
    reader = visiting()
    reader.open("/news")
    reader.page.click("nav >> text=政策法规")
    assert titles(reader) == ["修复三步"]
    assert reader.page.locator(".chip[aria-current]").inner_text() == "政策法规"
    reader.page.fill("#f-q", "借伞")
    reader.page.click("[role=search] button")
    assert "没有找到" in reader.text()
    reader.check()
    reader.page.click("nav >> text=全部")
    assert titles(reader) == ["雨伞免押金"]
    reader.page.click(".piece")
    assert reader.page.inner_text("h1") == "雨伞免押金"
    assert reader.page.title().startswith("雨伞免押金 ·")


def test_lists_go_on_without_script(press: Press, visiting: Visiting) -> None:
    for number in range(14):
        press.published(title=f"第{number}篇")
    reader = visiting(java_script_enabled=False)
    reader.open("/news")
    first = titles(reader)
    reader.page.click("text=查看更多")
    second = titles(reader)
    assert (len(first), len(second)) == (12, 2)
    assert len(set(first + second)) == 14


def test_an_article_tells_others_what_it_is(press: Press, visitor: FlaskClient) -> None:
    one = press.published(title="信用“修复”<怎么办>", summary="三步 & 一页", body="正文")
    page = visitor.get(f"/news/{one.id}").text
    assert '<meta name="description" content="三步 &amp; 一页">' in page
    assert 'property="og:title" content="信用“修复”&lt;怎么办&gt;"' in page
    assert re.search(rf'property="og:url" content="http[^"]+/news/{one.id}"', page)
    assert 'rel="alternate" type="application/atom+xml"' in page
    feed = re.search(
        r'type="application/atom\+xml"[^>]+href="([^"]+)"', visitor.get("/news?category=policy").text
    )
    assert feed is not None
    found = visitor.get(feed[1].replace("&amp;", "&"))
    assert found.mimetype == "application/atom+xml"
    assert "<name>演示运营方</name>" in found.text
    assert "演示运营方" in page.partition("<article")[2].partition("</header>")[0]


def test_what_an_editor_writes_runs_nothing(press: Press, visiting: Visiting) -> None:
    body = (
        "<script>document.title = 'owned'</script>\n\n<img src=x onerror=\"document.title='owned'\">\n\n"
        "[here](javascript:document.title='owned') <b style='color:red'>b</b>"
    )
    one = press.published(title="试试", body=body)
    reader = visiting()
    reader.open(f"/news/{one.id}")
    assert reader.page.title().startswith("试试")
    assert reader.page.locator(".prose script, .prose img, .prose [style], .prose a").count() == 0


def test_without_english_an_article_stands_in_chinese_and_says_so(press: Press, visiting: Visiting) -> None:
    both = press.published(title="两种", title_en="Both", body_en="In English.")
    only = press.published(title="只有中文")
    reader = visiting().prefers(lang="en")
    reader.open(f"/news/{both.id}")
    assert (reader.page.inner_text("h1"), reader.page.get_attribute("article", "lang")) == ("Both", "en")
    reader.open(f"/news/{only.id}")
    assert (reader.page.inner_text("h1"), reader.page.get_attribute("article", "lang")) == (
        "只有中文",
        "zh-CN",
    )
    assert "in Chinese only" in reader.text()
    reader.check()


def test_on_paper_there_is_the_article_and_its_address(press: Press, visiting: Visiting) -> None:
    one = press.published()
    reader = visiting(size=browsing.DESK)
    reader.open(f"/news/{one.id}")
    reader.page.emulate_media(media="print")
    for hidden in (".top", ".foot", ".back"):
        assert not reader.page.is_visible(hidden)
    assert reader.page.locator(".only-print").inner_text().endswith(f"/news/{one.id}")


def test_an_article_that_was_taken_down_says_why_and_a_wrong_address_leads_on(
    press: Press, visitor: FlaskClient
) -> None:
    one = press.published()
    press.unpublish(one, reason="文号有误，更正后重新发布。")
    gone = visitor.get(f"/news/{one.id}")
    assert gone.status_code == 404
    assert "文号有误，更正后重新发布。" in gone.text
    assert visitor.get("/news/nothing").status_code == 404
    assert visitor.get(f"/news/{press.draft().id}").status_code == 404


def test_a_filter_or_a_page_that_is_none_begins_at_the_top(press: Press, visitor: FlaskClient) -> None:
    press.published(title="在这里")
    for query in ("category=sports", "cursor=nonsense", "q=" + "长" * 65):
        found = visitor.get(f"/news?{query}")
        assert found.status_code == 422
        assert "在这里" in found.text
    assert visitor.get("/news?q=%20&utm_source=x").status_code == 200
