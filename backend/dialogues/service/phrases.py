"""The table of phrases: as delivered, and what staff put over it."""

from datetime import date

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.dialogues import errors, rules, store, texts
from backend.dialogues.model import Figures, Phrase
from schemas.terms import Role, Way
from schemas.text import Text

KEEPERS = (Role.NEWS_EDITOR, Role.CASE_OFFICER, Role.ADMIN)
MOST_PHRASES = 1_000
FIGURE_DAYS = 90


def meant(deps: Deps, text: str) -> tuple[str, ...]:
    """What a text may mean by the table as it is now."""
    added = {one.id: one.action for one in store.list_phrases(deps.db, limit=MOST_PHRASES)}
    return rules.meant(text, {**rules.given(), **added})


def meanings() -> dict[str, Text]:
    """What a phrase may mean: actions and what they are called."""
    return {action: texts.LABELS[action] for action in rules.actions()}


def listed(deps: Deps, actor: Actor) -> tuple[Phrase, ...]:
    """What staff added, newest first."""
    actor.require(*KEEPERS)
    return tuple(store.list_phrases(deps.db, limit=MOST_PHRASES))


@atomic
def put(deps: Deps, actor: Actor, *, phrase: str, action: str) -> Phrase:
    """What people write when they mean something; it counts at once, over what was delivered, in every channel.

    Raises 422 `dialogues.bad_phrase`, `dialogues.no_such_action`; 409 `dialogues.too_many_phrases`.
    """
    actor.require(*KEEPERS)
    words = rules.plain(phrase)
    if len(words) < 2 or len(words) > rules.LONGEST_PHRASE or rules.number(words) is not None:
        raise errors.bad_phrase()
    if action not in rules.actions():
        raise errors.no_such_action(rules.actions())
    if store.count_phrases(deps.db) >= MOST_PHRASES:
        raise errors.too_many_phrases()
    made = Phrase(words, action, deps.now(), actor.id, actor.name)
    store.put_phrase(deps.db, made)
    audit.record(deps, actor, "dialogues.put_phrase", words, means=action)
    return made


@atomic
def remove(deps: Deps, actor: Actor, *, phrase: str) -> None:
    """Take an added phrase back; what was delivered counts again. Raises 404 `dialogues.no_such_phrase`."""
    actor.require(*KEEPERS)
    words = rules.plain(phrase)
    if not store.remove_phrase(deps.db, words):
        raise errors.no_such_phrase()
    audit.record(deps, actor, "dialogues.remove_phrase", words)


def figures(deps: Deps, actor: Actor) -> tuple[Figures, ...]:
    """How many messages a day were understood, led to a choice, or were missed, by channel; nothing of what was said is kept."""
    actor.require(*KEEPERS)
    return tuple(store.list_figures(deps.db, limit=FIGURE_DAYS * len(Way)))


def figures_between(deps: Deps, *, first: date, last: date) -> tuple[Figures, ...]:
    """The same of the days from `first` to `last`, for the figures of operations."""
    return tuple(store.figures_between(deps.db, first, last))
