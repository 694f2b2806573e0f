"""An answer as one text that WeChat takes: at most 2,048 bytes, no tag of anybody else's, nothing cut in two."""

import re
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.dialogues.model import Button, Outgoing
from backend.wechat import texts
from backend.wechat.rules import writing
from tests.backend.wechat.conftest import parse_envelope

SITE = "https://credit.example"
MORE = texts.MORE.format(site=writing.link(SITE, texts.SITE))


def rows(*buttons: Button) -> tuple[tuple[Button, ...], ...]:
    return tuple((button,) for button in buttons)


def test_messages_are_joined_and_buttons_numbered_over_all_of_them() -> None:
    answer = (
        Outgoing("您好", rows(Button("报告", "report"), Button("网页", url="https://credit.example/r"))),
        Outgoing("还可以", rows(Button("My news", "news:1"))),
        Outgoing("在哪里？", asks_location=True),
    )
    assert writing.content(answer, SITE) == (
        "您好\n"
        '1. <a href="weixin://bizmsgmenu?msgmenucontent=报告&msgmenuid=report">报告</a>\n'
        '2. <a href="https://credit.example/r">网页</a>\n\n'
        "还可以\n"
        '3. <a href="weixin://bizmsgmenu?msgmenucontent=My·news&msgmenuid=news:1">My news</a>\n\n'
        f"在哪里？\n{texts.LOCATION}"
    )


def test_where_taps_have_no_room_numbers_are_left() -> None:
    answer = (Outgoing("字" * 500, rows(*(Button(f"选项{n}", f"value-{n}") for n in range(12)))),)
    told = writing.content(answer, SITE)
    assert told == "字" * 500 + "\n" + "\n".join(f"{n + 1}. 选项{n}" for n in range(12))


def test_the_longest_answer_of_a_dialogue_is_never_cut() -> None:
    """600 characters and twelve buttons are promised; labels of ten characters fit."""
    answer = (Outgoing("字" * 480, rows(*(Button("十个字的一个按钮标签", f"v{n}") for n in range(12)))),)
    assert "字" * 480 in writing.content(answer, SITE)
    assert texts.SITE not in writing.content(answer, SITE)


def test_a_longer_one_ends_at_a_border_with_a_link_and_keeps_its_buttons() -> None:
    answer = (Outgoing("这是一句话。" * 200, rows(Button("打开", url="https://credit.example/x"))),)
    told = writing.content(answer, SITE)
    assert len(told.encode()) <= writing.LIMIT
    words, tail = told.split("…")
    assert words.endswith("这是一句话。")
    assert tail == f'\n{MORE}\n1. <a href="https://credit.example/x">打开</a>'


@given(
    st.lists(
        st.builds(
            Outgoing,
            st.text(max_size=900),
            st.lists(
                st.one_of(
                    st.builds(Button, st.text(max_size=40), st.text(max_size=48)),
                    st.builds(Button, st.text(max_size=40), url=st.text(max_size=400)),
                ),
                max_size=12,
            ).map(lambda buttons: rows(*buttons)),
            st.booleans(),
        ),
        max_size=4,
    )
)
def test_whatever_is_said_fits_and_every_link_is_whole(answer: list[Outgoing]) -> None:
    told = writing.content(answer, SITE)
    assert len(told.encode()) <= writing.LIMIT
    assert re.sub(r'<a href="[^"<>]*">[^\n]*?</a>', "", told).count("<a") == 0
    assert len(re.findall(r"<(?=[A-Za-z/!?])", told)) == 2 * told.count('<a href="')
    parse_envelope(writing.reply(user="o", account="g", created=1, text=told))


FAMILY = "👨‍👩‍👧"


@given(st.integers(0, 400))
def test_no_character_is_cut_in_two(size: int) -> None:
    words = f"é{FAMILY}👍🏽字" * 9
    kept = writing.cut(words, size)
    assert len(kept.encode()) <= size
    whole = ["e", "é", FAMILY, "👍🏽", "字"]
    assert words.startswith(kept)
    rest = kept
    for one in sorted(whole, key=len, reverse=True):
        rest = rest.replace(one, "")
    assert set(rest) <= {"e"}


@pytest.mark.parametrize("said", ['<a href="weixin://x">', "</a>", "<!-- ", "<?xml", "<A"])
def test_words_open_no_tag(said: str) -> None:
    assert writing.content((Outgoing(f"标题{said}"),), SITE) == f"标题＜{said[1:]}"
    label = writing.content((Outgoing("", rows(Button(said, "v"), Button(said, url="https://x"))),), SITE)
    assert said not in label.replace('<a href="weixin://bizmsgmenu', "").replace(
        '<a href="https://x"', ""
    ).replace("</a>", "")


def test_less_than_stays_less_than() -> None:
    assert writing.content((Outgoing("距离 < 500 米，1<2"),), SITE) == "距离 < 500 米，1<2"


def test_an_address_cannot_leave_its_quotes() -> None:
    told = writing.link('https://x/"><script>', "开")
    assert told == '<a href="https://x/%22%3E%3Cscript%3E">开</a>'


def test_a_value_that_no_address_holds_is_only_numbered() -> None:
    told = writing.content((Outgoing("问", rows(Button("是", 'a"b'), Button("否", "a b"))),), SITE)
    assert told == "问\n1. 是\n2. 否"


def test_nothing_to_say_is_nothing() -> None:
    assert writing.content((), SITE) == ""


def test_texts_of_the_adapter_fit_together() -> None:
    for text in (texts.BUSY, texts.FAILED, texts.GONE, texts.LOCATION):
        assert text.isprintable() or "\n" in text
        assert len(text.encode()) < 400
    assert not set(chain(texts.BUSY, texts.FAILED)) & {"<", "{"}
