"""The feed, read by somebody else's reader."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest

from backend.news import rules, service
from backend.news.rules import Entry, Feed
from schemas.terms import NewsCategory
from tests.backend.news.press import Press
from tests.support.world import Clock

ATOM = "{http://www.w3.org/2005/Atom}"
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
HEAD = Feed("feed:zh", "zh-CN", "资讯", "中心", "https://a.example/feed", "https://a.example/news", AT)
ENTRY = Entry("n1", "zh-CN", "题", "要", ("news", "动态"), "https://a.example/news/n1", None, AT, AT)


def parsed(document: bytes) -> Any:
    found = feedparser.parse(document)
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    return found


def faults(document: bytes) -> Iterator[str]:
    """What RFC 4287 asks of a feed beyond being XML: 4.1.1, 4.1.2, 4.2.6, 4.2.7."""
    root = ET.fromstring(document)
    if root.tag != f"{ATOM}feed":
        yield "no feed"
    for node in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            if len(node.findall(f"{ATOM}{name}")) != 1 or not node.findtext(f"{ATOM}{name}"):
                yield f"{node.tag}: one {name} is needed"
        if not datetime.fromisoformat(node.findtext(f"{ATOM}updated") or "").tzinfo:
            yield "a date without its zone"
        kinds = [
            (link.get("rel"), link.get("type"), link.get("hreflang")) for link in node.findall(f"{ATOM}link")
        ]
        if kinds.count(("alternate", "text/html", None)) > 1 or not kinds:
            yield "alternates"
    if not root.findtext(f"{ATOM}author/{ATOM}name"):
        yield "no author"
    ids = [one.text for one in root.iter(f"{ATOM}id")]
    if len(ids) != len(set(ids)):
        yield "an id twice"


def test_it_is_a_valid_feed_of_what_is_published_newest_first(press: Press, clock: Clock) -> None:
    press = Press(
        replace(press.deps, settings=replace(press.deps.settings, public_url="https://credit.example/"))
    )
    one = press.draft(title="甲 <b>&amp;", summary="要点 & <i>")
    cover = press.add(one)
    press.change(one, title="甲 <b>&amp;", summary="要点 & <i>", cover_id=cover)
    press.submit(one)
    press.approve(one)
    press.publish(one)
    clock.advance(hours=1)
    two = press.published(title="乙", title_en="Two", body_en="English", category=NewsCategory.POLICY)
    press.draft(title="丙")
    document = service.feed(press.deps, language="zh")
    assert list(faults(document)) == []
    found = parsed(document)
    assert [entry.id for entry in found.entries] == [
        f"urn:x-credit-shanghai:news:{two.id}",
        f"urn:x-credit-shanghai:news:{one.id}",
    ]
    first = found.entries[1]
    assert ET.fromstring(document).findall(f"{ATOM}entry/{ATOM}title")[1].text == "甲 <b>&amp;"
    assert first.link == f"https://credit.example/news/{one.id}"
    assert [(link.rel, link.href) for link in first.links if link.rel == "enclosure"] == [
        ("enclosure", f"https://credit.example/api/v1/news/pictures/{cover}")
    ]
    assert (first.tags[0].term, first.tags[0].label) == ("knowledge", "信用知识")
    assert found.feed.updated == "2026-11-21T21:00:00.000+08:00"
    assert found.feed.links[0].href == "https://credit.example/api/v1/news/feed?lang=zh"


def test_in_english_what_has_no_english_says_that_it_is_chinese(press: Press) -> None:
    press.published(title="甲")
    press.published(title="乙", title_en="Two", body_en="English")
    root = ET.fromstring(service.feed(press.deps, language="en"))
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    entries = root.findall(f"{ATOM}entry")
    said = sorted((one.get(lang), one.findtext(f"{ATOM}title")) for one in entries)
    assert said == [("en", "Two"), ("zh-CN", "甲")]


def test_a_feed_of_one_category_has_that_alone_and_an_id_of_its_own(press: Press) -> None:
    press.published(title="甲", category=NewsCategory.POLICY)
    press.published(title="乙", category=NewsCategory.CASES)
    found = parsed(service.feed(press.deps, language="zh", category=NewsCategory.POLICY))
    assert [entry.title for entry in found.entries] == ["甲"]
    assert found.feed.title == "信用上海 · 政策法规"
    assert found.feed.id != parsed(service.feed(press.deps, language="zh")).feed.id


def test_with_nothing_in_it_it_is_valid_as_well(press: Press) -> None:
    document = service.feed(press.deps, language="zh")
    assert list(faults(document)) == []
    assert parsed(document).entries == []


def test_a_new_revision_is_the_same_entry_updated(press: Press, clock: Clock) -> None:
    one = press.published()
    before = parsed(service.feed(press.deps, language="zh")).entries[0]
    clock.advance(hours=3)
    press.again(one, title="更新")
    after = parsed(service.feed(press.deps, language="zh")).entries[0]
    assert (after.id, after.published) == (before.id, before.published)
    assert after.updated > before.updated


def test_it_holds_the_newest_thirty(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.news.service.reading.FEED_ENTRIES", 2)
    for number in range(3):
        press.published(title=f"第{number}篇")
    assert len(parsed(service.feed(press.deps, language="zh")).entries) == 2


@pytest.mark.parametrize(
    "title", ["a\x00b", "a\x0bb", "\ufffe", "]]>", "<![CDATA[", "&#0;", "\ud800", "𠮷\u2028"]
)
def test_no_text_breaks_the_document(title: str) -> None:
    document = rules.feed(HEAD, [replace(ENTRY, title=title, summary=title * 3)])
    assert list(faults(document)) in ([], [f"{ATOM}entry: one title is needed"])
    assert not feedparser.parse(document).bozo
