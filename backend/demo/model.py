"""The demonstration city: who lives in it, what is on record about them, and how far it is built."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from schemas.terms import SubjectKind


@dataclass(frozen=True)
class City:
    """What is built of the city of one seed: the residents of places 0 to `residents` - 1.

    `founded_on` (the Shanghai day of the first attempt) is the day all its dates count from, so that a city that is
    finished or enlarged on another day stays the same city.
    """

    id: str
    founded_on: date
    residents: int = 0


@dataclass(frozen=True)
class Member:
    """A person or an entity of the city. `since`: the first day something may be on record (of age, or registered)."""

    kind: SubjectKind
    number: str
    name: str
    phone: str | None
    district: str
    since: date
    photos: tuple[str, ...] = ()


class Fate(StrEnum):
    """What happened to a record after it came in."""

    CONTESTED = "contested"
    DISSENTED = "dissented"
    SUSPENDED = "suspended"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Line:
    """One row of a unit's file, and what happens to the record afterwards."""

    unit_code: str
    item_code: str
    subject: Member
    doc_no: str
    title: str
    occurred_on: date
    ended_on: date | None
    content: dict[str, Any]
    fate: Fate | None = None

    def row(self) -> dict[str, Any]:
        return {
            "item_code": self.item_code,
            "subject_number": self.subject.number,
            "subject_name": self.subject.name,
            "doc_no": self.doc_no,
            "title": self.title,
            "occurred_on": self.occurred_on.isoformat(),
            "ended_on": self.ended_on.isoformat() if self.ended_on else None,
            "content": self.content,
        }


@dataclass
class Tally:
    """Counted while a city is built: what was new, what was refused and why, and the photographs that gave no template."""

    subjects: int = 0
    records: int = 0
    shops: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Built:
    """What `seed-demo` did: how many residents the city has, what was new, where the accounts are written down."""

    residents: int
    tally: Tally
    accounts: Path
    faces: bool
