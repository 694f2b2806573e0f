"""Services as everybody reads them, and checks as their subject does."""

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.pages import Page, Position
from backend.eligibility import errors, rules, store, texts
from backend.eligibility.model import Check, Service, ShownCheck, ShownReplay, ShownService
from backend.eligibility.service.passing import notice_of
from backend.grades import service as grades
from backend.grades.model import Reason, Replay
from backend.merchants import service as merchants
from backend.merchants.model import Merchant
from schemas.terms import ServiceKind, ServiceState, Verdict
from schemas.text import Text

READ = "eligibility.read_checks"


def services(
    deps: Deps,
    *,
    kind: ServiceKind | None = None,
    merchant_id: str | None = None,
    limit: int = 20,
    cursor: str | None = None,
) -> Page[ShownService]:
    """What is lent without a deposit, newest first, each with its rule and what a pass would consent to; for everybody."""
    scope = f"deposit-free:{kind}:{merchant_id}"
    after = deps.cursors.read(cursor, scope)
    found = store.list_services(
        deps.db,
        state=ServiceState.ACTIVE,
        kind=kind,
        merchant_id=merchant_id,
        after=after,
        limit=limit + 1,
    )
    page = deps.cursors.page(found, limit, scope, lambda one: Position(one.created_at, one.id))
    there = merchants.active(deps, {one.merchant_id for one in page.items})
    version = grades.active_version(deps)
    shown = (
        _shown_service(one, there[one.merchant_id], version) for one in page.items if one.merchant_id in there
    )
    return Page(tuple(shown), page.next_cursor)


def service(deps: Deps, *, service_id: str) -> ShownService:
    """One of them. Raises 404 `eligibility.service_not_found`, also while it or its merchant is paused."""
    found = store.find_service(deps.db, service_id)
    there = merchants.active(deps, [found.merchant_id]) if found else {}
    if found is None or found.state is not ServiceState.ACTIVE or found.merchant_id not in there:
        raise errors.service_not_found()
    return _shown_service(found, there[found.merchant_id], grades.active_version(deps))


def my_checks(
    deps: Deps,
    actor: Actor,
    *,
    limit: int,
    cursor: str | None = None,
    verdict: Verdict | None = None,
) -> Page[ShownCheck]:
    """Every check of the caller, newest first; with verdicts and reasons for who has just proved to be that person, which is a
    look. Asking for those of one verdict would tell it, so that needs the proof too."""
    page = own_checks(deps, actor, limit=limit, cursor=cursor, verdict=verdict)
    if actor.is_verified(deps.now()) and page.items:
        _look(deps, actor, actor.require_subject())
    return page


def own_checks(
    deps: Deps,
    actor: Actor,
    *,
    limit: int,
    cursor: str | None = None,
    verdict: Verdict | None = None,
) -> Page[ShownCheck]:
    """The same for a caller who writes the look down: the copy of the own data is one look, however many pages it reads."""
    subject_id = actor.require_subject() if verdict is None else actor.require_verified(deps.now())
    scope = f"checks:{subject_id}:{verdict}"
    after = deps.cursors.read(cursor, scope)
    found = store.list_own_checks(deps.db, subject_id, verdict, after=after, limit=limit + 1)
    page = deps.cursors.page(found, limit, scope, lambda one: Position(one.decided_at, one.id))
    whole = actor.is_verified(deps.now())
    contests = store.contests_of(deps.db, [one.id for one in page.items])
    lines = (shown(deps, one, whole=whole, contest_id=contests.get(one.id)) for one in page.items)
    return Page(tuple(lines), page.next_cursor)


def my_check(deps: Deps, actor: Actor, *, check_id: str) -> ShownCheck:
    """One of them, likewise. Raises 404 `eligibility.check_not_found`."""
    made = own_check(deps, actor, check_id)
    whole = actor.is_verified(deps.now())
    if whole:
        _look(deps, actor, made.subject_id, made.id)
    contests = store.contests_of(deps.db, [made.id])
    return shown(deps, made, whole=whole, contest_id=contests.get(made.id))


