"""Who a resident is: the bound person, the consents, the proofs of presence and what they open."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schemas.terms import ConsentPurpose, Level, ProofWay
from schemas.text import Text


@dataclass(frozen=True)
class Binding:
    """The account belongs to this person now; `level` is what that reaches."""

    subject_id: str
    level: Level = Level.REAL_NAME


@dataclass(frozen=True)
class ConsentNotice:
    """What was shown before a consent: never changed once published, only followed by a new version."""

    purpose: ConsentPurpose
    version: str
    text: Text
    withdrawal: Text
    storage: Text
    other_way: Text


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
class Export:
    """Everything the service keeps about an account holder, the credit record excepted, which is the report's."""

    exported_at: datetime
    profile: dict[str, Any]
    consents: tuple[Consent, ...]
    notices: tuple[Any, ...]
    access_log: tuple[Any, ...] = field(default=())
