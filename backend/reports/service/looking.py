"""The access log as the subject reads it, and questions about its lines."""

from collections.abc import Iterable

from backend.accounts import service as accounts
from backend.audit import service as audit
from backend.audit.model import Entry
from backend.catalogue import service as catalogue
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.common.pages import Page
from backend.notices import service as notices
from backend.reports import errors, store, texts
from backend.reports.model import Look, Question
from schemas.base import said
from schemas.notices import NoticeKind
from schemas.terms import QuestionState, Role
from schemas.text import Text

ROOM = "records"
SHARED = "reports.share"


def access_log(deps: Deps, actor: Actor, *, limit: int, cursor: str | None = None) -> Page[Look]:
    """Every look at the caller's information, newest first, own looks included (Regulation 34)."""
    page = audit.looks(deps, actor.require_subject(), limit=limit, cursor=cursor)
    return Page(shown_looks(deps, page.items), page.next_cursor)


def shown_looks(deps: Deps, entries: Iterable[Entry]) -> tuple[Look, ...]:
    return tuple(_shown(deps, entry) for entry in entries)


@atomic
def ask(
    deps: Deps, actor: Actor, *, entry_id: str, statement: str | None = None, end_sessions: bool = False
) -> Question:
    """Ask who was behind a line of the own log, for the desk to find out; one question a line, the first one stays.

    Without a statement the question is that it was not the caller.

    `end_sessions` signs the account out everywhere, also when the question was there already: whoever fears a stolen
    sign-in must not be stopped by it.
    """
    subject_id = actor.require_subject()
    if audit.find_look(deps, subject_id, entry_id) is None:
        raise errors.entry_not_found()
    question = store.find_question(deps.db, subject_id, entry_id)
    if question is None:
        question = _open(deps, actor, entry_id, statement or said(texts.NOT_ME))
    if end_sessions:
        accounts.end_sessions(deps, actor, actor.id)
    return question


def _open(deps: Deps, actor: Actor, entry_id: str, statement: str) -> Question:
    question = Question(
        id=deps.new_id(),
        entry_id=entry_id,
        subject_id=actor.require_subject(),
        account_id=actor.id,
        statement_sealed=deps.sealer.seal(ROOM, statement),
        state=QuestionState.OPEN,
        asked_at=deps.now(),
    )
    if not store.insert_question(deps.db, question):
        raise Retry(entry_id)
    audit.record(
        deps, actor, "reports.question", question.id, subject_id=question.subject_id, entry_id=entry_id
    )
    notices.send(deps, actor.id, NoticeKind.QUESTION_RECEIVED)
    return question


def _shown(deps: Deps, entry: Entry) -> Look:
    actor, own = _who(entry)
    return Look(
        id=entry.id,
        at=entry.at,
        actor=actor,
        own=own,
        unit=_unit(deps, entry),
        role=entry.actor_role,
        channel=entry.channel,
        purpose=Text(entry.purpose.zh, entry.purpose.en) if entry.purpose else None,
        scope=Text(entry.scope.zh, entry.scope.en) if entry.scope else None,
    )


def _who(entry: Entry) -> tuple[Text, bool]:
    """The name the log shows, and whether it was the subject: a citizen reaches another's record by a link only."""
    if entry.action == SHARED:
        return texts.LINK_HOLDER, False
    if entry.actor_role is Role.CITIZEN:
        return texts.SELF_NAME, True
    name = entry.actor_name
    return (Text(name, name) if name else entry.actor_role.label), False


def _unit(deps: Deps, entry: Entry) -> Text | None:
    if entry.actor_unit is None:
        return None
    unit = catalogue.units_by_code(deps).get(entry.actor_unit)
    return unit.name if unit else Text(entry.actor_unit, entry.actor_unit)
