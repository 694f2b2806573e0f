"""People on file who are bound, agreed and verified through the use cases, and what to ask of tests about them."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from backend.common.actor import Actor, system
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.common.numbers import check_digit
from backend.identity import service as identity
from backend.registry import service as registry
from backend.registry.model import Particulars, Subject
from schemas.terms import Channel, SubjectKind
from tests.support import written
from tests.support.refusals import refused as refused
from tests.support.residents import PHONE as PHONE
from tests.support.residents import authenticate, sign_in

NAME = "欧阳䶮"
COMMAND = system(Channel.COMMAND, "test")


def number_of(born_on: str, sequence: str) -> str:
    """A number that passes every check and belongs to nobody: 310199 was never a district."""
    first = f"310199{born_on}{sequence}"
    return first + check_digit(first)


NUMBER = number_of("19610804", "011")


def resident(
    deps: Deps, *, number: str = NUMBER, name: str = NAME, kind: SubjectKind = SubjectKind.PERSON
) -> Subject:
    """Somebody on file."""
    subject = registry.register(deps, Particulars(kind, name, number, None, "310101", "test", 1))
    assert subject is not None
    return subject


def signed_in(deps: Deps, phone: str = PHONE) -> Actor:
    """A new session of the phone's account."""
    return sign_in(deps, phone).actor


def again(deps: Deps, actor: Actor, access_token: str | None = None) -> Actor:
    """The actor of the same session as its next request sees it, with this token or a fresh one."""
    fresh, _ = deps.tokens.sign({"sub": actor.id, "sid": actor.session_id}, now=deps.now())
    return authenticate(deps, access_token or fresh)


def bound(deps: Deps, *, phone: str = PHONE, number: str = NUMBER, name: str = NAME) -> Actor:
    """Signed in and bound to a person on file."""
    if (phone, number, name) == (PHONE, NUMBER, NAME):
        return written.once(deps, _bound)
    return _bound(deps, phone, number, name)


def _bound(deps: Deps, phone: str = PHONE, number: str = NUMBER, name: str = NAME) -> Actor:
    resident(deps, number=number, name=name)
    actor = signed_in(deps, phone)
    identity.bind(deps, actor, name=name, id_number=number)
    return again(deps, actor)


def verified(deps: Deps, actor: Actor) -> Actor:
    """The same session after a code from the window."""
    subject = registry.find(deps, actor.require_subject())
    assert subject is not None
    code = identity.issue_window_code(deps, COMMAND, id_number=registry.number_of(deps, subject)).code
    return again(deps, actor, identity.redeem_window_code(deps, actor, code=code).access_token)


def enrol(deps: Deps, actor: Actor, template: bytes = bytes(512), picture: bytes = b"photograph") -> None:
    """A reference face of the bound person."""
    registry.save_face(
        deps, COMMAND, subject_id=actor.require_subject(), template=template, pictures=[picture], model="test"
    )


def together(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Start all at the same moment; what each returned, or the refusal it met."""
    start = threading.Barrier(len(works))
    ended: list[Any] = [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        start.wait()
        try:
            ended[place] = work()
        except ServiceError as error:
            ended[place] = error

    threads = [threading.Thread(target=run, args=one) for one in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


def acts(deps: Deps, action: str) -> list[dict[str, Any]]:
    """What the audit log says of an action, oldest first."""
    return list(deps.db["audit_log"].find({"action": action}, sort=[("at", 1), ("_id", 1)]))


def all_acts(deps: Deps) -> list[str]:
    """The actions of the audit log in the order of its lines; ids of one millisecond have none."""
    return [entry["action"] for entry in deps.db["audit_log"].find(sort=[("$natural", 1)])]
