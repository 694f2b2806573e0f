"""What is owed to whom: a notice is written once, lies in the inbox, and waits there for the worker's channels."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.base import speaking
from schemas.notices import NoticeKind, worded


@dataclass(frozen=True)
class Notice:
    """One notice to one account. `handed_at` is set when every channel has done with it (None: the outbox holds it)."""

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
