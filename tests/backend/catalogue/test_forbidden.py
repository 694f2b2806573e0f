"""Forbidden kinds are refused by what is meant, and ordinary texts are not."""

import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.catalogue.model import FieldSpec
from backend.catalogue.rules import forbidden, reading
from backend.demo.rules import words
from schemas.terms import ForbiddenKind, SubjectKind
from tests.backend.catalogue.phrases import (
    ENTITY_FORBIDDEN,
    ENTITY_ORDINARY,
    FORBIDDEN,
    FORBIDDEN_NAMES,
    ORDINARY,
    ORDINARY_NAMES,
)

SEPARATORS = st.text(alphabet="\u200b\u200c\u2060 \u3000.·-*、，_。\n\u00ad\u0301", min_size=1, max_size=3)
WORDS = [phrase for phrase in FORBIDDEN if len(phrase[0]) < 40]


@pytest.mark.parametrize(("text", "kind"), FORBIDDEN)
def test_a_text_that_says_it_is_found(text: str, kind: ForbiddenKind) -> None:
    assert kind in forbidden.kinds_in_text(text)


@pytest.mark.parametrize("unseen", ["\u200b", "\u00ad", "\u2060", "\u061c", "\u0301", "\ufe0f"])
def test_what_nobody_sees_within_a_latin_word_does_not_hide_it(unseen: str) -> None:
    for word, kind in (("HIV", ForbiddenKind.DISEASE), ("DNA检测", ForbiddenKind.GENES)):
        hidden = word[0] + unseen + word[1:]
        assert forbidden.may_hold(hidden)
        assert kind in forbidden.kinds_in_text(hidden)


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_text_passes(text: str) -> None:
    assert forbidden.kinds_in_text(text) == ()


@pytest.mark.parametrize("text", ENTITY_ORDINARY)
def test_an_entitys_trade_is_not_a_persons_secret(text: str) -> None:
    assert forbidden.kinds_in_text(text, SubjectKind.ENTITY) == ()


@pytest.mark.parametrize(("text", "kind"), ENTITY_FORBIDDEN)
def test_a_persons_secret_may_not_hide_in_an_entitys_record(text: str, kind: ForbiddenKind) -> None:
    assert kind in forbidden.kinds_in_text(text, SubjectKind.ENTITY)


@pytest.mark.parametrize(("name", "kind"), FORBIDDEN_NAMES)
def test_a_name_that_means_it_is_found_however_it_is_written(name: str, kind: ForbiddenKind) -> None:
    assert kind in forbidden.kinds_in_name(name)


@pytest.mark.parametrize("name", ORDINARY_NAMES)
def test_an_ordinary_name_passes(name: str) -> None:
    assert forbidden.kinds_in_name(name) == ()


def test_what_the_demonstration_says_passes() -> None:
    """Its titles, labels and choices as texts of a record, its units, and every word that its records draw from."""
    items = [reading.item_of(row, year=2026, version=1) for row in reading.demonstration_items()]
    said = [text for item in items for text in item.title]
    said += [text for item in items for spec in item.fields for text in (*spec.label, *_choices(spec))]
    said += [reading.unit_of(row).name_zh for row in reading.demonstration_units()]
    said += [text for name, drawn in vars(words).items() if name.isupper() for text in _texts(drawn)]
    assert len(said) > 500
    assert {text: found for text in said if (found := forbidden.kinds_in_text(text))} == {}


def _choices(spec: FieldSpec) -> list[str]:
    return [text for choice in spec.choices for text in choice.label]


def _texts(drawn: object) -> Iterator[str]:
    if isinstance(drawn, dict):
        drawn = tuple(text for texts in drawn.values() for text in texts)
    if isinstance(drawn, tuple):
        yield from (text for text in drawn if isinstance(text, str))


