"""The report a subject reads, the links that share it, and questions about who looked."""

from dataclasses import dataclass
from datetime import date, datetime

from backend.catalogue.model import LegalBasis
from backend.clocks.model import Clock, ShownClock
from backend.grades.model import Grade
from backend.records.rules import Restoration
from backend.records.service import ShownRecord, UnitName
from schemas.terms import (
    Audience,
    Channel,
    LinkState,
    Nature,
    QuestionFinding,
    QuestionState,
    RecordMark,
    ReportView,
    Role,
    Severity,
    SubjectKind,
)
from schemas.text import Text


@dataclass(frozen=True)
class SubjectShown:
    """Whom the report is about; the number is never whole, and in the third-party view the name is masked too."""

    name: str
    number_masked: str
    kind: SubjectKind


@dataclass(frozen=True)
class Section:
    """The records of one nature, newest first; all three natures are always there (Measures 11-13)."""

    nature: Nature
    records: tuple[ShownRecord, ...]

    @property
    def label(self) -> Text:
        return self.nature.label

    @property
    def count(self) -> int:
        return len(self.records)


@dataclass(frozen=True)
class Annotation:
    """A mark of one of the records, repeated where it cannot be overlooked (Regulation 36)."""

    record_id: str
    kind: RecordMark
    label: Text
    since: datetime
    statement: str | None


@dataclass(frozen=True)
class Look:
    """A line of the access log as the subject reads it; `own` are the subject's own looks."""

    id: str
    at: datetime
    actor: Text
    own: bool
    unit: Text | None
    role: Role
    channel: Channel
    purpose: Text | None
    scope: Text | None

    @property
    def role_label(self) -> Text:
        return self.role.label

    @property
    def channel_label(self) -> Text:
        return self.channel.label


@dataclass(frozen=True)
class Onlooker:
    """Who other than the subject has looked, and how often."""

    who: Text
    count: int


@dataclass(frozen=True)
class Report:
    """A rendering of the records at one instant, under a number that anybody holding it can have verified.

    The third-party view has neither the access log nor the count of free reports: both are the subject's own. `opens` of
    `max_opens`: which opening of its link this is. `again`: whether it was shown before under this number; None where
    every showing is a report of its own.
    """

    view: ReportView
    report_no: str
    generated_at: datetime
    subject: SubjectShown
    grade: Grade
    sections: tuple[Section, ...]
    annotations: tuple[Annotation, ...]
    access_log: tuple[Look, ...] | None
    access_log_total: int | None
    free_reports_used: int | None
    free_reports_right: int | None
    verify_url: str
    notices: tuple[Text, ...]
    purpose: str | None = None
    opens: int | None = None
    max_opens: int | None = None
    again: bool | None = None

    @property
    def view_label(self) -> Text:
        return self.view.label


@dataclass(frozen=True)
class Printout:
    """A report as PDF, kept in memory alone and only while the proof it was made for lasts."""

    report_no: str
    name: str
    content: bytes
    media_type: str = "application/pdf"


@dataclass(frozen=True)
class Verification:
    """Whether a report with this number and code was drawn here, and when; nothing else (CONTRACT 3)."""

    authentic: bool
    generated_at: datetime | None


@dataclass(frozen=True)
class Opening:
    """One opening from a page: `mac` is the keyed hash of the link and of the word of the form that was sent, `number` which
    of the link's openings it was."""

    mac: bytes
    at: datetime
    number: int


@dataclass(frozen=True)
class ReportLink:
    """A way to the report for `max_opens` openings until `expires_at`; its code is stored only as a keyed hash.

    `purpose` is what the subject wrote, with their name masked; for `third_party` it is the purpose of the written
    authorisation. `chat_id`: the binding of the chat it was made in, with which it ends. `openings` are those that came from a
    page, and are known again by its form.
    """

    id: str
    account_id: str
    subject_id: str
    audience: Audience
    purpose: str
    code_hash: bytes
    created_at: datetime
    expires_at: datetime
    max_opens: int
    opens: int = 0
    last_opened_at: datetime | None = None
    killed_at: datetime | None = None
    chat_id: str | None = None
    openings: tuple[Opening, ...] = ()

    def state(self, at: datetime) -> LinkState:
        if self.killed_at is not None:
            return LinkState.KILLED
        if self.opens >= self.max_opens:
            return LinkState.USED_UP
        return LinkState.EXPIRED if at >= self.expires_at else LinkState.ACTIVE


@dataclass(frozen=True)
class Question:
    """A subject's question about one line of the own access log, a case of the auditor's; `entry_id` is asked about once.

    The line is the evidence; it is kept by its id, since the log is only ever added to. `version` counts the writes, so
    that of two who answer at once one is told that it is answered.
    """

    id: str
    entry_id: str
    subject_id: str
    account_id: str
    statement_sealed: bytes
    state: QuestionState
    asked_at: datetime
    clocks: tuple[Clock, ...] = ()
    finding: QuestionFinding | None = None
    explanation_sealed: bytes | None = None
    answered_at: datetime | None = None
    answered_by_id: str | None = None
    version: int = 0


@dataclass(frozen=True)
class ShownQuestion:
    """A question as both sides see it, with the line it is about; `subject_id` is the auditor's handle, not a name. Its subject
    reads the words, `statement` and `explanation`, after proving to be that person."""

    id: str
    entry_id: str
    subject_id: str
    state: QuestionState
    asked_at: datetime
    statement: str | None
    look: Look | None
    clocks: tuple[ShownClock, ...]
    finding: QuestionFinding | None
    explanation: str | None
    answered_at: datetime | None

    @property
    def state_label(self) -> Text:
        return self.state.label


@dataclass(frozen=True)
class ListedQuestion:
    """A question in the auditor's queue, without words and without the line."""

    id: str
    state: QuestionState
    asked_at: datetime
    clocks: tuple[ShownClock, ...]
    finding: QuestionFinding | None
    answered_at: datetime | None

    @property
    def state_label(self) -> Text:
        return self.state.label


@dataclass(frozen=True)
class ListedLink:
    """A link as its maker sees it; its code is not known any more. `purpose` of one that somebody made for themselves is there
    for who has just proved to be that person."""

    id: str
    audience: Audience
    purpose: str | None
    state: LinkState
    created_at: datetime
    expires_at: datetime
    max_opens: int
    opens: int
    last_opened_at: datetime | None
    killed_at: datetime | None


@dataclass(frozen=True)
class NewLink:
    """A link just made; only now its address is known in clear."""

    id: str
    url: str
    audience: Audience
    purpose: str
    expires_at: datetime
    max_opens: int


@dataclass(frozen=True)
class Ahead:
    """A date of the forgetting calendar that is near: the day people are told, and the instant it happens at."""

    on: date
    until: datetime


@dataclass(frozen=True)
class Forgetting:
    """What will be forgotten of an adverse record, and when; `next_at` is the next instant at which less is shown.

    `article` is the law behind `query_until`, `public_article` the one behind `public_until`.
    """

    record_id: str
    item_code: str
    item_title: Text
    title: str
    unit: UnitName
    severity: Severity | None
    occurred_on: date
    ended_on: date | None
    public_until: datetime | None
    query_until: datetime | None
    next_at: datetime | None
    earliest_restoration_on: date | None
    restoration: Restoration
    article: Text
    public_article: Text | None
    legal_basis: tuple[LegalBasis, ...]