def replay(deps: Deps, actor: Actor, *, check_id: str) -> ShownReplay:
    """Work an own check out again from what was kept of it, under its own rules and bar; a look, so for who has just proved
    to be that person. Raises 404 `eligibility.check_not_found`."""
    actor.require_verified(deps.now())
    made = own_check(deps, actor, check_id)
    decision = grades.find(deps, made.decision_id)
    if decision is None:
        raise errors.check_not_found()
    audit.look(
        deps,
        actor,
        "eligibility.replay",
        subject_id=made.subject_id,
        purpose=texts.REPLAY_PURPOSE,
        scope=texts.SCOPE,
        target_id=made.id,
    )
    again = grades.replay(deps, decision)
    verdict = _verdict(made, again)
    return ShownReplay(
        check_id=made.id,
        at=again.at,
        outcome=again.outcome,
        rule_version=again.rule_version,
        value=again.value,
        floor=again.floor,
        verdict=verdict,
        same_verdict=None if verdict is None else verdict is made.verdict,
        proved=again.proved,
    )


def _verdict(made: Check, again: Replay) -> Verdict | None:
    """What an officer granted needs no grade."""
    if made.granted_by is not None:
        return Verdict.ELIGIBLE
    return None if again.value is None else rules.verdict(made.bar, again.value, again.floor)


def own_check(deps: Deps, actor: Actor, check_id: str) -> Check:
    """The caller's own check. Raises 404 `eligibility.check_not_found`."""
    made = store.find_own_check(deps.db, actor.require_subject(), check_id)
    if made is None or made.kept_until <= deps.now():
        raise errors.check_not_found()
    return made


def shown(deps: Deps, made: Check, *, whole: bool, contest_id: str | None = None) -> ShownCheck:
    return ShownCheck(
        id=made.id,
        merchant=made.merchant_name,
        service_id=made.service_id,
        service_title=made.service_title.text,
        verdict=made.verdict if whole else None,
        decided_at=made.decided_at,
        rule_version=made.rule_version,
        service_version=made.bar.service_version,
        minimum_grade=made.bar.minimum_grade,
        reasons=_reasons(deps, made) if whole else None,
        deposit_way=texts.AFTER_NO if whole and made.verdict is Verdict.NOT_ELIGIBLE else None,
        record_changed=made.record_changed if whole else None,
        record_changed_at=made.record_changed_at if whole else None,
        granted=made.granted_by is not None if whole else None,
        contest_id=contest_id,
    )


def _reasons(deps: Deps, made: Check) -> tuple[Reason, ...]:
    decision = grades.find(deps, made.decision_id)
    return grades.explain(decision) if decision else ()


def _look(deps: Deps, actor: Actor, subject_id: str, target_id: str | None = None) -> None:
    audit.look(
        deps,
        actor,
        READ,
        subject_id=subject_id,
        purpose=texts.OWN_PURPOSE,
        scope=texts.SCOPE,
        target_id=target_id,
    )


def _shown_service(found: Service, merchant: Merchant, rule_version: str | None) -> ShownService:
    offer, notice = found.offer, notice_of(found, merchant)
    return ShownService(
        id=found.id,
        merchant_id=found.merchant_id,
        merchant=merchant.name,
        kind=offer.kind,
        title=Text(offer.title_zh, offer.title_en),
        contact=offer.contact,
        purpose=notice.purpose.text,
        deposit_fen=offer.deposit_fen,
        minimum_grade=offer.minimum_grade,
        no_record_eligible=offer.no_record_eligible,
        max_days=offer.max_days,
        rule_version=rule_version,
        data_used=notice.data_used.text,
        data_given=notice.data_given.text,
        withdrawal=notice.withdrawal.text,
        kept=notice.kept.text,
        deposit_way=notice.deposit_way.text,
        version=found.version,
    )
