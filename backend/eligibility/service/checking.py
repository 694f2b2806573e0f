"""A merchant's check: the pass used up, the line in the person's log, the check and its answer, all or nothing.

What is answered was worked out when the pass was made, so that a check does the same work for everybody, whatever the verdict
and however long the record.
"""

from dataclasses import dataclass

from backend.accounts import service as accounts
from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.eligibility import errors, rules, store, texts
from backend.eligibility.model import Answer, Check, Judged, Pass
from backend.eligibility.service import judging
from backend.eligibility.service.passing import PURPOSE
from backend.merchants import service as merchants
from schemas.terms import MerchantFigure, Role, ServiceState, Verdict


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

    409 `eligibility.code_not_usable` for every code that is no good, whyever; each counts, but for a right one whose service was
    changed since, and too many lock the merchant (429 `eligibility.too_many_wrong_codes`, `merchants.one_code`). 409
    `eligibility.service_not_open` for an own service that is paused. The same `idempotency_key` with the same code by the same
    key or clerk gets the first answer again, after a crash too.
    """
    actor.require(Role.MERCHANT)
    asked = _asked(deps, actor, code, service_id, idempotency_key)
    counted = merchants.one_code(deps, actor, wrong=errors.NOT_USABLE, refusal=errors.locked, address=address)
    try:
        with counted:
            return _check(deps, actor, asked)
    except errors.Outdated:
        raise errors.code_not_usable() from None


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
    # A consent does not reach this check when the service is not the one that it was given for, or the person has signed out or
    # closed the account since. What was used up comes back with the transaction then, and is void all the same.
    used = store.use_pass(
        deps.db, asked.code_mac, merchant_id=actor.id, service_id=asked.service_id, now=deps.now()
    )
    if used is None or service is None:
        return _again(deps, asked)
    if rules.changed_since(service, used.notice.service_version):
        raise errors.Outdated
    if used.session_id is not None and accounts.was_ended(deps, used.session_id):
        raise errors.code_not_usable()
    if service.state is not ServiceState.ACTIVE:
        raise errors.service_not_open()
    judged = judging.judged_now(deps, actor, used, service)
    if judged is None:
        raise errors.code_not_usable()
    made = _check_of(deps, used, judged, asked.key_mac)
    if not store.insert_check(deps.db, made):
        raise Retry(made.id)
    _look(deps, actor, made)
    merchants.count(deps, actor.id, MerchantFigure.CHECKS, on=shanghai_date(deps.now()))
    return answer_of(made)


def _again(deps: Deps, asked: _Asked) -> Answer:
    """The answer that this very request was given before, else the refusal."""
    made = store.find_check_by_key(deps.db, asked.key_mac) if asked.key_mac else None
    if made is None:
        raise errors.code_not_usable()
    return answer_of(made)


def answer_of(made: Check) -> Answer:
    return Answer(made.id, made.verdict, rules.told_at(made.decided_at))


def _check_of(deps: Deps, used: Pass, judged: Judged, key_mac: str | None) -> Check:
    granted_by = store.find_grant(deps.db, used.subject_id, used.service_id, deps.now())
    return Check(
        id=judged.check_id,
        pass_id=used.id,
        subject_id=used.subject_id,
        merchant_id=used.merchant_id,
        merchant_name=used.notice.recipient,
        service_id=used.service_id,
        service_title=used.service_title,
        bar=judged.bar,
        decision_id=judged.decision_id,
        rule_version=judged.rule_version,
        verdict=Verdict.ELIGIBLE if granted_by else judged.verdict,
        decided_at=deps.now(),
        kept_until=judged.kept_until,
        key_mac=key_mac,
        granted_by=granted_by,
    )


def _look(deps: Deps, actor: Actor, made: Check) -> None:
    """The line in the person's log."""
    purpose = judging.purpose_of(texts.CHECK_PURPOSE, made.merchant_name, made.service_title.text)
    audit.look(
        deps,
        actor,
        "eligibility.check",
        subject_id=made.subject_id,
        purpose=purpose,
        scope=texts.GIVEN,
        target_id=made.id,
        rule_version=made.rule_version,
    )
