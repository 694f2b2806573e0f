"""A person looks at what rules alone decided (PIPL 24): asked for by the resident, answered by an officer in time.

An officer who grants it replaces the rules for this person and this service for a month; the record stays what it is.
"""

from dataclasses import replace
from datetime import timedelta

from backend.accounts import service as accounts
from backend.audit import service as audit
from backend.calendars import service as calendars
from backend.clocks import rules as clock_rules
from backend.clocks import service as clocks
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.common.pages import Page, Position
from backend.common.periods import end_of
from backend.eligibility import errors, rules, store, texts
from backend.eligibility.model import Check, Contest, ListedContest, ShownContest
from backend.eligibility.service import reading
from backend.grades import service as grades
from backend.limits import service as limits
from backend.notices import service as notices
from schemas.base import said
from schemas.notices import DeskNoticeKind, NoticeKind
from schemas.terms import CaseKind, ContestFinding, ContestState, Role

ROOM = "records"
ANSWER = "contest_answer"
OFFICERS = (Role.CASE_OFFICER,)


def contest(deps: Deps, actor: Actor, *, check_id: str, statement: str | None = None) -> ShownContest:
    """Ask for a person to look at an own check; once a check, the first one stays. For who has just proved to be that person, as
    its verdict and reasons are: nobody else can know what is contested, and an officer reads the record for it.

    Raises 404 `eligibility.check_not_found`, 429 `eligibility.too_many_contests`.
    """
    actor.require_verified(deps.now())
    made = reading.own_check(deps, actor, check_id)
    found = store.find_contest_of(deps.db, made.id)
    if found is not None:
        return _for_subject(deps, actor, found)
    charge = ("eligibility.contests", made.subject_id, rules.CONTESTS_PER_PERSON)
    with limits.charged(deps, [charge], errors.too_many_contests):
        return _contest(deps, actor, made, statement or said(texts.NO_STATEMENT))


def my_contests(deps: Deps, actor: Actor, *, limit: int, cursor: str | None = None) -> Page[ShownContest]:
    """The caller's own, newest first; the words for who has just proved to be that person."""
    subject_id = actor.require_subject()
    scope = f"contests:{subject_id}"
    found = store.list_own_contests(
        deps.db, subject_id, after=deps.cursors.read(cursor, scope), limit=limit + 1
    )
    page = deps.cursors.page(found, limit, scope, _position)
    return Page(tuple(_for_subject(deps, actor, one) for one in page.items), page.next_cursor)


def my_contest(deps: Deps, actor: Actor, *, contest_id: str) -> ShownContest:
    """One of them. Raises 404 `eligibility.contest_not_found`."""
    found = store.find_own_contest(deps.db, actor.require_subject(), contest_id)
    if found is None:
        raise errors.contest_not_found()
    return _for_subject(deps, actor, found)


def contests(
    deps: Deps,
    actor: Actor,
    *,
    state: ContestState,
    overdue: bool,
    limit: int,
    cursor: str | None = None,
) -> Page[ListedContest]:
    """The officers' queue: what was asked first, and so is due first, is first."""
    actor.require(*OFFICERS)
    scope = f"staff-contests:{state}:{overdue}"
    found = store.list_contests(
        deps.db,
        state,
        deps.now() if overdue else None,
        after=deps.cursors.read(cursor, scope),
        limit=limit + 1,
    )
    page = deps.cursors.page(found, limit, scope, _position)
    return Page(tuple(_listed(deps, one) for one in page.items), page.next_cursor)


def find_contest(deps: Deps, actor: Actor, *, contest_id: str) -> ShownContest:
    """A contest with its words and the check; while it is open, and the subject reads who looked."""
    actor.require(*OFFICERS)
    found = _found(deps, contest_id)
    if found.state is not ContestState.OPEN:
        return _shown(deps, found, whole=False)
    audit.look(
        deps,
        actor,
        "eligibility.read_contest",
        subject_id=found.subject_id,
        purpose=texts.REVIEW_PURPOSE,
        scope=texts.REVIEW_SCOPE,
        target_id=found.id,
    )
    return _shown(deps, found, whole=True)


