"""What a campaign may be. Everything that is wrong is told at once, with its field, in both languages."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from backend.benefits.model import Benefit, Fault, Former, Terms, Tier
from backend.common.districts import DISTRICTS
from backend.grades.model import RANK, SCALE
from schemas.terms import BenefitAct, BenefitState, ValueKind
from schemas.text import Text

MOST_UNITS = 50_000
"""Stock and reserve together: they are cut in one transaction, which the server allows a minute."""
MOST_FEN, MOST_PERCENT, MOST_PER_PERSON, MOST_VALID_DAYS, MOST_PARTNERS = 100_000, 100, 10, 366, 500
LONGEST = timedelta(days=366)
_HAN, _LATIN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]"), re.compile("[A-Za-z]")
_EVERYBODY = Text(
    f"“{SCALE[0].label.zh}”是最低等级，人人都能达到；面向所有人的优惠请填写普惠优惠，申领时不查看记录",
    f"Everybody reaches “{SCALE[0].label.en}”, the lowest grade; for everybody set a floor, which looks at no record",
)
_OPEN = frozenset({BenefitState.ACTIVE, BenefitState.PAUSED})
_MOVES: Mapping[BenefitAct, tuple[frozenset[BenefitState], BenefitState | None]] = {
    BenefitAct.CHANGE: (_OPEN | {BenefitState.CLOSED}, None),
    BenefitAct.PAUSE: (frozenset({BenefitState.ACTIVE}), BenefitState.PAUSED),
    BenefitAct.RESUME: (frozenset({BenefitState.PAUSED}), BenefitState.ACTIVE),
    BenefitAct.CLOSE: (_OPEN, BenefitState.CLOSED),
}


def may(state: BenefitState) -> tuple[BenefitAct, ...]:
    return tuple(act for act, (froms, _) in _MOVES.items() if state in froms)


def step(state: BenefitState, act: BenefitAct) -> BenefitState | None:
    """The state after an act; None when it is no act for this state."""
    froms, to = _MOVES[act]
    return (to or state) if state in froms else None


def lives_in(district: str | None, districts: tuple[str, ...]) -> bool:
    """Whether a district on file, a code or a name, is one of these codes; no codes are the whole city."""
    return not districts or any(district in (code, DISTRICTS.get(code)) for code in districts)


def only_partners(before: Terms, terms: Terms) -> bool:
    """Whether nothing but the partners changes, which is all that a closed campaign may still need."""
    return replace(terms, partner_ids=before.partner_ids) == before


def left_by(before: Benefit, terms: Terms, at: datetime) -> tuple[Former, ...]:
    """The partners that were taken out, these too: whoever had claimed by then can still redeem there."""
    gone = tuple(Former(one, at) for one in before.terms.partner_ids if one not in terms.partner_ids)
    newly = {one.merchant_id for one in gone}
    return (*(one for one in before.former if one.merchant_id not in newly), *gone)


def check(terms: Terms, at: datetime) -> list[Fault]:
    """What is wrong with a new campaign."""
    faults = _whole(terms)
    if terms.ends_at <= at and not _named(faults, "ends_at"):
        faults.append(("ends_at", Text("结束时间已过", "The end has passed already")))
    return faults


def check_change(before: Benefit, terms: Terms, at: datetime) -> list[Fault]:
    """What is wrong with a change: stock that was promised is never taken back, and a campaign is ended by closing it."""
    faults = _whole(terms)
    moved = terms.ends_at != before.terms.ends_at
    if terms.ends_at <= at and moved and not _named(faults, "ends_at"):
        text = Text(
            "结束时间已过；如需提前结束，请使用“结束活动”并写明原因",
            "This end has passed already; to end the benefit early, close it and say why",
        )
        faults.append(("ends_at", text))
    for name, had, has in (
        ("stock", before.terms.stock, terms.stock),
        ("reserve", before.terms.reserve, terms.reserve),
    ):
        if has < had:
            text = Text(
                "数量只能增加，目前为 {had}；如需停发请暂停或结束活动",
                "This can only be raised, from {had}; to stop, pause or close the benefit",
            )
            faults.append((name, text.fill(had=had)))
    return faults


def _named(faults: list[Fault], field: str) -> bool:
    """Whether the field has its line already: one is enough to look at it again."""
    return any(name == field for name, _ in faults)


def _whole(terms: Terms) -> list[Fault]:
    return [*_titles(terms), *_values(terms), *_numbers(terms), *_window(terms), *_places(terms)]


def _titles(terms: Terms) -> Iterator[Fault]:
    """Each in its own language: a reader of the other one is shown the other title."""
    if not _HAN.search(terms.title_zh):
        yield "title", Text("中文名称须含汉字", "The Chinese title must have Chinese characters")
    if _HAN.search(terms.title_en) or not _LATIN.search(terms.title_en):
        text = Text(
            "英文名称须用英文，不得含汉字", "The English title is in English, without Chinese characters"
        )
        yield "title_en", text


_SHARE = Text("减免百分比应在 1 至 {most} 之间", "A percentage off is between 1 and {most}")
_AMOUNT = Text("立减金额应在 1 分至 {most} 元之间", "An amount off is between 1 fen and {most} yuan")


def _values(terms: Terms) -> Iterator[Fault]:
    is_percent = terms.value_kind is ValueKind.PERCENT_OFF
    most = MOST_PERCENT if is_percent else MOST_FEN
    if not terms.tiers:
        yield "tiers", Text("至少要有一个档次或普惠优惠", "There must be at least one tier, or a floor")
    for tier in terms.tiers:
        name = "tiers" if tier.minimum_grade else "floor"
        if tier.minimum_grade not in (None, *RANK):
            text = Text(
                "“暂无信用记录”不是可以要求的等级", "“No record” is not a grade that can be asked for"
            )
            yield name, text
        if tier.minimum_grade is SCALE[0]:
            yield name, _EVERYBODY
        if not 1 <= tier.value <= most:
            yield name, _SHARE.fill(most=most) if is_percent else _AMOUNT.fill(most=most // 100)
    for higher, lower in pairwise(terms.tiers):
        if _rank(lower) >= _rank(higher):
            text = Text(
                "各档次应从高等级到低等级排列，不得重复", "Tiers go from the highest grade down, none twice"
            )
            yield "tiers", text
        if lower.value >= higher.value:
            yield _not_less(lower)


def _rank(tier: Tier) -> int:
    return -1 if tier.minimum_grade is None else RANK.get(tier.minimum_grade, -1)


def _not_less(lower: Tier) -> Fault:
    if lower.minimum_grade is None:
        text = Text("普惠优惠须低于最低一档", "The floor must be below the lowest tier")
        return "floor", text
    return "tiers", Text("等级较低的档次，优惠也须较低", "A lower grade must get less")


def _numbers(terms: Terms) -> Iterator[Fault]:
    for name, value, least, most in (
        ("stock", terms.stock, 1, MOST_UNITS),
        ("reserve", terms.reserve, 0, MOST_UNITS),
        ("per_person", terms.per_person, 1, MOST_PER_PERSON),
        ("valid_days", terms.valid_days, 1, MOST_VALID_DAYS),
    ):
        if not least <= value <= most:
            text = Text("应在 {least} 至 {most} 之间", "This is between {least} and {most}")
            yield name, text.fill(least=least, most=most)
    if terms.stock + terms.reserve > MOST_UNITS:
        text = Text("库存与更正预留合计不超过 {most}", "Stock and reserve together are {most} at most")
        yield "reserve", text.fill(most=MOST_UNITS)
    if 1 <= terms.stock < terms.per_person:
        yield "per_person", Text("每人限领数不能超过库存", "The limit for each person is not above the stock")


def _window(terms: Terms) -> Iterator[Fault]:
    if terms.ends_at <= terms.starts_at:
        yield "ends_at", Text("结束时间须晚于开始时间", "The window must end after it starts")
    elif terms.ends_at - terms.starts_at > LONGEST:
        yield "ends_at", Text("活动最长一年", "A benefit runs for a year at most")


def _places(terms: Terms) -> Iterator[Fault]:
    for code in terms.districts:
        if code not in DISTRICTS:
            yield "districts", Text("没有代码为 {code} 的区", "There is no district {code}").fill(code=code)
    if not 1 <= len(terms.partner_ids) <= MOST_PARTNERS:
        text = Text("合作商户应有 1 至 {most} 家", "There are 1 to {most} partner merchants")
        yield "partner_ids", text.fill(most=MOST_PARTNERS)
    for name, listed in (("districts", terms.districts), ("partner_ids", terms.partner_ids)):
        if len(set(listed)) < len(listed):
            yield name, Text("不得重复", "None may be named twice")
