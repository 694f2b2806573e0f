"""A merchant that takes part: who it is, the keys of its tills, and what staff are shown."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from schemas.terms import MerchantAct, MerchantDoor, MerchantFigure, MerchantKind, MerchantState
from schemas.text import Text


class Fault(NamedTuple):
    """What is wrong with one field: the reason for programs, the field, and in words."""

    reason: str
    field: str
    text: Text


@dataclass(frozen=True)
class Particulars:
    """What staff put down about a merchant. `contact_name` and `contact_phone` are None until somebody is named;
    `district` may be a code or a full name, and is kept as the name."""

    name: str
    kinds: tuple[MerchantKind, ...]
    rate_per_minute: int
    district: str | None = None
    uscc: str | None = None
    contact_name: str | None = None
    contact_phone: str | None = None


@dataclass(frozen=True)
class Event:
    """One line of a merchant's history; `reason_sealed` are the words that came with it."""

    at: datetime
    act: MerchantAct
    state: MerchantState
    by_id: str
    by_name: str | None
    reason_sealed: bytes | None = None


@dataclass(frozen=True)
class Merchant:
    """`contact_*_sealed` are sealed at random (room "merchants"); `uscc` is public and plain. `name_key` is the folded name,
    unique among those that are not closed. `version` counts the writes, each of which is a compare-and-set on it."""

    id: str
    name: str
    name_key: str | None
    kinds: tuple[MerchantKind, ...]
    rate_per_minute: int
    district: str | None
    uscc: str | None
    contact_name_sealed: bytes | None
    contact_phone_sealed: bytes | None
    state: MerchantState
    created_at: datetime
    created_by_id: str
    created_by_name: str | None
    events: tuple[Event, ...] = ()
    version: int = 1


@dataclass(frozen=True)
class Named:
    """What everybody may know of a merchant."""

    id: str
    name: str
    district: str | None
    state: MerchantState


@dataclass(frozen=True)
class Key:
    """An API key as it is kept: `id` is its public part, `secret_mac` a keyed hash of the rest bound to id and merchant."""

    id: str
    merchant_id: str
    label: str
    secret_mac: bytes = field(repr=False)
    created_at: datetime
    created_by_id: str
    created_by_name: str | None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by_name: str | None = None


@dataclass(frozen=True)
class NewKey:
    """A key just made: `key` is shown now and never again."""

    id: str
    label: str
    created_at: datetime
    key: str = field(repr=False)


@dataclass(frozen=True)
class NewClerk:
    """A clerk's account just made; what it opens with is shown now and never again."""

    id: str
    username: str
    name: str
    created_at: datetime
    password: str = field(repr=False)
    totp_secret: str | None = field(default=None, repr=False)
    totp_uri: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Line:
    """A line of the history as staff read it."""

    at: datetime
    act: MerchantAct
    state: MerchantState
    by_name: str | None
    reason: str | None

    @property
    def label(self) -> Text:
        return self.act.label


@dataclass(frozen=True)
class Shown:
    """A merchant as staff read it, the contact opened; `may` is what can be done with it now."""

    id: str
    name: str
    kinds: tuple[MerchantKind, ...]
    rate_per_minute: int
    district: str | None
    uscc: str | None
    contact_name: str | None
    contact_phone: str | None
    state: MerchantState
    created_at: datetime
    created_by_name: str | None
    version: int
    history: tuple[Line, ...]
    may: tuple[MerchantAct, ...]

    @property
    def state_label(self) -> Text:
        return self.state.label


@dataclass(frozen=True)
class Listed:
    """A merchant in a list: nothing of the person to contact."""

    id: str
    name: str
    kinds: tuple[MerchantKind, ...]
    district: str | None
    state: MerchantState
    rate_per_minute: int
    created_at: datetime

    @property
    def state_label(self) -> Text:
        return self.state.label


@dataclass(frozen=True)
class Door:
    """The key or the clerk that a merchant acts by: its id, and the label of the key or the clerk's user name."""

    kind: MerchantDoor
    id: str
    label: str


@dataclass(frozen=True)
class Me:
    """What a merchant is told about itself; `rate_left` is how many requests it has in the minute that ends now."""

    id: str
    name: str
    kinds: tuple[MerchantKind, ...]
    state: MerchantState
    rate_per_minute: int
    rate_left: int
    through: Door

    @property
    def state_label(self) -> Text:
        return self.state.label


@dataclass(frozen=True)
class Figure:
    what: MerchantFigure
    count: int

    @property
    def label(self) -> Text:
        return self.what.label


@dataclass(frozen=True)
class Figures:
    """The numbers of a Shanghai calendar month (`YYYY-MM`); `final` once it is over."""

    month: str
    final: bool
    figures: tuple[Figure, ...]
