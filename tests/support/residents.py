"""Residents who sign in as residents do: by the code that reached their phone."""

import json
from dataclasses import dataclass

from backend.accounts import service as accounts
from backend.accounts.model import Tokens
from backend.common.actor import Actor, anonymous
from backend.common.deps import Deps
from schemas.terms import Channel

PHONE = "13900001111"
STRANGER = anonymous(Channel.API)


@dataclass(frozen=True)
class Resident:
    """Somebody who is signed in: the tokens of the phone and the actor they make."""

    tokens: Tokens
    actor: Actor


def messages(deps: Deps, phone: str = PHONE) -> list[dict[str, str]]:
    """What was sent to a phone, oldest first."""
    outbox = deps.settings.data_dir / "outbox" / "sms.jsonl"
    lines = outbox.read_text().splitlines() if outbox.exists() else []
    return [sent for sent in map(json.loads, lines) if sent["to"].endswith(phone)]


def code_for(deps: Deps, phone: str = PHONE) -> str:
    """Ask for a code and read it from the phone."""
    accounts.request_code(deps, STRANGER, phone=phone)
    return messages(deps, phone)[-1]["code"]


def sign_in(deps: Deps, phone: str = PHONE) -> Resident:
    tokens = accounts.sign_in(deps, STRANGER, phone=phone, code=code_for(deps, phone))
    return Resident(tokens, authenticate(deps, tokens.access_token))


def authenticate(deps: Deps, access_token: str) -> Actor:
    return accounts.authenticate(deps, access_token, Channel.API)
