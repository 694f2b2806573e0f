"""The three deletions of a record as cases: what was asked, on what ground, inside which clock, and the line that proves it."""

from dataclasses import dataclass
from datetime import date, datetime

from backend.clocks.model import Clock, ShownClock, Words
from backend.records.service import UnitName
from schemas.terms import RemovalKind, RippleCause, Role
from schemas.text import Text


@dataclass(frozen=True)
class Removal:
    """One record taken out of the queries (`hidden`) or of the database (`erased`, `withdrawn`); none of its words is here.

    It is written in the transaction that does it, so none is ever open. `clock` is None where the clocks of the case it
    was decided in (`case_id`) count. `reason` and `basis` are fixed sentences; what the deciding side wrote itself lies
    sealed in `note_sealed`, and `document_no` is the number of the notice or proof: neither may repeat the record.
    `batch_id` and `line` tell the provider which row it was. `proof_id` is the line of the audit log.
    """

    id: str
    kind: RemovalKind
    record_id: str
    subject_id: str
    unit_code: str
    batch_id: str
    line: int
    reason: Words
    basis: Words
    asked_by: str
    asked_role: Role
    asked_at: datetime
    done_at: datetime
    proof_id: str
    clock: Clock | None = None
    case_id: str | None = None
    document_no: str | None = None
    noticed_on: date | None = None
    note_sealed: bytes | None = None


@dataclass(frozen=True)
class Ground:
    """Why a record goes: the sentences, what the deciding side names and writes, and what a hiding is to those who judge."""

    kind: RemovalKind
    reason: Text
    basis: Text
    cause: RippleCause = RippleCause.HIDDEN
    case_id: str | None = None
    document_no: str | None = None
    noticed_on: date | None = None
    note: str | None = None


@dataclass(frozen=True)
class ShownRemoval:
    """A removal as its subject and the desk see it; `due_on` is the last day it had."""

    id: str
    kind: RemovalKind
    record_id: str
    unit: UnitName
    reason: Text
    article: Text
    note: str | None
    document_no: str | None
    noticed_on: date | None
    case_id: str | None
    asked_at: datetime
    due_on: date | None
    clocks: tuple[ShownClock, ...]
    done_at: datetime
    proof_id: str

    @property
    def kind_label(self) -> Text:
        return self.kind.label


@dataclass(frozen=True)
class UnitRemoval:
    """A removal as the provider sees it: which row of which batch must not be handed in again, and not whose it was."""

    id: str
    kind: RemovalKind
    batch_id: str
    line: int
    reason: Text
    article: Text
    document_no: str | None
    asked_at: datetime
    due_on: date | None
    clocks: tuple[ShownClock, ...]
    done_at: datetime

    @property
    def kind_label(self) -> Text:
        return self.kind.label
