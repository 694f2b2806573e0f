"""Making a pass, which is a separate consent (PIPL 23), and withdrawing it before it is used."""

import hmac
from dataclasses import dataclass, replace

from backend.audit import service as audit
from backend.clocks.model import Words
from backend.common import sweeping
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.common.pages import Page, Position
from backend.common.periods import add_years, end_of
from backend.common.qr import drawn
from backend.eligibility import errors, rules, store, texts
from backend.eligibility.model import NewPass, Notice, Pass, Service, ShownPass
from backend.eligibility.service import judging
from backend.grades import service as grades
from backend.limits import service as limits
from backend.merchants import service as merchants
from backend.merchants.model import Merchant
from schemas.terms import MerchantState, PassState, Role, ServiceState
from schemas.text import Text

PURPOSE = "passes"


@dataclass(frozen=True)
class _Asked:
    """For whom a pass is asked, for which service as it was read, and under which `Idempotency-Key`."""

    subject_id: str
    service_id: str
    version: int | None
    key: str | None


def make_pass(
    deps: Deps,
    actor: Actor,
    *,
    service_id: str,
    service_version: int | None = None,
    idempotency_key: str | None = None,
) -> NewPass:
    """Make a one-use pass for one service of one merchant; an unused one for the same service is void by it.

    What a check will answer is worked out now, so that no merchant's wait tells how much there is to read.

    It opens a conclusion from the restricted record to somebody else, so the caller must be `verified` (DOMAIN 5,
    Regulation 17). `service_version` is what the caller has read: 409 `eligibility.service_changed` when another is in force.
    Raises 404 `eligibility.service_not_found`, 409 `eligibility.service_not_open`, `grades.no_rules`, 429
    `eligibility.too_many_passes`.
    """
    subject_id = actor.require_verified(deps.now())
    charge = ("eligibility.passes", subject_id, rules.PER_PERSON)
    with limits.charged(deps, [charge], errors.too_many_passes):
        return _make(deps, actor, _Asked(subject_id, service_id, service_version, idempotency_key))


def code_again(deps: Deps, actor: Actor, *, pass_id: str, idempotency_key: str) -> dict[str, str]:
    """`code` and `qr_svg` of a pass for the session that made it under this key and asks again, while it is unused and in its
    time; nothing otherwise."""
    made = store.find_own_pass(deps.db, actor.require_subject(), pass_id)
    if made is None or made.code_mac is None or _state(deps, made) is not PassState.OPEN:
        return {}
    if actor.session_id is None or made.session_id != actor.session_id:
        return {}
    key = deps.sealer.derive(PURPOSE)
    code = rules.code_of(key, made.id, actor.session_id, idempotency_key)
    if not hmac.compare_digest(rules.code_mac(key, made.service_id, code), made.code_mac):
        return {}
    return {"code": rules.shown_code(code), "qr_svg": drawn(rules.shown_code(code))}


@atomic
def withdraw_pass(deps: Deps, actor: Actor, *, pass_id: str) -> None:
    """Take the consent back: the code is void at once. Again changes nothing.

    Raises 404 `eligibility.pass_not_found`, 409 `eligibility.pass_over` when it was used, replaced or is past its time.
    """
    subject_id = actor.require_subject()
    made = store.find_own_pass(deps.db, subject_id, pass_id)
    if made is None:
        raise errors.pass_not_found()
    if open_one := store.withdraw_pass(deps.db, subject_id, pass_id, deps.now()):
        _drop_judgement(deps, open_one)
        audit.record(deps, actor, "eligibility.withdraw_pass", pass_id, subject_id=subject_id)
    elif made.state is not PassState.WITHDRAWN:
        raise errors.pass_over(_state(deps, made))


def my_passes(deps: Deps, actor: Actor, *, limit: int, cursor: str | None = None) -> Page[ShownPass]:
    """What the caller has consented to, newest first, with what became of each."""
    subject_id = actor.require_subject()
    scope = f"passes:{subject_id}"
    found = store.list_own_passes(
        deps.db, subject_id, after=deps.cursors.read(cursor, scope), limit=limit + 1
    )
    page = deps.cursors.page(found, limit, scope, lambda one: Position(one.made_at, one.id))
    return Page(tuple(_shown(deps, one) for one in page.items), page.next_cursor)


def my_pass(deps: Deps, actor: Actor, *, pass_id: str) -> ShownPass:
    """One of them, as a phone asks that waits for it to be used."""
    made = store.find_own_pass(deps.db, actor.require_subject(), pass_id)
    if made is None:
        raise errors.pass_not_found()
    return _shown(deps, made)


def notice_of(service: Service, merchant: Merchant) -> Notice:
    """What is shown before a pass for this service is made."""
    offer = service.offer
    return Notice(
        recipient=merchant.name,
        contact=offer.contact,
        purpose=Words(offer.purpose_zh, offer.purpose_en),
        data_used=Words(*texts.DATA_USED),
        data_given=Words(*texts.DATA_GIVEN),
        withdrawal=Words(*texts.WITHDRAWAL),
        kept=Words(*texts.KEPT),
        deposit_way=Words(*texts.DEPOSIT_WAY),
        text_version=texts.VERSION,
        service_version=service.version,
    )


