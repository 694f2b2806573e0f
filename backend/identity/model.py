"""Who a resident is: the bound person, the consents, the proofs of presence and what they open."""

from dataclasses import dataclass
from datetime import datetime

from backend.audit.model import Entry
from backend.identity import texts
from backend.notices.model import Notice
from schemas.terms import ConsentPurpose, Level, ProofWay
from schemas.text import Language, Text


@dataclass(frozen=True)
class Binding:
    """The account belongs to this person now; `level` is what that reaches."""

    subject_id: str
    level: Level = Level.REAL_NAME


@dataclass(frozen=True)
class Consent:
    """One person's consent to one purpose, given to one text (`notice_digest`: SHA-256 of both languages, hex).

    Live while `ended_at` is unset; `open_key` (person and purpose) exists only then, so an index keeps it single.
    `withdrawn` tells a withdrawal from a consent that a newer version of the notice replaced.
    """

    id: str
    subject_id: str
    account_id: str
    purpose: ConsentPurpose
    notice_version: str
    notice_digest: str
    given_at: datetime
    ended_at: datetime | None = None
    withdrawn: bool = False
    open_key: str | None = None

    @property
    def notice_text(self) -> Text | None:
        """The words that were agreed to, whatever is in force by now."""
        notice = texts.find(self.purpose, self.notice_version)
        return notice.text if notice else None


@dataclass(frozen=True)
class WindowCode:
    """A code as the clerk reads it out, once; only `IssuedCode` is kept."""

    code: str
    expires_at: datetime


@dataclass(frozen=True)
class IssuedCode:
    """The live window code of one person (`id` is the subject's): a keyed hash, who gave it, and whether it was used."""

    id: str
    code_mac: bytes
    issued_at: datetime
    issued_by_id: str
    issued_by_name: str | None
    issued_by_unit: str | None
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True)
class FaceLock:
    """Consecutive identity failures of one person's face checks (`id` is the subject's) and the cool-down they led to."""

    id: str
    failures: int = 0
    locked_until: datetime | None = None

    def closed_at(self, now: datetime) -> bool:
        return self.locked_until is not None and now < self.locked_until


@dataclass(frozen=True)
class Attempt:
    """One attempt to prove who one is, without saying whose: the ground of the published parity figures."""

    id: str
    at: datetime
    way: ProofWay
    passed: bool
    reason: str | None


@dataclass(frozen=True)
class Proof:
    """A fresh access token of the same session, verified until the given instant (exclusive)."""

    access_token: str
    expires_in: int
    level: Level
    verified_until: datetime


@dataclass(frozen=True)
class WayFigures:
    way: ProofWay
    passed: int
    failed: int


@dataclass(frozen=True)
class Parity:
    """How both ways did in one Shanghai calendar year (DOMAIN 5: publish them)."""

    year: int
    ways: tuple[WayFigures, ...]


@dataclass(frozen=True)
class Profile:
    """Who the account holder is: for the holder's own copy only.

    `masked`: phones, name and number are not whole, since whoever asks has only shown the phone. What is of the person
    is None until one is bound.
    """

    account_id: str
    phone: str
    language: Language
    created_at: datetime
    masked: bool
    subject_id: str | None = None
    name: str | None = None
    id_number: str | None = None
    district: str | None = None
    phone_on_file: str | None = None
    face_template: bool = False


@dataclass(frozen=True)
class Export:
    """What is kept about an account holder here; cases and the credit record are other features'."""

    exported_at: datetime
    profile: Profile
    consents: tuple[Consent, ...]
    notices: tuple[Notice, ...]
    access_log: tuple[Entry, ...]