@given(st.sampled_from(WORDS), st.data())
@settings(max_examples=400, deadline=None)
def test_what_is_put_between_the_characters_does_not_hide_it(
    phrase: tuple[str, ForbiddenKind], data: st.DataObject
) -> None:
    text = "".join(character + data.draw(SEPARATORS) for character in phrase[0])
    assert phrase[1] in forbidden.kinds_in_text(text)
    assert forbidden.may_hold(text)


@given(
    st.sampled_from(WORDS), st.sampled_from([str.upper, str.lower, str.title, str.swapcase]), st.booleans()
)
def test_case_and_full_width_do_not_hide_it(phrase: tuple[str, ForbiddenKind], case, wide: bool) -> None:  # type: ignore[no-untyped-def]  # one of str's own functions
    text = case(phrase[0])
    if wide:
        text = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    assert phrase[1] in forbidden.kinds_in_text(text)
    assert forbidden.may_hold(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("НІV 阳性", ForbiddenKind.DISEASE),
        ("АВ型", ForbiddenKind.BLOOD_TYPE),
        ("𝐇𝐈𝐕 positive", ForbiddenKind.DISEASE),
        ("⾎型", ForbiddenKind.BLOOD_TYPE),
        ("糖尿病確診", ForbiddenKind.DISEASE),
        ("銀行存款餘額", ForbiddenKind.DEPOSITS),
        ("納稅額35000元", ForbiddenKind.TAX_AMOUNT),
    ],
)
def test_look_alike_letters_and_traditional_characters_do_not_hide_it(text: str, kind: ForbiddenKind) -> None:
    assert kind in forbidden.kinds_in_text(text)
    assert forbidden.may_hold(text)


@given(st.text(max_size=200))
@settings(deadline=None)
def test_what_the_quick_look_lets_pass_holds_nothing(text: str) -> None:
    if not forbidden.may_hold(text) and not forbidden.is_opaque(text):
        assert forbidden.kinds_in_text(text) == ()


def test_the_two_groups_are_told_apart_with_their_articles() -> None:
    always = {kind for kind in ForbiddenKind if not kind.needs_consent}
    assert {kind.value for kind in always} == {"religion", "genes", "fingerprints", "blood_type", "disease"}
    assert "书面同意" in forbidden.article(ForbiddenKind.INCOME)
    assert "书面同意" not in forbidden.article(ForbiddenKind.DISEASE)


def test_rows_of_dates_are_not_taken_for_a_template() -> None:
    assert not forbidden.is_opaque(" ".join(f"2025{month:02}" for month in range(1, 13)) * 2)


@pytest.mark.parametrize(
    "piece",
    [
        "关爱",
        "宣传治疗",
        "隐瞒收",
        "1 ",
        "+86 1",
        "冻结银行存",
        "A1 B2 ",
        "a",
        "致人",
        "伪造残疾",
        "非法采集",
        "未",
    ],
)
def test_no_long_text_takes_long(piece: str) -> None:
    text = (piece * 2_000)[:2_000]
    started = time.process_time()
    forbidden.kinds_in_text(text)
    forbidden.kinds_in_name(text)
    assert time.process_time() - started < 5, "a pattern that goes back over a long text takes minutes"


def test_the_quick_look_is_silent_on_most_public_records() -> None:
    """It is what keeps an import fast; these are words of ordinary decisions."""
    texts = [
        "未取得食品经营许可从事食品经营活动，被当场查获",
        "驾驶机动车违反道路交通信号灯通行，累计记分满十二分",
        "在禁止吸烟的室内公共场所吸烟，不听劝阻",
        "未经许可擅自从事出租汽车客运经营活动",
        "判决被告归还原告借款本金及逾期利息，案件受理费由被告承担",
        "参加社区垃圾分类志愿服务，服务时长四小时",
        "无票乘车，由二号线人民广场站出站时被查获",
        "上海市徐汇区市场监督管理局",
        "沪市监徐处〔2025〕042025001234号",
        "有能力而拒不履行生效法律文书确定的义务",
    ]
    assert [text for text in texts if forbidden.may_hold(text)] == []
