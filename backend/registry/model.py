"""The information subjects: natural persons and entities, their words sealed, and the reference faces of persons."""

from dataclasses import dataclass
from datetime import datetime

from schemas.terms import SubjectKind


@dataclass(frozen=True)
class Subject:
    """Whom records are about (Regulation 2). Name, number and phone are sealed; nothing here is readable in the database.

    `number_sealed` (ID number or unified social credit code) and `phone_sealed` are sealed for look-up. `words_sealed` is
    not: it holds name and number together, so that who reads both opens one value (docs/performance.md).
    `number_index` and `name_check` are keyed hashes of the number, and of number and name together: an import links
    thousands of rows a second by them, where sealing or opening a value takes a twentieth of a millisecond
    (docs/adr/0010). `district` is the division's code or name as handed in; `batch_id` and `line` say where from.
    """

    id: str
    kind: SubjectKind
    number_sealed: bytes
    words_sealed: bytes
    phone_sealed: bytes | None
    district: str | None
    number_index: bytes
    name_check: bytes
    batch_id: str
    line: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Words:
    """What `words_sealed` holds."""

    name: str
    number: str


@dataclass(frozen=True)
class ReferenceFace:
    """The sealed 128-number template made from the photos on file; `id` is the subject's. The photos are not kept.

    When the subject withdraws the consent or closes the account the template is erased: `template_sealed` and `made_from`
    become None and `erased_at` is set, also where there was no template yet; it is unset when another one is made.
    `made_from` is a keyed digest of the photographs, `refused` those of all that were ever erased, so that no file that is
    handed in again brings such a template back.
    """

    id: str
    template_sealed: bytes | None
    made_from: bytes | None
    pictures: int
    model: str | None
    created_at: datetime
    refused: tuple[bytes, ...] = ()
    erased_at: datetime | None = None


@dataclass(frozen=True)
class Matched:
    """What an import needs to know of a subject to link rows to it."""

    id: str
    kind: SubjectKind
    name_check: bytes


@dataclass(frozen=True)
class Particulars:
    """A subject as a unit hands it in; `number` is validated, `phone` in E.164."""

    kind: SubjectKind
    name: str
    number: str
    phone: str | None
    district: str | None
    batch_id: str
    line: int
