"""What the audit log keeps: one entry an act or a look, chained so that a change or a gap shows."""

from dataclasses import dataclass
from datetime import datetime

from schemas.terms import Channel, Role
from schemas.text import Text

Scalar = str | int | bool | None
SHARED = "reports.share"
"""The look of somebody who holds a link: the one way in which a citizen reaches another's information."""


@dataclass(frozen=True)
class Sentence:
    """A `Text` as it is stored: words a citizen can read, in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class Entry:
    """Who did what to whom, when, through which door and why. Content that was seen is never copied here.

    `chain` is the subject's looks (`looks:<id>`) or the acts that touched it (`acts:<id>`), or the actor's own acts when
    nobody's information was touched; `seq` counts within it without a gap, so the newest look's `seq` is the number of
    looks; `mac` covers every other field and the `mac` of the entry before (`prev`). `purpose` and `scope` are filled
    for looks at restricted information (Measures 19, Regulation 34).
    """

    id: str
    at: datetime
    chain: str
    seq: int
    prev: bytes
    actor_id: str
    actor_role: Role
    actor_name: str | None
    actor_unit: str | None
    channel: Channel
    action: str
    look: bool
    subject_id: str | None
    target_id: str | None
    purpose: Sentence | None
    scope: Sentence | None
    details: dict[str, Scalar]
    mac: bytes = b""


@dataclass(frozen=True)
class Seal:
    """A closed period of the log: how many entries it holds and one digest over them, so that a cut-off tail shows."""

    id: int
    begins_at: datetime
    ends_at: datetime
    entries: int
    digest: bytes
    prev: bytes
    mac: bytes = b""


@dataclass(frozen=True)
class Wanted:
    """What a search of the log asks for; `actions` are whole, and none of them means that nothing is called so."""

    begins_at: datetime
    ends_at: datetime
    actor_id: str | None = None
    target_id: str | None = None
    role: Role | None = None
    channel: Channel | None = None
    actions: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Line:
    """An entry as an auditor reads it: facts about the act, nothing of what was seen, and not what proves a report."""

    id: str
    at: datetime
    actor_id: str
    actor_role: Role
    actor_name: str | None
    actor_unit: str | None
    channel: Channel
    action: str
    look: bool
    subject_id: str | None
    target_id: str | None
    purpose: Text | None
    scope: Text | None
    details: dict[str, Scalar]

    @property
    def actor_role_label(self) -> Text:
        return self.actor_role.label

    @property
    def channel_label(self) -> Text:
        return self.channel.label


@dataclass(frozen=True)
class Onlookers:
    """How often somebody other than the subject looked; `shared`: with a link that the subject gave."""

    role: Role
    unit: str | None
    name: str | None
    shared: bool
    count: int


@dataclass(frozen=True)
class Tally:
    """How many lines were alike. `form`: in which a report was drawn; `way` and `passed`: of a proof of identity."""

    action: str
    channel: Channel
    form: str | None
    way: str | None
    passed: bool | None
    count: int
