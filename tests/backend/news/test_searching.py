"""The search: Chinese without blanks, one form for what reads the same, titles first, and no question that hurts."""

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import opencc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymongo import TEXT

from backend.common.deps import Deps
from backend.news import rules, service
from backend.news.model import Published, Query, Searchable
from backend.news.rules import searching
from backend.news.rules.searching import fold
from backend.news.store import published
from schemas.news import QUERY_CHARACTERS
from schemas.terms import NewsCategory
from tests.backend.news.press import Press
from tests.support.plans import plans
from tests.support.refusals import refused
from tests.support.world import Clock

SENTENCE = "严重失信主体名单的认定、移出和信用修复须依法进行，Credit Map 上线了2018版。"
ALPHABET = "信用修復复aA1 ，"
EASY = settings(deadline=None, max_examples=200, derandomize=True, database=None)


@pytest.mark.parametrize(
    "words",
    [
        "失信",
        "失信主体",
        "主体名单的认定",
        "信用修复",
        "須依法進行",
        "嚴重失信主體",
        "严",
        "credit",
        "CREDIT　MAP",
        "ｃｒｅｄｉｔ",
        "2018",
        "２０１８",
        "失信 名单",
        "失\u200b信",
        "名单 credit 2018",
    ],
)
def test_it_is_found_by(press: Press, words: str) -> None:
    press.published(title="甲", body=SENTENCE)
    press.published(title="乙", body="别的内容")
    assert press.titles(q=words) == ["甲"]


@pytest.mark.parametrize(
    "words", ["信失", "主体的", "失信修复", "201", "cred", "税务", "失信 税务", "，。", " ", "*", "$"]
)
def test_it_is_not_found_by(press: Press, words: str) -> None:
    press.published(title="甲", body=SENTENCE)
    assert press.titles(q=words) == []


def test_the_databases_own_text_index_finds_none_of_these_words(press: Press, deps: Deps) -> None:
    """Why there is an index of our own: MongoDB cuts at blanks, and Chinese has none."""
    press.published(title="甲", body=SENTENCE)
    trial = deps.db["news_text_trial"]
    trial.drop()
    trial.create_index([("body", TEXT)], default_language="none")
    trial.insert_one({"body": SENTENCE})

    def theirs(words: str) -> int:
        return len(list(trial.find({"$text": {"$search": words}})))

    try:
        assert theirs("Map") == 1, "the trial itself works"
        for words in ("失信", "信用修复", "主体名单", "严"):
            assert (theirs(words), press.titles(q=words)) == (0, ["甲"])
    finally:
        trial.drop()


def test_the_title_counts_more_than_the_summary_and_that_more_than_the_text(
    press: Press, clock: Clock
) -> None:
    for title, summary, body in (
        ("文内", "别的", "讲的是信用修复。"),
        ("摘要", "信用修复", "别的"),
        ("信用修复题", "别的", "别的"),
        ("文内新", "别的", "也讲信用修复。"),
    ):
        press.published(title=title, summary=summary, body=body)
        clock.advance(minutes=1)
    assert press.titles(q="信用修复") == ["信用修复题", "摘要", "文内新", "文内"]


def test_words_across_a_line_end_and_across_marks_are_found(press: Press) -> None:
    press.published(title="甲", body="纠正失信\n行为，申请信**用修**复。\n\n断开的\n\n段落")
    assert press.titles(q="失信行为") == ["甲"]
    assert press.titles(q="信用修复") == ["甲"]
    assert press.titles(q="开的段落") == []


def test_english_and_chinese_are_both_searched(press: Press) -> None:
    press.published(title="甲", title_en="Café guide", body_en="How to *restore* a record")
    for words in ("cafe", "CAFÉ", "restore a record", "修复"):
        assert press.titles(q=words) == ["甲"]


