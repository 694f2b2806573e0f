"""What is owed to whom: a notice is written once, lies in the inbox, and waits there for the worker's channels."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.base import speaking
from schemas.notices import DeskNoticeKind, NoticeKind, desk_worded, worded
from schemas.terms import CaseKind, Role


@dataclass(frozen=True)
class Notice:
    """One notice to one account. `handed_at` is set when the channels' queues have it (None: the outbox holds it)."""

    id: str
    account_id: str
    kind: NoticeKind
    payload: dict[str, Any]
    created_at: datetime
    read_at: datetime | None = None
    handed_at: datetime | None = None

    @property
    def title(self) -> str:
        return worded(self.kind, self.payload)[0].say(speaking())

    @property
    def body(self) -> str:
        return worded(self.kind, self.payload)[1].say(speaking())


@dataclass(frozen=True)
class DeskNotice:
    """One notice to a desk: everybody of a role, and for providers everybody of one unit. One reader reads it for all."""

    id: str
    role: Role
    unit: str | None
    kind: DeskNoticeKind
    payload: dict[str, Any]
    created_at: datetime
    read_at: datetime | None = None
    read_by: str | None = None

    @property
    def case(self) -> CaseKind:
        return CaseKind(self.payload["case"])

    @property
    def case_id(self) -> str:
        return str(self.payload["case_id"])

    @property
    def title(self) -> str:
        return desk_worded(self.kind, self.payload)[0].say(speaking())

    @property
    def body(self) -> str:
        return desk_worded(self.kind, self.payload)[1].say(speaking())
