"""Who a push is for: walked through in pages, never held in memory; counted by the same walk that queues it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from backend.accounts import service as accounts
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.news import service as news
from backend.pushes import errors, rules
from backend.pushes.model import Counted, Wish
from backend.recipients import service as recipients
from backend.recipients.model import Preferences, Recipient
from backend.registry import service as registry
from schemas.terms import Role, Way

EDITORS = (Role.NEWS_EDITOR, Role.ADMIN)
AT_ONCE = 2_000
"""Ways to people that are read together."""
COUNTED = 60_000
"""Ways that one question for a number looks at; beyond, the answer says that there are more."""


@dataclass(frozen=True)
class Chosen:
    """One page of the audience: holder -> ways in the order of trying; without ways they switched them all off."""

    people: Mapping[str, tuple[Way, ...]]
    upto: str
    last: bool


def pages(deps: Deps, wish: Wish, *, after: str = "") -> Iterator[Chosen]:
    """The audience from beyond this holder on, in the order of holders."""
    while True:
        found, last = recipients.after(
            deps, after, ways=wish.ways, roles=wish.audience.roles, at_once=AT_ONCE
        )
        after = max(found, default=after)
        yield Chosen(dict(_chosen(deps, wish, found)), after, last)
        if last:
            return


def count(deps: Deps, actor: Actor, *, wish: Wish) -> Counted:
    """How many people a push would go to now. Raises 422 `pushes.invalid` with every fault at once."""
    actor.require(*EDITORS)
    require_valid(deps, wish)
    by_way: dict[Way, int] = dict.fromkeys(wish.ways, 0)
    people, off, complete = 0, 0, False
    for number, page in enumerate(pages(deps, wish), 1):
        for ways in page.people.values():
            if ways:
                people += 1
                by_way[ways[0]] += 1
            else:
                off += 1
        complete = page.last
        if number * AT_ONCE >= COUNTED:
            break
    return Counted(people, by_way, off, complete)


def require_valid(deps: Deps, wish: Wish) -> None:
    faults = rules.check(wish, frozenset(deps.carriers))
    if wish.news_id is not None and not news.is_published(deps, wish.news_id):
        faults.append(("news_id", rules.NOT_BEFORE_READERS))
    if faults:
        raise errors.invalid(faults)


def _chosen(
    deps: Deps, wish: Wish, found: Mapping[str, list[Recipient]]
) -> Iterator[tuple[str, tuple[Way, ...]]]:
    wishes = recipients.preferences_of(deps, found)
    districts = _districts(deps, found) if wish.audience.districts else {}
    for holder, ways in found.items():
        preferences = wishes.get(holder) or Preferences(holder)
        wanted = rules.wanted_ways(wish, ways, preferences, districts.get(holder))
        if wanted is not None:
            yield holder, wanted


def _districts(deps: Deps, found: Mapping[str, list[Recipient]]) -> dict[str, str | None]:
    """Where the people behind these accounts live, as far as they are bound to somebody on file."""
    holders = accounts.open_ones(deps, {key for key, ways in found.items() if ways[0].account_id})
    subjects = {one.id: one.subject_id for one in holders.values() if one.subject_id is not None}
    known = registry.districts_of(deps, list(subjects.values()))
    return {holder: known.get(subject) for holder, subject in subjects.items()}
