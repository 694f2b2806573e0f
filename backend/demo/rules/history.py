"""What is on record about a member of the city, in the proportions of the operating report of 2018 (DOMAIN 1).

The catalogue's weights are that report's yearly figures, so drawing items by weight gives its proportions. Trouble
(supervision, judgments, enforcement) falls on a part of the people, not evenly on all.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from backend.catalogue.model import CatalogueItem, Unit
from backend.common.periods import add_years
from backend.demo.model import Fate, Line, Member
from backend.demo.rules import chance, contents
from backend.demo.rules.chance import Lot, Random
from backend.demo.rules.contents import Case
from schemas.terms import Category, Nature, SubjectKind

RECORDS_OF_RESIDENT = 13
# 310 million records of persons beside 11.3 million of entities, and one entity for ten residents.
RECORDS_OF_ENTITY = RECORDS_OF_RESIDENT * 10 * 11.3 / 310
TROUBLED = 0.3
"""The share of people whom all trouble falls on."""
_TROUBLE = frozenset({Category.SUPERVISION, Category.JUDGMENT, Category.ENFORCEMENT})
# Of records whose query period ends: over already, over within two months, no end handed in; the rest lies in between. What lasts
# has not ended then; what is momentary ended on its day, and its unit left the cell empty.
_OVER, _NEARLY_OVER, _GOING_ON = 0.06, 0.05, 0.15
_NAMED = 0.04
"""The share of adverse records in whose title the provider wrote the subject's name."""
# What was settled before this service began. Open cases are played for one resident alone: each takes its use cases.
_FATES = Lot([None, Fate.DISSENTED, Fate.HIDDEN], [0.98, 0.008, 0.012])


@dataclass(frozen=True)
class Deck:
    """The items about one kind of subject, and how many records one has on average."""

    everyday: Lot[CatalogueItem]
    trouble: Lot[CatalogueItem]
    mean: float

    @property
    def trouble_share(self) -> float:
        return self.trouble.weight / ((self.everyday.weight + self.trouble.weight) or 1)


class Historian:
    """Writes the records of the city under one catalogue; keeps no state between members."""

    def __init__(
        self, items: Mapping[str, CatalogueItem], units: Mapping[str, Unit], founded_on: date
    ) -> None:
        self.items = items
        self._units = units
        self._today = founded_on
        usable = [items[code] for code in sorted(items) if items[code].consent is None]
        self._decks = {
            SubjectKind.PERSON: _deck(usable, SubjectKind.PERSON, RECORDS_OF_RESIDENT),
            SubjectKind.ENTITY: _deck(usable, SubjectKind.ENTITY, RECORDS_OF_ENTITY),
        }

    def of(self, member: Member, *about: str | int) -> Iterator[Line]:
        """Everything on record about a member; `about` names the source of chance."""
        drawn = chance.of("history", *about)
        for place, item in enumerate(self._drawn(member.kind, drawn)):
            occurred_on, ended_on = self._span(item, member.since, drawn)
            fate = _FATES.draw(drawn) if item.nature is Nature.ADVERSE else None
            yield self.line(member, item, (occurred_on, ended_on), place, drawn, fate)

    def line(
        self,
        member: Member,
        item: CatalogueItem,
        span: tuple[date, date | None],
        place: int,
        drawn: Random,
        fate: Fate | None,
    ) -> Line:
        """One record; `place` tells it from the member's other records of the same kind."""
        serial = drawn.randrange(1, 90_000) * 100 + place
        doc_no = _doc_no(item, span[0], serial)
        unit = self._units[item.unit_code].name_zh
        named = item.nature is Nature.ADVERSE and drawn.random() < _NAMED
        return Line(
            unit_code=item.unit_code,
            item_code=item.code,
            subject=member,
            doc_no=doc_no,
            title=_title(item, member, named=named),
            occurred_on=span[0],
            ended_on=span[1],
            content=contents.content(Case(item, unit, *span, doc_no, serial, self._today, drawn)),
            fate=fate,
        )

    def _drawn(self, kind: SubjectKind, drawn: Random) -> Iterator[CatalogueItem]:
        deck = self._decks[kind]
        if deck.everyday.things:
            for _ in range(chance.poisson(drawn, deck.mean * (1 - deck.trouble_share))):
                yield deck.everyday.draw(drawn)
        if deck.trouble.things and drawn.random() < TROUBLED:
            for _ in range(chance.poisson(drawn, deck.mean * deck.trouble_share / TROUBLED)):
                yield deck.trouble.draw(drawn)

    def _span(self, item: CatalogueItem, since: date, drawn: Random) -> tuple[date, date | None]:
        """When it happened and when it ended, never before the member could be on record."""
        if item.query_years is None:
            begun = self._today - timedelta(days=drawn.randrange(1, 2_900))
            ended = None if drawn.random() < 0.85 else self._between(begun, drawn)
        else:
            ended = self._end(item.query_years, drawn)
            begun = (ended or self._today) - timedelta(days=drawn.randrange(1, 700))
            if item.momentary and ended is not None:
                begun = ended
        if begun < since:
            begun = self._between(min(since, self._today), drawn)
            ended = None if ended is None else max(ended, begun)
        return begun, ended

    def _end(self, years: int, drawn: Random) -> date | None:
        """A day on which it ended, so that some windows are over, some nearly, some far from it."""
        over_since = add_years(self._today, -years)
        kind = drawn.random()
        if kind < _OVER:
            return over_since - timedelta(days=drawn.randrange(2, 500))
        if kind < _OVER + _NEARLY_OVER:
            return over_since + timedelta(days=drawn.randrange(2, 60))
        if kind < _OVER + _NEARLY_OVER + _GOING_ON:
            return None
        return self._today - timedelta(days=drawn.randrange(0, years * 365 - 60))

    def _between(self, begun: date, drawn: Random) -> date:
        return begun + timedelta(days=drawn.randrange(0, max(1, (self._today - begun).days + 1)))


def _deck(items: Sequence[CatalogueItem], kind: SubjectKind, mean: float) -> Deck:
    own = [item for item in items if item.subject_kind is kind]
    return Deck(_lot(own, frozenset(Category) - _TROUBLE), _lot(own, _TROUBLE), mean)


def _lot(items: Sequence[CatalogueItem], categories: Collection[Category]) -> Lot[CatalogueItem]:
    chosen = [item for item in items if item.category in categories]
    return Lot(chosen, [item.weight for item in chosen])


def _doc_no(item: CatalogueItem, occurred_on: date, serial: int) -> str:
    if item.category is Category.JUDGMENT:
        return f"（{occurred_on.year}）沪01民初{serial}号"
    if item.category is Category.ENFORCEMENT:
        return f"（{occurred_on.year}）沪01执{serial}号"
    return f"沪{item.unit_code}字〔{occurred_on.year}〕第{serial}号"


def _title(item: CatalogueItem, member: Member, *, named: bool) -> str:
    plain = item.title_zh.removesuffix("信息")
    return f"关于{member.name}的{plain}" if named else plain
