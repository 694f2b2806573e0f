"""Binding an account to the person whose name and number its holder knows."""

from datetime import timedelta

from backend.accounts import service as accounts
from backend.audit import service as audit
from backend.common import numbers
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.identity import errors, rules
from backend.identity.model import Binding
from backend.limits import service as limits
from backend.limits.service import Charge, Limit
from backend.notices import service as notices
from backend.registry import service as registry
from backend.registry.model import Subject, Words
from schemas.notices import NoticeKind
from schemas.terms import Role, SubjectKind

# By the phone and not by its account, which could be closed and made anew for five more tries.
PER_PHONE = ("bind.phone", Limit(5, timedelta(days=1)))
# Twice the phone's, so that a stranger who knows the number cannot use up the owner's tries with one phone.
PER_NUMBER = ("bind.number", Limit(10, timedelta(days=1)))
# Whole offices and mobile networks share an address; this only stops a sweep through many accounts.
PER_ADDRESS = ("bind.address", Limit(100, timedelta(days=1)))


def bind(deps: Deps, actor: Actor, *, name: str, id_number: str, address: str | None = None) -> Binding:
    """Bind the caller's account to the person with this name and number; the same again changes nothing.

    Raises `identity.invalid_number`, `identity.under_age` (422), `identity.no_match` (404: unknown person or wrong name,
    in equal time), `identity.taken`, `identity.already_bound` (409), and 429 after too many tries.
    """
    actor.require(Role.CITIZEN)
    number = _adult_number(deps, id_number)
    if not rules.folded_name(name):
        raise errors.empty_name()
    charges = _charges(deps, actor, number, address)
    limits.spend_all(deps, charges)
    subject = _matching(deps, name, number)
    if actor.subject_id is not None and (subject is None or subject.id != actor.subject_id):
        raise errors.already_bound()
    if subject is None:
        audit.record(deps, actor, "identity.bind_refused", actor.id)
        raise errors.no_match()
    if actor.subject_id is None:
        _attach(deps, actor, subject_id=subject.id)
    limits.give_back_all(deps, charges)
    return Binding(subject.id)


def _adult_number(deps: Deps, id_number: str) -> str:
    today = shanghai_date(deps.now())
    try:
        read = numbers.identity_number(id_number, today=today)
    except numbers.InvalidNumber as error:
        raise errors.invalid_number(error) from error
    if not numbers.is_adult(read.born_on, today):
        raise errors.under_age()
    return read.number


def _charges(deps: Deps, actor: Actor, number: str, address: str | None) -> list[Charge]:
    (by_phone, per_phone), (by_number, per_number) = PER_PHONE, PER_NUMBER
    phone = accounts.phone_of(deps, actor)
    own: list[Charge] = [(by_phone, phone, per_phone), (by_number, number, per_number)]
    return [*own, *limits.by_address(deps, address, PER_ADDRESS)]


def _matching(deps: Deps, name: str, number: str) -> Subject | None:
    """The person of this number if the name is theirs.

    Known or unknown, the same is done: one look-up, one sealing, one opening, one comparison.
    """
    subject = registry.find_by_number(deps, number)
    nobody = registry.seal_words(deps, Words("查无此人", number))
    known = subject is not None and subject.kind is SubjectKind.PERSON
    held = registry.open_words(deps, subject.words_sealed if subject is not None and known else nobody)
    same = rules.same_name(name, held.name)
    return subject if known and same else None


@atomic
def _attach(deps: Deps, actor: Actor, *, subject_id: str) -> None:
    if accounts.profile(deps, actor).subject_id not in (None, subject_id):
        raise errors.already_bound()
    if not accounts.bind_subject(deps, actor, subject_id=subject_id):
        raise errors.taken()
    audit.record(deps, actor, "identity.bind", actor.id, subject_id=subject_id)
    notices.send(deps, actor.id, NoticeKind.IDENTITY_BOUND)