def test_pages_of_a_search_hold_everything_once(press: Press, clock: Clock) -> None:
    wanted = set()
    for number in range(7):
        title = f"信用 {number}" if number % 2 else f"其他 {number}"
        wanted.add(press.published(title=title, body="讲信用", category=NewsCategory.CASES).id)
        if number % 3:
            clock.advance(minutes=1)
    press.published(title="信用 别栏", category=NewsCategory.POLICY)
    seen: list[str] = []
    cursor = None
    while True:
        page = service.listed(press.deps, q="信用", category=NewsCategory.CASES, limit=2, cursor=cursor)
        seen += [one.id for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(seen) == sorted(wanted)
    assert len(seen) == 7


def test_a_cursor_of_another_search_is_refused(press: Press) -> None:
    for _ in range(2):
        press.published(body="讲信用和修复")
    page = service.listed(press.deps, q="信用", limit=1)
    for other in ({"q": "修复"}, {"q": None}, {"q": "信用", "category": NewsCategory.NEWS}):
        refused("list.bad_cursor", service.listed, press.deps, limit=1, cursor=page.next_cursor, **other)


def test_a_search_goes_by_the_index(press: Press, deps: Deps) -> None:
    press.published()
    used = plans(deps, lambda: press.titles(q="信用修复", category=NewsCategory.KNOWLEDGE))
    assert not [way for way in used[published.COLLECTION] if "COLLSCAN" in way]
    asked = rules.query("信用修复")
    assert asked.terms == ("信用", "用修", "修复")


def hostile() -> Iterator[str]:
    yield from ("$where", '{"$gt": ""}', "$search.title", "\\", "'; drop", "(" * 64, ".*" * 32, "信" * 64)
    yield " ".join("abcdefghijklmnopqrstuvwxyz012345")
    yield " ".join("的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出")
    yield "\u0301" * 64
    yield "ﷺ" * 64


@pytest.mark.parametrize("words", list(hostile()))
def test_no_question_hurts(press: Press, words: str) -> None:
    assert len(words) <= QUERY_CHARACTERS
    press.published(body=SENTENCE)
    assert press.titles(q=words) in ([], ["信用修复怎么办"])


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_asked_the_answer_is_what_looking_through_everything_gives(
    press: Press, deps: Deps, clock: Clock, seed: int
) -> None:
    """Against a search without any index, in memory: the same articles in the same order, page by page."""
    drawn = random.Random(seed)

    def text(most: int) -> str:
        return "".join(drawn.choices(ALPHABET, k=drawn.randint(1, most)))

    known: list[tuple[Published, Searchable]] = []
    for number in range(30):
        at = clock() - timedelta(hours=drawn.randint(0, 8))
        one = Published(
            f"n{number:02}",
            1,
            NewsCategory.NEWS,
            text(4),
            None,
            text(6),
            None,
            None,
            at,
            at,
            text(12),
            None,
            (),
        )
        known.append((one, rules.searchable(one.title, one.summary, one.body)))
        published.put(deps.db, *known[-1])
    found = 0
    for _ in range(40):
        words = text(5)
        asked = rules.query(words)
        wanted = sorted(
            (-score, -one.published_at.timestamp(), one.id)
            for one, search in known
            if asked.runs and (score := _score(search, asked))
        )
        expected = [
            ident for _, _, ident in sorted(wanted, key=lambda row: (row[0], row[1], _reversed(row[2])))
        ]
        assert _all_pages(press, words, drawn.randint(1, 4)) == expected
        found += len(expected)
    assert found > 40


def _score(search: Searchable, asked: Query) -> int:
    """By reading: a word that is not Chinese is a whole word, Chinese stands anywhere."""
    for score, part in ((3, search.title), (2, search.lead), (1, search.whole)):
        runs = {found[0] for found in searching._RUN.finditer(part.folded)}
        if all(any(run in other if _is_han(run) else run == other for other in runs) for run in asked.runs):
            return score
    return 0


def _is_han(run: str) -> bool:
    return "\u3400" <= run[0] <= "\u9fff"


def _reversed(ident: str) -> tuple[int, ...]:
    return tuple(-ord(letter) for letter in ident)


def _all_pages(press: Press, words: str, limit: int) -> list[str]:
    seen: list[str] = []
    cursor = None
    while True:
        page = service.listed(press.deps, q=words, limit=limit, cursor=cursor)
        seen += [one.id for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return seen


@EASY
@given(st.text(max_size=QUERY_CHARACTERS))
def test_a_question_of_any_text_asks_for_little(words: str) -> None:
    asked = rules.query(words)
    assert len(asked.terms) <= 18 * QUERY_CHARACTERS, "one character may unfold into eighteen"
    assert all(0 < len(term) <= searching.LONGEST_WORD for term in asked.terms)
    assert bool(asked.terms) == bool(asked.runs)


HAN = st.text(st.sampled_from("信用修复失严重主体名单的认定，。 \n国國龙龍aB1"), min_size=1, max_size=40)


@EASY
@given(HAN, st.data())
def test_every_part_of_a_text_finds_it(text: str, data: Any) -> None:
    """Whatever is cut out of a text, all it asks for is in what was kept of the text."""
    kept = rules.searchable("", "", text)
    runs = [found[0] for found in searching._RUN.finditer(kept.whole.folded)]
    if not runs:
        return
    run = data.draw(st.sampled_from(runs))
    is_han = "\u3400" <= run[0] <= "\u9fff"
    begin = data.draw(st.integers(0, len(run) - 1)) if is_han else 0
    end = data.draw(st.integers(begin + 1, len(run))) if is_han else len(run)
    asked = rules.query(run[begin:end])
    assert set(asked.terms) <= set(kept.whole.terms)
    assert all(one in kept.whole.folded for one in asked.runs)


@EASY
@given(st.text(max_size=60))
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.fixture(scope="module")
def converter() -> Any:
    return opencc.OpenCC("t2s")


def test_the_table_says_what_opencc_says_character_by_character(converter: Any) -> None:
    table = {chr(one): other for one, other in searching._simplified().items()}
    assert len(table) > 4_000
    for traditional, simplified in table.items():
        said = converter.convert(traditional)
        while said in table:  # what OpenCC itself would change further
            said = converter.convert(said)
        assert said == simplified


def test_what_the_table_leaves_alone_opencc_leaves_alone(converter: Any) -> None:
    table = searching._simplified()
    chosen = random.Random(1).sample(range(0x4E00, 0xA000), 5_000)
    assert [chr(one) for one in chosen if one not in table and converter.convert(chr(one)) != chr(one)] == []


def test_traditional_text_is_found_by_simplified_words_and_the_other_way_round(
    press: Press, converter: Any
) -> None:
    back = opencc.OpenCC("s2t")
    press.published(title="簡", body=back.convert(SENTENCE))
    press.published(title="简", body=SENTENCE)
    for words in ("严重失信主体名单", back.convert("严重失信主体名单"), "移出和信用修復"):
        assert sorted(press.titles(q=words)) == ["简", "簡"]


def test_unseen_combining_and_format_marks_do_not_hide_a_word(press: Press) -> None:
    press.published(title="甲", body="失\u2060信\ufeff主\u200d体")
    assert press.titles(q="失信主体") == ["甲"]
