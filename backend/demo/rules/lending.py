"""What the merchants of the demonstration lend without a deposit: one service of each kind that the report of 2018 counts."""

from typing import NamedTuple

from backend.eligibility.model import Offer
from schemas.terms import GradeValue, ServiceKind
from schemas.text import Text


class _Terms(NamedTuple):
    title: Text
    deposit_fen: int
    minimum: GradeValue
    days: int
    newcomers: bool = True


_PURPOSE = Text("决定办理“{}”时是否免收押金。", "To decide whether “{}” needs a deposit.")
_KINDS = {
    ServiceKind.LIBRARY_BOOKS: _Terms(
        Text("图书免押借阅", "Books without deposit"), 10_000, GradeValue.FAIR, 30
    ),
    ServiceKind.UMBRELLA: _Terms(
        Text("雨伞免押借用", "Umbrellas without deposit"), 3_000, GradeValue.FAIR, 7
    ),
    ServiceKind.POWER_BANK: _Terms(
        Text("充电宝免押租借", "Power banks without deposit"), 9_900, GradeValue.FAIR, 3
    ),
    ServiceKind.BICYCLE: _Terms(
        Text("自行车免押骑行", "Bicycles without deposit"), 19_900, GradeValue.GOOD, 7
    ),
    ServiceKind.CAR: _Terms(
        Text("汽车免押租赁", "Cars without deposit"), 500_000, GradeValue.GOOD, 30, newcomers=False
    ),
    ServiceKind.TOY: _Terms(Text("玩具免押租借", "Toys without deposit"), 20_000, GradeValue.FAIR, 30),
    ServiceKind.ELECTRONICS: _Terms(
        Text("数码产品免押租借", "Electronics without deposit"), 300_000, GradeValue.GOOD, 90
    ),
    ServiceKind.HOTEL: _Terms(
        Text("酒店免押入住", "Hotel stay without deposit"), 50_000, GradeValue.GOOD, 30
    ),
    ServiceKind.RENTAL: _Terms(
        Text("住房免押租赁", "Home without deposit"),
        800_000,
        GradeValue.EXCELLENT,
        366,
        newcomers=False,
    ),
}


def offer(kind: ServiceKind, phone: str) -> Offer:
    """The demonstration's service of this kind; residents ask under `phone`."""
    terms = _KINDS[kind]
    return Offer(
        kind=kind,
        title_zh=terms.title.zh,
        title_en=terms.title.en,
        purpose_zh=_PURPOSE.zh.format(terms.title.zh),
        purpose_en=_PURPOSE.en.format(terms.title.en),
        contact=f"客服 {phone}",
        deposit_fen=terms.deposit_fen,
        minimum_grade=terms.minimum,
        no_record_eligible=terms.newcomers,
        max_days=terms.days,
    )