def drop_unused(deps: Deps, actor: Actor) -> int:
    """Take away what was worked out for passes that nobody used in time; how many."""
    actor.require(Role.SYSTEM)
    found = store.unused_passes(deps.db, deps.now() - rules.UNUSED_FOR)
    return sweeping.each(found, lambda one: _drop(deps, pass_id=one))


@atomic
def _drop(deps: Deps, *, pass_id: str) -> bool:
    unused = store.unjudge(deps.db, pass_id)
    if unused is not None:
        _drop_judgement(deps, unused)
    return unused is not None


def _drop_judgement(deps: Deps, unused: Pass) -> None:
    if unused.judged is not None:
        grades.drop(deps, decision_id=unused.judged.decision_id)


@atomic
def _make(deps: Deps, actor: Actor, asked: _Asked) -> NewPass:
    subject_id = asked.subject_id
    service, merchant = _open_service(deps, asked.service_id, asked.version)
    made, key = _pass_of(deps, actor, subject_id, service, merchant), deps.sealer.derive(PURPOSE)
    code = _code(deps, actor, key, made.id, asked.key)
    if before := store.replace_open(deps.db, _key(made), deps.now()):
        _drop_judgement(deps, before)
    judged = judging.judge(deps, actor, made, service, check_id=deps.new_code())
    code_mac = rules.code_mac(key, service.id, code)
    made = replace(made, code_mac=code_mac, open_key=_key(made), judged=judged)
    if not store.insert_pass(deps.db, made):
        raise Retry(made.id)
    audit.record(
        deps,
        actor,
        "eligibility.make_pass",
        made.id,
        subject_id=subject_id,
        service_id=service.id,
        service_version=service.version,
        notice_digest=made.notice_digest,
    )
    return _new(made, judged.rule_version, code)


def _code(deps: Deps, actor: Actor, key: bytes, pass_id: str, idempotency_key: str | None) -> str:
    if idempotency_key is None or actor.session_id is None:
        return deps.new_code()[: rules.CODE_LENGTH]
    return rules.code_of(key, pass_id, actor.session_id, idempotency_key)


def _open_service(deps: Deps, service_id: str, version: int | None) -> tuple[Service, Merchant]:
    service = store.find_service(deps.db, service_id)
    if service is None:
        raise errors.service_not_found()
    merchant = merchants.active(deps, [service.merchant_id]).get(service.merchant_id)
    if (
        service.state is not ServiceState.ACTIVE
        or merchant is None
        or merchant.state is not MerchantState.ACTIVE
    ):
        raise errors.service_not_open()
    if version is not None and version != service.version:
        raise errors.service_changed(service.version)
    return service, merchant


def _pass_of(deps: Deps, actor: Actor, subject_id: str, service: Service, merchant: Merchant) -> Pass:
    notice, now = notice_of(service, merchant), deps.now()
    return Pass(
        id=deps.new_id(),
        subject_id=subject_id,
        account_id=actor.id,
        merchant_id=service.merchant_id,
        service_id=service.id,
        service_title=Words(service.offer.title_zh, service.offer.title_en),
        notice=notice,
        notice_digest=rules.digest(notice),
        made_at=now,
        expires_at=now + rules.LIFETIME,
        kept_until=end_of(add_years(shanghai_date(now), rules.CONSENT_KEPT_YEARS)),
        session_id=actor.session_id,
    )


def _key(made: Pass) -> str:
    return f"{made.subject_id}:{made.service_id}"


def _new(made: Pass, rule_version: str, code: str) -> NewPass:
    notice = made.notice
    return NewPass(
        id=made.id,
        service_id=made.service_id,
        service_title=made.service_title.text,
        merchant=notice.recipient,
        contact=notice.contact,
        purpose=notice.purpose.text,
        data_used=notice.data_used.text,
        data_given=notice.data_given.text,
        notice_digest=made.notice_digest,
        expires_at=made.expires_at,
        rule_version=rule_version,
        code=rules.shown_code(code),
        qr_svg=drawn(rules.shown_code(code)),
    )


def _state(deps: Deps, made: Pass) -> PassState:
    over = made.state is PassState.OPEN and made.expires_at <= deps.now()
    return PassState.EXPIRED if over else made.state


def _shown(deps: Deps, made: Pass) -> ShownPass:
    notice, state = made.notice, _state(deps, made)
    title: Text = made.service_title.text
    return ShownPass(
        id=made.id,
        service_id=made.service_id,
        service_title=title,
        merchant=notice.recipient,
        contact=notice.contact,
        purpose=notice.purpose.text,
        data_used=notice.data_used.text,
        data_given=notice.data_given.text,
        notice_digest=made.notice_digest,
        made_at=made.made_at,
        expires_at=made.expires_at,
        state=state,
        ended_at=made.expires_at if state is PassState.EXPIRED else made.ended_at,
        may_withdraw=state is PassState.OPEN,
    )