@atomic
def answer_contest(
    deps: Deps, actor: Actor, *, contest_id: str, finding: ContestFinding, explanation: str
) -> ShownContest:
    """Decide as a person, once; the resident is told. Granted, the person needs no deposit for this service for a month.

    Raises 404 `eligibility.contest_not_found`, 409 `eligibility.contest_changed`.
    """
    actor.require(*OFFICERS)
    before = _found(deps, contest_id)
    if before.state is not ContestState.OPEN:
        raise errors.contest_changed(before.state)
    until = end_of(shanghai_date(deps.now()) + timedelta(days=rules.GRANTED_DAYS))
    after = replace(
        before,
        state=ContestState.ANSWERED,
        finding=finding,
        explanation_sealed=deps.sealer.seal(ROOM, explanation),
        answered_at=deps.now(),
        answered_by_id=actor.id,
        granted_until=until if finding is ContestFinding.GRANTED else None,
        clocks=tuple(clock_rules.meet(clock, deps.now()) for clock in before.clocks),
    )
    if not store.put_contest(deps.db, before, after):
        raise Retry(contest_id)
    record(deps, actor, after, "eligibility.answer_contest", finding=finding.value)
    tell_person(deps, after, NoticeKind.CONTEST_ANSWERED, finding=finding)
    return _shown(deps, after, whole=False)


def tell_person(deps: Deps, found: Contest, kind: NoticeKind, **more: object) -> None:
    """Tell the account that the person has now; who closed it and has no other reads it when they come back."""
    account_id = accounts.account_of(deps, found.subject_id)
    if account_id is not None:
        notices.send(deps, account_id, kind, **more)


def tell_officers(deps: Deps, found: Contest, kind: DeskNoticeKind, **more: object) -> None:
    notices.tell_desk(
        deps,
        role=Role.CASE_OFFICER,
        unit=None,
        kind=kind,
        case=CaseKind.CONTEST,
        case_id=found.id,
        **more,
    )


def record(deps: Deps, actor: Actor, found: Contest, action: str, **facts: str) -> None:
    audit.record(deps, actor, action, found.id, subject_id=found.subject_id, **facts)


@atomic
def _contest(deps: Deps, actor: Actor, made: Check, statement: str) -> ShownContest:
    there = store.find_contest_of(deps.db, made.id)
    if there is not None:
        return _for_subject(deps, actor, there)
    clock = clock_rules.start(clocks.limits()[ANSWER], deps.now(), calendars.calendar(deps), clocks.LIVE)
    decision = grades.find(deps, made.decision_id)
    found = Contest(
        id=deps.new_id(),
        check_id=made.id,
        subject_id=made.subject_id,
        account_id=actor.id,
        service_id=made.service_id,
        record_ids=decision.record_ids if decision else (),
        statement_sealed=deps.sealer.seal(ROOM, statement),
        state=ContestState.OPEN,
        asked_at=deps.now(),
        kept_until=made.kept_until,
        clocks=(clock,),
    )
    if not store.insert_contest(deps.db, found):
        raise Retry(made.id)
    record(deps, actor, found, "eligibility.contest", check_id=made.id)
    notices.send(deps, actor.id, NoticeKind.CONTEST_RECEIVED, due_on=clock.due_on)
    tell_officers(deps, found, DeskNoticeKind.CONTEST_RECEIVED, due_on=clock.due_on)
    return _for_subject(deps, actor, found)


def _found(deps: Deps, contest_id: str) -> Contest:
    found = store.find_contest(deps.db, contest_id)
    if found is None:
        raise errors.contest_not_found()
    return found


def _position(found: Contest) -> Position:
    return Position(found.asked_at, found.id)


def _for_subject(deps: Deps, actor: Actor, found: Contest) -> ShownContest:
    """The words, which may tell of a record, for who has just proved to be that person; the reasons are the check's own."""
    return _shown(deps, found, whole=False, worded=actor.is_verified(deps.now()))


def _listed(deps: Deps, found: Contest) -> ListedContest:
    return ListedContest(
        id=found.id,
        check_id=found.check_id,
        state=found.state,
        asked_at=found.asked_at,
        clocks=tuple(clocks.shown(clock, deps.now()) for clock in found.clocks),
        finding=found.finding,
        answered_at=found.answered_at,
        granted_until=found.granted_until,
    )


def _shown(deps: Deps, found: Contest, *, whole: bool, worded: bool = False) -> ShownContest:
    made = store.find_check(deps.db, found.check_id) if whole else None
    return ShownContest(
        **vars(_listed(deps, found)),
        statement=_opened(deps, found.statement_sealed) if whole or worded else None,
        explanation=_opened(deps, found.explanation_sealed) if whole or worded else None,
        check=reading.shown(deps, made, whole=True, contest_id=found.id) if made else None,
    )


def _opened(deps: Deps, sealed: bytes | None) -> str | None:
    return None if sealed is None else str(deps.sealer.open(sealed))
