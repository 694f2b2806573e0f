"""By which ways a person can be reached, and what they want to hear by them."""

from dataclasses import dataclass, field
from datetime import datetime

from schemas.notices import FORMS, NoticeKind
from schemas.terms import NewsCategory, Role, Way
from schemas.text import Language, Text

PUSH = "push"
"""The kind under which pushes to many people are switched; every other kind is a `NoticeKind`."""
KINDS: dict[str, Text] = {kind.value: kind.label for kind in NoticeKind} | {
    PUSH: Text("资讯推送", "News pushed to followers")
}
LEGAL = frozenset(kind.value for kind in NoticeKind if FORMS[kind].legal)


@dataclass(frozen=True)
class Recipient:
    """One way to one holder: an account, or a chat that is bound to none (`account_id` is None, `holder` made of the chat).

    `id` is holder and way, so a holder has each way once: the phone last registered, the chat last bound. `address_sealed`
    (chat id, openid, device token) opens only here; by `address_mac` the same address is known again. SMS has neither: the
    phone stands in the account. `gone_at`: the channel said that nobody is there any more. `language` is what the client said;
    `speaks` what the person speaks in this very chat, which counts before that and before the account's.
    """

    id: str
    holder: str
    way: Way
    account_id: str | None
    role: Role
    language: Language
    bound_at: datetime
    address_sealed: bytes | None = field(default=None, repr=False)
    address_mac: bytes | None = field(default=None, repr=False)
    gone_at: datetime | None = None
    gone_reason: str | None = None
    speaks: Language | None = None


@dataclass(frozen=True)
class Preferences:
    """What a holder switched off (`off`: kind and way with a colon between; `ways_off`: everything but the legal kinds by
    this way), and the topics they follow. `id` is the holder. Nothing stored: everything is on and followed."""

    id: str
    off: tuple[str, ...] = ()
    ways_off: tuple[Way, ...] = ()
    follows: tuple[NewsCategory, ...] = tuple(NewsCategory)

    def wants(self, kind: str, way: Way) -> bool:
        """Whether a message of the kind may go by this way; legal kinds always may (they tell of rights and deadlines)."""
        return kind in LEGAL or (way not in self.ways_off and f"{kind}:{way.value}" not in self.off)


@dataclass(frozen=True)
class Switch:
    """One way as its holder sees it: there or not, on or off, and whether the channel says that nobody is there."""

    way: Way
    bound_at: datetime | None
    gone_at: datetime | None
    on: bool

    @property
    def label(self) -> Text:
        return self.way.label

    @property
    def bound(self) -> bool:
        return self.bound_at is not None


@dataclass(frozen=True)
class KindSwitch:
    """One kind with the ways it goes by; legal ones cannot be switched off."""

    kind: str
    legal: bool
    ways: dict[str, bool]

    @property
    def label(self) -> Text:
        return KINDS[self.kind]


@dataclass(frozen=True)
class Shown:
    """All switches of a holder. The inbox has none: every notice lies there."""

    ways: tuple[Switch, ...]
    kinds: tuple[KindSwitch, ...]
    follows: tuple[NewsCategory, ...]
    inbox: bool = True
