"""Pure decisions about pushes: what is wrong with one, what can be done with it now, who it is for."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from backend.common.clock import SHANGHAI
from backend.common.districts import DISTRICTS, code_of
from backend.deliveries.rules import QUIET_UNTIL, is_quiet
from backend.pushes.model import Audience, Fault, Wish
from backend.recipients.model import PUSH, Preferences, Recipient
from schemas.terms import PushAct, PushState, Role, Way
from schemas.text import Text

READERS_OF_PUSHES = frozenset({Role.CITIZEN, Role.ANONYMOUS})
"""Who can be in an audience: account holders, and followers of a chat that is bound to no account."""
NOT_BEFORE_READERS = Text(
    "没有这篇已发布的资讯：推送只能指向读者现在看得到的文章",
    "No such article is published: a push may name only what readers can open now",
)
_STEPS: Mapping[tuple[PushState, PushAct], PushState] = {
    (PushState.RUNNING, PushAct.PAUSE): PushState.PAUSED,
    (PushState.PAUSED, PushAct.RESUME): PushState.RUNNING,
    (PushState.RUNNING, PushAct.CANCEL): PushState.CANCELLED,
    (PushState.PAUSED, PushAct.CANCEL): PushState.CANCELLED,
    (PushState.RUNNING, PushAct.FINISH): PushState.DONE,
    (PushState.RUNNING, PushAct.HOLD): PushState.PAUSED,
}


def step(state: PushState, act: PushAct) -> PushState | None:
    """The state after an act; None when it cannot be done now."""
    return _STEPS.get((state, act))


def check(wish: Wish, configured: frozenset[Way]) -> list[Fault]:
    """Everything that is wrong with a new push, at once."""
    return [*_ways(wish, configured), *_audience(wish.audience), *_languages(wish)]


def held_until(at: datetime) -> datetime | None:
    """When a push may go on that is held back at this instant by the quiet hours; None outside of them."""
    if not is_quiet(at):
        return None
    here = at.astimezone(SHANGHAI)
    morning = here.replace(hour=QUIET_UNTIL.hour, minute=0, second=0, microsecond=0)
    return morning if here < morning else morning + timedelta(days=1)


def wanted_ways(
    wish: Wish, recipients: list[Recipient], preferences: Preferences, district: str | None
) -> tuple[Way, ...] | None:
    """By which ways this person would have it, the first one first; none where they switched them off; None where they are
    not in the audience."""
    audience = wish.audience
    if audience.districts and code_of(district or "") not in audience.districts:
        return None
    if audience.follows and not set(audience.follows) & set(preferences.follows):
        return None
    there = {one.way for one in recipients}
    return tuple(way for way in wish.ways if way in there and preferences.wants(PUSH, way))


def _ways(wish: Wish, configured: frozenset[Way]) -> Iterator[Fault]:
    if not wish.ways:
        yield "channels", Text("请至少选择一个渠道", "Choose at least one channel")
    if len(set(wish.ways)) < len(wish.ways):
        yield "channels", Text("同一渠道只能列一次", "Name each channel once")
    for way in wish.ways:
        if way not in configured:
            text = Text("渠道“{zh}”尚未接入", "The channel {en} is not set up here")
            yield "channels", Text(text.zh.format(zh=way.zh), text.en.format(en=way.en))


def _audience(audience: Audience) -> Iterator[Fault]:
    for code in audience.districts:
        if code not in DISTRICTS:
            text = Text("没有代码为 {code} 的区", "There is no district {code}")
            yield "audience.districts", text.fill(code=code)
    for role in audience.roles:
        if role not in READERS_OF_PUSHES:
            text = Text(
                "推送只发给市民和关注者，不发给“{zh}”", "A push goes to citizens and followers, not to: {en}"
            )
            yield "audience.roles", Text(text.zh.format(zh=role.zh), text.en.format(en=role.en))
    if audience.districts and Role.ANONYMOUS in audience.roles:
        yield (
            "audience.roles",
            Text(
                "未绑定账号的关注者没有居住区，不能按区选择", "Followers without an account have no district"
            ),
        )


def _languages(wish: Wish) -> Iterator[Fault]:
    if (wish.title_en is None) != (wish.body_en is None):
        yield (
            "title_en",
            Text("英文标题和正文须同时填写或同时留空", "Give both the English title and body, or none"),
        )
