"""What is kept of a file of subjects."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Batch:
    """One file of subjects, known by a digest of its bytes: the same file handed in again is the same batch.

    `begun_at` is when it was first handed in; what came in later is newer than it.
    """

    id: str
    begun_at: datetime
