"""A push: one message of staff to many people, each of whom has it at most once."""

from dataclasses import dataclass
from datetime import datetime

from schemas.terms import DeliveryState, NewsCategory, PushAct, PushState, Role, Way
from schemas.text import Text

Fault = tuple[str, Text]
"""A field of a push, and what is wrong with it."""

NOT_OPEN = Text(
    "所附资讯已撤下，读者打不开；重新发布后可以继续，也可以取消",
    "Readers can no longer open the article that it names; resume it once the article is published again, or cancel it",
)


@dataclass(frozen=True)
class Audience:
    """Who shall have it: everybody who can be reached by one of its ways and meets all that is set here. `follows`: any of
    these topics. Nothing set: all of them."""

    districts: tuple[str, ...] = ()
    follows: tuple[NewsCategory, ...] = ()
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True)
class Wish:
    """What staff put down. `ways` in the order in which they are tried: a person has it by the first one that reaches them."""

    title: str
    body: str
    title_en: str | None
    body_en: str | None
    news_id: str | None
    audience: Audience
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Event:
    """One line of a push's history; the reason is a sentence of staff about the push, never about a person."""

    at: datetime
    act: PushAct
    state: PushState
    by_id: str
    by_name: str | None
    reason: str | None = None

    @property
    def label(self) -> Text:
        return self.act.label

    @property
    def told(self) -> Text | None:
        """Why: in the words of staff, or in ours for what happened by itself."""
        if self.act is PushAct.HOLD:
            return NOT_OPEN
        return None if self.reason is None else Text(self.reason, self.reason)


@dataclass(frozen=True)
class Push:
    """A push and how far its people are queued: all up to `cursor` (a holder) are, and everybody from `expanded_at` on.

    Every change is a compare-and-set on `version`, but for the steps of the cursor, which are one on the cursor itself.
    `settled_at`: nothing of it waits any more; `closed_at`: no channel tells of it any more. From then on `totals` are its
    figures, which outlive the deliveries.
    """

    id: str
    wish: Wish
    state: PushState
    created_at: datetime
    cursor: str = ""
    expanded_at: datetime | None = None
    settled_at: datetime | None = None
    closed_at: datetime | None = None
    totals: dict[str, int] | None = None
    events: tuple[Event, ...] = ()
    version: int = 1


@dataclass(frozen=True)
class Progress:
    """People by what became of it for them: `queued`, `sent`, `failed` and `skipped` together are `people`. `delivered` are
    those of `sent` whose channel says that it arrived. `complete`: nobody is left to be queued."""

    queued: int
    sent: int
    delivered: int
    failed: int
    skipped: int
    complete: bool

    @property
    def people(self) -> int:
        return self.queued + self.sent + self.failed + self.skipped


@dataclass(frozen=True)
class Shown:
    """A push as staff see it. `held_until`: nothing of it goes out before, because people sleep."""

    push: Push
    progress: Progress
    held_until: datetime | None

    @property
    def id(self) -> str:
        return self.push.id

    @property
    def state(self) -> PushState:
        return self.push.state

    @property
    def state_label(self) -> Text:
        return self.push.state.label

    @property
    def title(self) -> str:
        return self.push.wish.title

    @property
    def body(self) -> str:
        return self.push.wish.body

    @property
    def title_en(self) -> str | None:
        return self.push.wish.title_en

    @property
    def body_en(self) -> str | None:
        return self.push.wish.body_en

    @property
    def news_id(self) -> str | None:
        return self.push.wish.news_id

    @property
    def audience(self) -> Audience:
        return self.push.wish.audience

    @property
    def ways(self) -> tuple[Way, ...]:
        return self.push.wish.ways

    @property
    def created_at(self) -> datetime:
        return self.push.created_at

    @property
    def settled_at(self) -> datetime | None:
        return self.push.settled_at

    @property
    def events(self) -> tuple[Event, ...]:
        return self.push.events

    @property
    def queued(self) -> int:
        return self.progress.queued

    @property
    def sent(self) -> int:
        return self.progress.sent

    @property
    def delivered(self) -> int:
        return self.progress.delivered

    @property
    def failed(self) -> int:
        return self.progress.failed

    @property
    def skipped(self) -> int:
        return self.progress.skipped


@dataclass(frozen=True)
class Counted:
    """How many people a push would go to, by the way it would take; `complete` is false where counting stopped early."""

    people: int
    by_way: dict[Way, int]
    switched_off: int
    complete: bool


def progress_of(counts: dict[DeliveryState, int], *, complete: bool) -> Progress:
    """The figures from the numbers of deliveries in each state."""
    arrived = counts.get(DeliveryState.DELIVERED, 0)
    return Progress(
        queued=counts.get(DeliveryState.WAITING, 0),
        sent=counts.get(DeliveryState.SENT, 0) + arrived,
        delivered=arrived,
        failed=counts.get(DeliveryState.FAILED, 0),
        skipped=counts.get(DeliveryState.SKIPPED, 0),
        complete=complete,
    )
