"""A file of records that a unit handed in over the network, from its arrival to its quality report."""

from dataclasses import dataclass
from datetime import datetime

from backend.records.service import UnitName
from schemas.terms import BatchState
from schemas.text import Text


@dataclass(frozen=True)
class Fault:
    """Why a whole file could not be used; `reason` is for programs."""

    reason: str
    text: Text


@dataclass(frozen=True)
class Batch:
    """A file handed in. Its content lies beside it, sealed with `key_sealed`, and goes in the write that finishes the batch.

    `open_key` (unit and digest) exists while the file waits or is read; an index keeps it single. `lease` is the right to
    read it now, until `lease_until`; `attempts` counts how often somebody began. `read_bytes` tells how far reading has come.
    What is told of it afterwards is sealed, because a file without a header has people's names where columns are named:
    `fault_sealed` why it could not be used, `report_sealed` the quality report (`Quality.told`), `refused_sealed` the rows
    that were not taken, of which `refused_kept` are named.
    """

    id: str
    unit_code: str
    name_sealed: bytes
    size: int
    sha256: bytes
    state: BatchState
    handed_in_at: datetime
    handed_in_by_id: str
    handed_in_by_name: str | None
    key_sealed: bytes | None = None
    open_key: str | None = None
    lease: str | None = None
    lease_until: datetime | None = None
    attempts: int = 0
    begun_at: datetime | None = None
    finished_at: datetime | None = None
    read_bytes: int = 0
    fault_reason: str | None = None
    fault_sealed: bytes | None = None
    report_sealed: bytes | None = None
    refused_sealed: bytes | None = None
    refused_kept: int = 0


@dataclass(frozen=True)
class Refused:
    """The rows of one reason and sentence that were not taken; `lines` are the first of them."""

    reason: str
    text: Text
    count: int
    lines: tuple[int, ...]


@dataclass(frozen=True)
class Late:
    """Whether what had to be published by a limit came by it."""

    days: int
    basis: Text
    judged: int
    late: int
    provisional: int
    undated: int
    late_lines: tuple[int, ...]


@dataclass(frozen=True)
class Report:
    """What became of the rows of a file."""

    rows: int
    accepted: int
    new: int
    changed: int
    unchanged: int
    refused: int
    linked: int
    linked_share: float | None
    refused_by_reason: tuple[Refused, ...]
    timeliness: Late | None


@dataclass(frozen=True)
class ShownBatch:
    """A batch as its unit and the stewards see it; `progress` is the share of the file that has been read."""

    id: str
    unit: UnitName
    name: str
    size: int
    sha256: str
    state: BatchState
    handed_in_at: datetime
    handed_in_by_name: str | None
    begun_at: datetime | None
    finished_at: datetime | None
    progress: float
    attempts: int
    fault: Fault | None
    report: Report | None
    refused_kept: int

    @property
    def state_label(self) -> Text:
        return self.state.label


@dataclass(frozen=True)
class RefusedFile:
    """The rows that were not taken, as a file to be saved."""

    name: str
    media_type: str
    content: bytes
