"""People at pages: residents and clerks with the tokens that their browsers would keep."""

import re
from dataclasses import dataclass, replace

from flask.testing import FlaskClient

from backend.accounts.model import Tokens
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.eligibility import service as eligibility
from backend.identity import service as identity
from backend.merchants import service as merchants
from backend.merchants.model import Particulars
from backend.registry import service as registry
from schemas.terms import Channel, MerchantKind, Role
from tests.backend.eligibility.counter import OFFER
from tests.support import people, residents

MANAGER = Actor("manager-1", Role.BENEFIT_MANAGER, Channel.CONSOLE, name="song.hui")
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Guest:
    tokens: Tokens
    actor: Actor


def bound(
    deps: Deps, *, phone: str = people.PHONE, number: str = people.NUMBER, name: str = people.NAME
) -> Guest:
    """Signed in and bound, and no more."""
    people.resident(deps, number=number, name=name)
    tokens = residents.sign_in(deps, phone).tokens
    identity.bind(deps, residents.authenticate(deps, tokens.access_token), name=name, id_number=number)
    return Guest(tokens, residents.authenticate(deps, tokens.access_token))


def proved(deps: Deps, guest: Guest) -> Guest:
    """The same session after a code from the window."""
    subject = registry.find(deps, guest.actor.require_subject())
    number = registry.number_of(deps, subject)
    code = identity.issue_window_code(deps, people.COMMAND, id_number=number).code
    token = identity.redeem_window_code(deps, guest.actor, code=code).access_token
    return Guest(replace(guest.tokens, access_token=token), residents.authenticate(deps, token))


def verified(deps: Deps, sequence: str = "011", name: str = people.NAME) -> Guest:
    """Somebody with a number and a phone of their own."""
    number, phone = people.number_of("19610804", sequence), f"13900001{sequence}"
    return proved(deps, bound(deps, phone=phone, number=number, name=name))


@dataclass(frozen=True)
class Shop:
    """A merchant with a clerk at its till and a service that it lends."""

    id: str
    service_id: str
    username: str
    tokens: Tokens
    actor: Actor


def shop(deps: Deps, name: str = "徐汇区示范图书馆", username: str = "library.han", rate: int = 600) -> Shop:
    wanted = Particulars(name, (MerchantKind.LIBRARY,), rate_per_minute=rate)
    made = merchants.create(deps, MANAGER, wanted=wanted)
    merchants.create_clerk(deps, MANAGER, merchant_id=made.id, username=username, password=PASSWORD)
    lent = eligibility.create_service(deps, MANAGER, merchant_id=made.id, offer=OFFER)
    tokens = merchants.sign_in(deps, residents.STRANGER, username=username, password=PASSWORD)
    actor = merchants.authenticate(deps, tokens.access_token, Channel.PAGE)
    return Shop(made.id, lent.id, username, tokens, actor)


def enter(visitor: FlaskClient, tokens: Tokens, door: str = "citizen") -> FlaskClient:
    """The same browser after signing in on the page of that door."""
    path = "/" if door == "citizen" else f"/{door}"
    for name, value in (("access", tokens.access_token), ("session", tokens.refresh_token or "")):
        visitor.set_cookie(f"{door}_{name}", value, domain="localhost", path=path)
    return visitor


def hidden(page: str, name: str) -> str:
    """What a hidden field of a page holds."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]
