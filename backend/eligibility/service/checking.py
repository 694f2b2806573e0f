"""A merchant's check: the pass used up, the decision, the line in the person's log and the answer, all or nothing.

Both verdicts take the same way through the same operations; they part in one comparison at the end, in memory.
"""

from dataclasses import dataclass

from backend.accounts import service as accounts
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.common.mongo import Retry, atomic
from backend.eligibility import errors, rules, store, texts
from backend.eligibility.model import Answer, Bar, Check, Pass, Service
from backend.eligibility.service.passing import PURPOSE
from backend.grades import service as grades
from backend.grades.model import Decision, Owner
from backend.limits import service as limits
from backend.limits.service import Charge
from backend.merchants import service as merchants
from schemas.terms import DecisionOwner, MerchantFigure, Role, ServiceState, Verdict
from schemas.text import Text

RECORD_GONE = "records.changed"


@dataclass(frozen=True)
class _Asked:
    """What a till asks, in the form in which it is looked up."""

    service_id: str
    code_mac: str
    key_mac: str | None


def check(
    deps: Deps,
    actor: Actor,
    *,
    code: str,
    service_id: str,
    address: str | None = None,
    idempotency_key: str | None = None,
) -> Answer:
    """Whether the person who made this code needs no deposit for this service: yes or no, once.

    409 `eligibility.code_not_usable` for every code that is no good, whyever; each counts, and too many lock the merchant and
    the address (429 `eligibility.too_many_wrong_codes`). 409 `eligibility.service_not_open` for an own service that is paused.
    The same `idempotency_key` with the same code by the same key or clerk gets the first answer again, after a crash too.
    """
    actor.require(Role.MERCHANT)
    charges = _charges(deps, actor, address)
    for name, who, limit in charges:
        standing = limits.peek(deps, name, who, limit=limit)
        if not standing.granted:
            raise errors.locked(standing.retry_after)
    try:
        return _check(deps, actor, _asked(deps, actor, code, service_id, idempotency_key))
    except ServiceError as error:
        if error.reason == errors.NOT_USABLE:
            for name, who, limit in charges:
                limits.take(deps, name, who, limit=limit)
        raise


def _charges(deps: Deps, actor: Actor, address: str | None) -> list[Charge]:
    of_merchant = ("eligibility.codes.merchant", actor.id, rules.WRONG_OF_MERCHANT)
    of_address = ("eligibility.codes.address", rules.WRONG_OF_ADDRESS)
    return [of_merchant, *limits.by_address(deps, address, of_address)]


def _asked(deps: Deps, actor: Actor, code: str, service_id: str, key: str | None) -> _Asked:
    secret = deps.sealer.derive(PURPOSE)
    mac = rules.code_mac(secret, service_id, rules.read_code(code))
    door = (actor.id, actor.through or "")
    return _Asked(service_id, mac, None if key is None else rules.key_mac(secret, door, mac, key))


@atomic
def _check(deps: Deps, actor: Actor, asked: _Asked) -> Answer:
    service = store.find_service(deps.db, asked.service_id)
    if service is not None and service.merchant_id != actor.id:
        service = None
    used = store.use_pass(
        deps.db, asked.code_mac, merchant_id=actor.id, service_id=asked.service_id, now=deps.now()
    )
    if used is None or service is None:
        return _again(deps, asked)
    if _is_void(deps, used, service):
        raise errors.code_not_usable()
    if service.state is not ServiceState.ACTIVE:
        raise errors.service_not_open()
    made = _judged(deps, actor, used, service, asked.key_mac)
    if not store.insert_check(deps.db, made):
        raise Retry(made.id)
    merchants.count(deps, actor.id, MerchantFigure.CHECKS, on=shanghai_date(deps.now()))
    return answer_of(made)


def _is_void(deps: Deps, used: Pass, service: Service) -> bool:
    """Whether the consent does not reach this check: the person has signed out or closed the account since, or the service is
    not the one that was consented to. What was used up comes back with the transaction, and is void all the same."""
    return rules.changed_since(service, used.notice.service_version) or (
        used.session_id is not None and accounts.was_ended(deps, used.session_id)
    )


def _again(deps: Deps, asked: _Asked) -> Answer:
    """The answer that this very request was given before, else the refusal."""
    made = store.find_check_by_key(deps.db, asked.key_mac) if asked.key_mac else None
    if made is None:
        raise errors.code_not_usable()
    return answer_of(made)


def answer_of(made: Check) -> Answer:
    return Answer(made.id, made.verdict, rules.told_at(made.decided_at))


def _judged(deps: Deps, actor: Actor, used: Pass, service: Service, key_mac: str | None) -> Check:
    """The decision with its line in the person's log, and the check that it makes."""
    check_id = deps.new_code()
    offer = service.offer
    bar = Bar(offer.minimum_grade, offer.no_record_eligible, service.version)
    granted_by = store.find_grant(deps.db, used.subject_id, used.service_id, deps.now())
    decision = _decide(deps, actor, used, check_id)
    judged = rules.verdict(bar, decision.value, decision.floor)
    return Check(
        id=check_id,
        pass_id=used.id,
        subject_id=used.subject_id,
        merchant_id=used.merchant_id,
        merchant_name=used.notice.recipient,
        service_id=used.service_id,
        service_title=used.service_title,
        bar=bar,
        decision_id=decision.id,
        rule_version=decision.rule_version,
        verdict=Verdict.ELIGIBLE if granted_by else judged,
        decided_at=decision.decided_at,
        kept_until=decision.kept_until,
        key_mac=key_mac,
        granted_by=granted_by,
    )


def _decide(deps: Deps, actor: Actor, used: Pass, check_id: str) -> Decision:
    """What happens to a record at this very moment is the service's affair: no merchant may learn of it from a refusal."""
    title: Text = used.service_title.text
    purpose = Text(
        texts.CHECK_PURPOSE.zh.format(merchant=used.notice.recipient, service=title.zh),
        texts.CHECK_PURPOSE.en.format(merchant=used.notice.recipient, service=title.en),
    )
    owner = Owner(DecisionOwner.DEPOSIT_FREE, check_id)
    try:
        return grades.decide(deps, actor, subject_id=used.subject_id, owner=owner, purpose=purpose)
    except ServiceError as error:
        if error.reason == RECORD_GONE:
            raise Retry(check_id) from error
        raise
