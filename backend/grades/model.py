"""A grade, the published rules it follows from, and the decision that keeps what is needed to work it out again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from schemas.terms import (
    Category,
    DecisionOwner,
    GradeValue,
    Nature,
    ReplayOutcome,
    RippleCause,
    RuleEffect,
    Severity,
    SourceMark,
    SubjectKind,
)
from schemas.text import Text

SCALE = (GradeValue.ATTENTION, GradeValue.FAIR, GradeValue.GOOD, GradeValue.EXCELLENT)
"""From the lowest to the highest; `no_record` has no place of its own, it stands where its floor stands."""
RANK: Mapping[GradeValue, int] = {value: place for place, value in enumerate(SCALE)}

UNSET = "unset"
"""How a rule names a record whose unit set no severity."""

FactKind = tuple[Nature, Category, Severity | None]
"""What a rule may ask of a record: three words of closed vocabularies."""


@dataclass(frozen=True)
class Fact:
    """All that a grade knows of a record. `since`: from when its age is counted, the end of the act (None: it lasts) or,
    for a good deed, the day it was done. No title, number or word of the record."""

    record_id: str
    nature: Nature
    category: Category
    severity: Severity | None
    since: date | None

    @property
    def kind(self) -> FactKind:
        return self.nature, self.category, self.severity


@dataclass(frozen=True)
class When:
    """A rule's condition. An empty tuple asks nothing of that word. The age counts by Shanghai's date: `within_months`
    holds through the last day of that period and for what lasts, `after_months` from the day after it."""

    nature: tuple[Nature, ...]
    category: tuple[Category, ...] = ()
    severity: tuple[Severity | None, ...] = ()
    within_months: int | None = None
    after_months: int | None = None
    at_least: int = 1

    @property
    def severities(self) -> tuple[str, ...]:
        """The severities as a rule's file names them."""
        return tuple(one.value if one else UNSET for one in self.severity)

    def selects(self, kind: FactKind) -> bool:
        nature, category, severity = kind
        return (
            nature in self.nature
            and (not self.category or category in self.category)
            and (not self.severity or severity in self.severity)
        )


@dataclass(frozen=True)
class Statement:
    """What a rule says to the person: a sentence, the article that it rests on, and how well that is known."""

    sentence: Text
    article: Text
    source_mark: SourceMark


@dataclass(frozen=True)
class Rule:
    id: str
    when: When
    effect: RuleEffect
    value: GradeValue
    said: Statement


@dataclass(frozen=True)
class RuleSet:
    """One published version. `base`: the grade when no rule speaks; `floor`: where a newcomer without records stands.
    `digest` covers all of it, so that a version altered after it was published is noticed."""

    version: str
    kind: SubjectKind
    title: Text
    in_force_from: date
    legal_basis: tuple[Text, ...]
    base: GradeValue
    base_said: Statement
    floor: GradeValue
    floor_said: Statement
    rules: tuple[Rule, ...]
    digest: str

    @cached_property
    def rule_of(self) -> Mapping[str, Rule]:
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def by_kind(self) -> Mapping[FactKind, tuple[int, ...]]:
        """The places of the rules that select each kind of fact; a kind that none speaks of is not there."""
        kinds = [(n, c, s) for n in Nature for c in Category for s in (None, *Severity)]
        found = {
            kind: tuple(at for at, rule in enumerate(self.rules) if rule.when.selects(kind)) for kind in kinds
        }
        return {kind: places for kind, places in found.items() if places}


@dataclass(frozen=True)
class Ground:
    """A rule that spoke, and of which record; None where it is the absence of records that speaks."""

    rule: str
    record_id: str | None


@dataclass(frozen=True)
class Verdict:
    """What the rules say of some facts: `facts` are those that a rule spoke of, `others` whether there were more.

    `standing` is what a benefit compares: the grade, or for a newcomer the floor.
    """

    value: GradeValue
    floor: GradeValue | None
    grounds: tuple[Ground, ...]
    facts: tuple[Fact, ...]
    others: bool

    @property
    def standing(self) -> GradeValue:
        return self.floor or self.value


@dataclass(frozen=True)
class Reason:
    """One reason in words. `code` is for programs; `decisive`: the grade is what it is because of this one."""

    code: str
    text: Text
    rule: str | None = None
    record_id: str | None = None
    article: Text | None = None
    decisive: bool = False


@dataclass(frozen=True)
class Grade:
    """A grade as the subject reads it; without a value `reasons` say why there is none. `left_out`: records that do not
    count while they are contested (Measures 30). `notice`: what it is for, and how it can be contested (PIPL 24)."""

    value: GradeValue | None
    floor: GradeValue | None
    rule_version: str | None
    reasons: tuple[Reason, ...]
    left_out: tuple[Reason, ...] = ()
    notice: Text | None = None

    @property
    def value_label(self) -> Text | None:
        return self.value.label if self.value else None

    @property
    def floor_label(self) -> Text | None:
        return self.floor.label if self.floor else None


@dataclass(frozen=True)
class Owner:
    """For what a decision is made: the kind of thing, and its id in the feature that keeps it."""

    kind: DecisionOwner
    id: str


@dataclass(frozen=True)
class Decision:
    """A grade that something was decided by, with what working it out again needs and no more: facts in closed words.

    Written once. Later only two things are added: `superseded_*` by its owner's feature when it was judged again, and
    `erased_at` when a record was deleted by law: then every fact about that record goes, and `proved` keeps what a replay
    just before said. `record_ids` stay, so that the owner finds what a deleted record had decided.
    """

    id: str
    subject_id: str
    owner: Owner
    decided_at: datetime
    on: date
    kept_until: datetime
    rule_version: str
    rule_digest: str
    catalogue_version: str
    calendar_version: str
    value: GradeValue
    floor: GradeValue | None
    grounds: tuple[Ground, ...]
    facts: tuple[Fact, ...]
    others: bool
    record_ids: tuple[str, ...]
    superseded_at: datetime | None = None
    superseded_by: RippleCause | None = None
    successor_id: str | None = None
    erased_at: datetime | None = None
    proved: ReplayOutcome | None = None

    @property
    def standing(self) -> GradeValue:
        """What a benefit compares: the grade, or for a newcomer the floor."""
        return self.floor or self.value

    def reaches(self, minimum: GradeValue) -> bool:
        """Whether the person stands at `minimum` or above; nothing can ask for `no_record`."""
        return RANK[self.standing] >= RANK[minimum]


@dataclass(frozen=True)
class Replay:
    """A decision worked out again. `value` is None where that cannot be done; `proved` is then what the last replay said
    before the facts were erased."""

    at: datetime
    outcome: ReplayOutcome
    rule_version: str
    value: GradeValue | None
    floor: GradeValue | None
    proved: ReplayOutcome | None = None

    @property
    def outcome_label(self) -> Text:
        return self.outcome.label


@dataclass(frozen=True)
class Published(RuleSet):
    """A rule set in the public list, with the last day it is in force, as far as that is known."""

    active: bool
    in_force_until: date | None
