"""Face challenges: what was asked of whom, until when, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.identity.model import Proof
from schemas.faces import FaceReason, FaceStep
from schemas.text import Text


class ChallengeState(StrEnum):
    """`open` → `judging` (the nonce is used up) → `judged`; back to `open` when the matcher failed or a frame was no picture."""

    OPEN = "open"
    JUDGING = "judging"
    JUDGED = "judged"


@dataclass(frozen=True)
class Challenge:
    """One challenge of one session; the nonce is kept as a SHA-256 only, and of the outcome only whether it passed.

    `faults`: how often the matcher was busy or died over it, or was sent what is no picture.
    """

    id: str
    subject_id: str
    session_id: str
    consent_id: str
    nonce_hash: bytes
    actions: tuple[FaceStep, ...]
    created_at: datetime
    expires_at: datetime
    state: ChallengeState = ChallengeState.OPEN
    faults: int = 0
    passed: bool | None = None


@dataclass(frozen=True)
class FrameLimits:
    """What a client may send: how many frames, how heavy each, of which types."""

    min: int
    max: int
    max_bytes: int
    types: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """How the face way stands for a resident before a challenge; `attempts_left` before it locks (`locked_until`).

    `erased`: there is no reference because the resident had it erased; before another one is made they agree anew.
    """

    consented: bool
    reference: bool
    erased: bool
    attempts_left: int
    locked_until: datetime | None = None

    @property
    def can_begin(self) -> bool:
        return self.reference and self.locked_until is None

    @property
    def can_agree(self) -> bool:
        """Whether a consent has a use now: there is something to compare with, or it lets a photograph be enrolled again."""
        return not self.consented and self.locked_until is None and (self.reference or self.erased)


@dataclass(frozen=True)
class Opened:
    """A challenge as its resident gets it, the nonce readable this once."""

    id: str
    nonce: str
    actions: tuple[FaceStep, ...]
    expires_at: datetime
    frames: FrameLimits


@dataclass(frozen=True)
class Frame:
    """One picture as it came, and the type its sender claims."""

    content: bytes
    media_type: str


@dataclass(frozen=True)
class Outcome:
    """What the resident is told; no number of the matcher is here or anywhere behind it."""

    passed: bool
    attempts_left: int
    reason: FaceReason | None = None
    message: Text | None = None
    proof: Proof | None = None

    @property
    def access_token(self) -> str | None:
        return self.proof.access_token if self.proof else None

    @property
    def expires_in(self) -> int | None:
        return self.proof.expires_in if self.proof else None

    @property
    def verified_until(self) -> datetime | None:
        return self.proof.verified_until if self.proof else None
