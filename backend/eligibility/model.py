"""A deposit-free service, the pass that a resident makes for it, and the check that a merchant makes with the pass."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from backend.clocks.model import Clock, ShownClock, Words
from backend.grades.model import Reason
from schemas.terms import (
    ContestFinding,
    ContestState,
    GradeValue,
    PassState,
    ReplayOutcome,
    RippleCause,
    ServiceAct,
    ServiceKind,
    ServiceState,
    Verdict,
)
from schemas.text import Text


@dataclass(frozen=True)
class Offer:
    """What staff put down about a service. `minimum_grade`: who stands there or above needs no deposit; a newcomer without
    records does not when `no_record_eligible`. `contact` is the merchant's for the public: whom a resident asks."""

    kind: ServiceKind
    title_zh: str
    title_en: str
    purpose_zh: str
    purpose_en: str
    contact: str
    deposit_fen: int
    minimum_grade: GradeValue
    no_record_eligible: bool
    max_days: int


class Fault(NamedTuple):
    """What is wrong with one field of an offer, in words."""

    field: str
    text: Text


@dataclass(frozen=True)
class Event:
    """One line of a service's history; `reason` are staff's words, which hold nothing about residents."""

    at: datetime
    act: ServiceAct
    state: ServiceState
    version: int
    by_id: str
    by_name: str | None
    reason: str | None = None

    @property
    def label(self) -> Text:
        return self.act.label


@dataclass(frozen=True)
class Service:
    """`version` counts the writes, each of which is a compare-and-set on it; a consent names the one it was given to."""

    id: str
    merchant_id: str
    offer: Offer
    state: ServiceState
    created_at: datetime
    events: tuple[Event, ...] = ()
    version: int = 1


@dataclass(frozen=True)
class Notice:
    """Exactly what the resident saw before the pass was made (PIPL 17, 23): it is stored with the consent."""

    recipient: str
    contact: str
    purpose: Words
    data_used: Words
    data_given: Words
    withdrawal: Words
    kept: Words
    deposit_way: Words
    text_version: str
    service_version: int


@dataclass(frozen=True)
class Bar:
    """What a service asks of a grade, kept so that the verdict can be worked out again."""

    minimum_grade: GradeValue
    no_record_eligible: bool
    service_version: int


@dataclass(frozen=True)
class Judged:
    """What a check will answer, worked out beforehand so that the merchant's wait does not depend on the record.

    `check_id`: the number drawn for that check, which the decision is for. `at`: when the record was read;
    `outdated` when one that was used has changed since.
    """

    check_id: str
    decision_id: str
    rule_version: str
    bar: Bar
    verdict: Verdict
    at: datetime
    kept_until: datetime
    outdated: bool = False


@dataclass(frozen=True)
class Pass:
    """A one-use pass, which is the separate consent at the same time.

    `code_mac` (keyed hash of the code) and `open_key` (person and service) exist only while nobody has used, withdrawn or
    replaced it; unique indexes keep both single. `notice_digest`: SHA-256 of all that was shown. `session_id`: the sign-in it was
    made in; whoever ends that, or closes the account, ends the consent with it. `judged` is there until it is over, and goes
    over into the check.
    """

    id: str
    subject_id: str
    account_id: str
    merchant_id: str
    service_id: str
    service_title: Words
    notice: Notice
    notice_digest: str
    made_at: datetime
    expires_at: datetime
    kept_until: datetime
    state: PassState = PassState.OPEN
    ended_at: datetime | None = None
    code_mac: str | None = field(default=None, repr=False)
    open_key: str | None = None
    session_id: str | None = None
    judged: Judged | None = None


@dataclass(frozen=True)
class NewPass:
    """A pass just made: the code is shown now and kept nowhere."""

    id: str
    service_id: str
    service_title: Text
    merchant: str
    contact: str
    purpose: Text
    data_used: Text
    data_given: Text
    notice_digest: str
    expires_at: datetime
    rule_version: str
    code: str = field(repr=False)
    qr_svg: str = field(repr=False)


@dataclass(frozen=True)
class ShownPass:
    """A pass as its maker reads it; the code is not there any more. `state` is judged when it is read."""

    id: str
    service_id: str
    service_title: Text
    merchant: str
    contact: str
    purpose: Text
    data_used: Text
    data_given: Text
    notice_digest: str
    made_at: datetime
    expires_at: datetime
    state: PassState
    ended_at: datetime | None
    may_withdraw: bool

    @property
    def state_label(self) -> Text:
        return self.state.label


