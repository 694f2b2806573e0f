"""The way without a face: a one-time code handed out at a service window after a look at the identity card."""

from datetime import timedelta

from backend.audit import service as audit
from backend.common import numbers
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.common.mongo import atomic
from backend.identity import errors, rules, store
from backend.identity.model import IssuedCode, Proof, WindowCode
from backend.identity.service import proving
from backend.limits import service as limits
from backend.limits.service import Limit
from backend.notices import service as notices
from backend.registry import service as registry
from schemas.notices import NoticeKind
from schemas.terms import ProofWay, Role, SubjectKind

# 10 million codes, at most 5 guesses in a code's life by the one account it works for.
PER_ACCOUNT = Limit(5, timedelta(minutes=15))
PER_CLERK = Limit(120, timedelta(hours=1))


def issue_window_code(deps: Deps, actor: Actor, *, id_number: str) -> WindowCode:
    """A fresh code for the person with this number, 15 minutes, one use; an earlier one stops working.

    For window clerks and the operations command. Raises 422 `identity.invalid_number`, 404 `identity.no_such_person`.
    """
    actor.require(Role.WINDOW_CLERK, Role.SYSTEM)
    try:
        number = numbers.identity_number(id_number, today=shanghai_date(deps.now())).number
    except numbers.InvalidNumber as error:
        raise errors.invalid_number(error) from error
    limits.spend(deps, "window.issue", actor.id, limit=PER_CLERK)
    subject = registry.find_by_number(deps, number)
    if subject is None or subject.kind is not SubjectKind.PERSON:
        raise errors.no_such_person()
    return _issue(deps, actor, subject_id=subject.id)


def redeem_window_code(deps: Deps, actor: Actor, *, code: str) -> Proof:
    """Use a code up and be `verified` for ten minutes, exactly as after a face check; unlocks the face way.

    Only for the account bound to the person it was issued for. Raises 404 `identity.window_code_wrong`, 409
    `identity.window_code_used` or `_expired`, and 429 after five tries in a quarter of an hour.
    """
    subject_id = actor.require_subject()
    limits.spend(deps, "window.redeem", actor.id, limit=PER_ACCOUNT)
    read = rules.read_window_code(code)
    if read is None:
        raise _refused(deps, actor, errors.wrong_code())
    proof = _redeem(deps, actor, code_mac=_mac(deps, subject_id, read))
    if proof is None:
        raise _refused(deps, actor, _why_not(deps, subject_id, read))
    limits.reset(deps, "window.redeem", actor.id)
    return proof


@atomic
def _issue(deps: Deps, actor: Actor, *, subject_id: str) -> WindowCode:
    code, now = rules.window_code(deps.random.randrange(rules.CODES)), deps.now()
    expires_at = now + rules.CODE_LIVES
    mac = _mac(deps, subject_id, code)
    store.put_code(deps.db, IssuedCode(subject_id, mac, now, actor.id, actor.name, actor.unit, expires_at))
    audit.record(deps, actor, "identity.window_code_issue", subject_id, subject_id=subject_id)
    return WindowCode(code, expires_at)


@atomic
def _redeem(deps: Deps, actor: Actor, *, code_mac: bytes) -> Proof | None:
    subject_id = actor.require_subject()
    if not store.claim_code(deps.db, subject_id, code_mac, deps.now()):
        return None
    notices.send(deps, actor.id, NoticeKind.WINDOW_CODE_USED)
    return proving.prove(deps, actor, way=ProofWay.WINDOW, target_id=subject_id)


def _refused(deps: Deps, actor: Actor, error: ServiceError) -> ServiceError:
    _note_refusal(deps, actor, reason=error.reason)
    return error


@atomic
def _note_refusal(deps: Deps, actor: Actor, *, reason: str) -> None:
    proving.refuse(deps, actor, way=ProofWay.WINDOW, target_id=actor.require_subject(), reason=reason)


def _why_not(deps: Deps, subject_id: str, code: str) -> ServiceError:
    found = store.find_code(deps.db, subject_id, _mac(deps, subject_id, code))
    if found is None:
        return errors.wrong_code()
    return errors.code_used() if found.used_at is not None else errors.code_expired()


def _mac(deps: Deps, subject_id: str, code: str) -> bytes:
    return rules.code_mac(deps.sealer.derive("window-codes"), subject_id, code)
