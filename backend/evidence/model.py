"""Evidence: the files that a resident hands in with a case, each sealed under a key of its own."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MediaType(StrEnum):
    """What evidence may be, told by its content."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    HEIC = "image/heic"

    @property
    def ending(self) -> str:
        return {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/heic": "heic"}[self]


class Hold(StrEnum):
    """`loose` (stored, of no case yet) → `bound` (of a case) → `going` (its key is gone, its content goes next)."""

    LOOSE = "loose"
    BOUND = "bound"
    GOING = "going"


@dataclass(frozen=True)
class Upload:
    """A file as it came: the name its sender gave it, and what is in it."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Checked:
    """A file that may be kept: a safe name with the ending of its type, and its type by content."""

    name: str
    content: bytes
    media_type: MediaType


@dataclass(frozen=True)
class Evidence:
    """One stored file, without its content. The content lies in GridFS under the same id, sealed with `key_sealed`.

    `place` (from 0) is its place in its case, unique there, so that a case never has more than it may. `lease_until`: a file
    of no case goes with the first sweep after it; None once it is bound. `sha256` is over the content as it came.
    """

    id: str
    owner_id: str
    media_type: MediaType
    size: int
    sha256: bytes
    uploaded_at: datetime
    name_sealed: bytes | None
    key_sealed: bytes | None
    state: Hold = Hold.LOOSE
    lease_until: datetime | None = None
    case_id: str | None = None
    place: int | None = None


@dataclass(frozen=True)
class ShownEvidence:
    """A file as those see it who may see the case; `sha256` in hexadecimal."""

    id: str
    name: str
    media_type: str
    size: int
    sha256: str
    uploaded_at: datetime


@dataclass(frozen=True)
class Download:
    """A file on its way out, whole and checked."""

    name: str
    media_type: str
    content: bytes