@dataclass(frozen=True)
class Check:
    """One answer to one merchant. `id` is drawn at random for this check alone; the grade is in the decision that it names.

    `granted_by`: the contest in which a person decided for this person and service; then the rules had no say.
    `key_mac` is the keyed hash of the till's `Idempotency-Key`, the code and the service. `record_changed`: a record that
    the verdict used was put right since.
    """

    id: str
    pass_id: str
    subject_id: str
    merchant_id: str
    merchant_name: str
    service_id: str
    service_title: Words
    bar: Bar
    decision_id: str
    rule_version: str
    verdict: Verdict
    decided_at: datetime
    kept_until: datetime
    key_mac: str | None = field(default=None, repr=False)
    record_changed: RippleCause | None = None
    record_changed_at: datetime | None = None
    granted_by: str | None = None


@dataclass(frozen=True)
class Answer:
    """All that a merchant gets: nothing in it is made from the person."""

    check_id: str
    verdict: Verdict
    decided_at: datetime


@dataclass(frozen=True)
class ShownCheck:
    """A check as its subject reads it. What came out, why, and what became of it since tell of the record: None for who has not
    just proved to be that person. `deposit_way` says after a no that the service is open all the same."""

    id: str
    merchant: str
    service_id: str
    service_title: Text
    verdict: Verdict | None
    decided_at: datetime
    rule_version: str
    service_version: int
    minimum_grade: GradeValue
    reasons: tuple[Reason, ...] | None
    deposit_way: Text | None
    record_changed: RippleCause | None
    record_changed_at: datetime | None
    granted: bool | None
    contest_id: str | None

    @property
    def verdict_label(self) -> Text | None:
        return None if self.verdict is None else self.verdict.label

    @property
    def minimum_grade_label(self) -> Text:
        return self.minimum_grade.label


@dataclass(frozen=True)
class ShownService:
    """A service as the public reads it: who lends, by which rule, and what a pass would consent to."""

    id: str
    merchant_id: str
    merchant: str
    kind: ServiceKind
    title: Text
    contact: str
    purpose: Text
    deposit_fen: int
    minimum_grade: GradeValue
    no_record_eligible: bool
    max_days: int
    rule_version: str | None
    data_used: Text
    data_given: Text
    withdrawal: Text
    kept: Text
    deposit_way: Text
    version: int

    @property
    def kind_label(self) -> Text:
        return self.kind.label

    @property
    def minimum_grade_label(self) -> Text:
        return self.minimum_grade.label


@dataclass(frozen=True)
class ManagedService(Offer):
    """A service as staff read it."""

    id: str
    merchant_id: str
    state: ServiceState
    created_at: datetime
    version: int
    history: tuple[Event, ...]
    may: tuple[ServiceAct, ...]

    @property
    def state_label(self) -> Text:
        return self.state.label


@dataclass(frozen=True)
class ShownReplay:
    """A check worked out again: the grade from what was kept of it, and the verdict that follows. `verdict` is None where
    the grade cannot be worked out again."""

    check_id: str
    at: datetime
    outcome: ReplayOutcome
    rule_version: str
    value: GradeValue | None
    floor: GradeValue | None
    verdict: Verdict | None
    same_verdict: bool | None
    proved: ReplayOutcome | None

    @property
    def outcome_label(self) -> Text:
        return self.outcome.label


@dataclass(frozen=True)
class Contest:
    """A check that its subject wants a person to look at, a case of the officers'; one a check.

    `record_ids`: the records behind the check, so that what was written about one goes when it is deleted. `granted_until`:
    until when the person needs no deposit for this service because an officer said so. `version` counts the writes.
    """

    id: str
    check_id: str
    subject_id: str
    account_id: str
    service_id: str
    record_ids: tuple[str, ...]
    statement_sealed: bytes
    state: ContestState
    asked_at: datetime
    kept_until: datetime
    clocks: tuple[Clock, ...] = ()
    finding: ContestFinding | None = None
    explanation_sealed: bytes | None = None
    answered_at: datetime | None = None
    answered_by_id: str | None = None
    granted_until: datetime | None = None
    version: int = 0


@dataclass(frozen=True)
class ListedContest:
    """A contest in the officers' queue, without words."""

    id: str
    check_id: str
    state: ContestState
    asked_at: datetime
    clocks: tuple[ShownClock, ...]
    finding: ContestFinding | None
    answered_at: datetime | None
    granted_until: datetime | None

    @property
    def state_label(self) -> Text:
        return self.state.label

    @property
    def finding_label(self) -> Text | None:
        return self.finding.label if self.finding else None


@dataclass(frozen=True)
class ShownContest(ListedContest):
    """With the words, and the check as its subject reads it; they are None for who may not read them now."""

    statement: str | None
    explanation: str | None
    check: ShownCheck | None
