"""Residents as pages know them: the tokens that their browser keeps, after a code from the window."""

from dataclasses import dataclass, replace

from flask.testing import FlaskClient

from backend.accounts.model import Tokens
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.identity import service as identity
from backend.registry import service as registry
from tests.support import people, residents


@dataclass(frozen=True)
class Reader:
    """Somebody bound, with the browser's tokens; verified where `verify` was asked for."""

    actor: Actor
    tokens: Tokens

    @property
    def subject_id(self) -> str:
        return self.actor.require_subject()


def reader(
    deps: Deps,
    *,
    phone: str = people.PHONE,
    number: str = people.NUMBER,
    name: str = people.NAME,
    verify: bool = True,
) -> Reader:
    people.resident(deps, number=number, name=name)
    one = residents.sign_in(deps, phone)
    identity.bind(deps, one.actor, name=name, id_number=number)
    bound = Reader(people.again(deps, one.actor), one.tokens)
    return proved(deps, bound) if verify else bound


def proved(deps: Deps, one: Reader) -> Reader:
    """The same after a code from the window."""
    subject = registry.find(deps, one.subject_id)
    assert subject is not None
    code = identity.issue_window_code(deps, people.COMMAND, id_number=registry.number_of(deps, subject)).code
    fresh = identity.redeem_window_code(deps, one.actor, code=code).access_token
    return Reader(people.again(deps, one.actor, fresh), replace(one.tokens, access_token=fresh))


def enters(client: FlaskClient, one: Reader) -> FlaskClient:
    """The client's browser keeps this reader's tokens."""
    client.set_cookie("citizen_access", one.tokens.access_token, domain="localhost")
    client.set_cookie("citizen_session", one.tokens.refresh_token or "", domain="localhost")
    return client
