"""The staff and the merchants of the demonstration, and the list of accounts that `make run` shows."""

import hmac
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256, sha512
from pathlib import Path

from backend.catalogue import service as catalogue
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import Kind, ServiceError
from backend.common.ids import ALPHABET
from backend.common.mongo import atomic
from backend.demo.rules import cast, lending
from backend.demo.rules.cast import MerchantPart, StaffPart
from backend.eligibility import service as eligibility
from backend.merchants import rules as merchant_rules
from backend.merchants import service as merchants
from backend.merchants.model import Particulars
from backend.staff import service as staff
from schemas.terms import Role

PASSWORD_CHARACTERS = 14
KEY_LABEL = "示范收银台"
Account = dict[str, str | None]


def employ(deps: Deps, actor: Actor) -> None:
    """Make the staff accounts that are missing; a provider whose unit nobody knows has none."""
    units = catalogue.units_by_code(deps)
    for part in _employed(deps):
        if not _works_here(deps, part):
            _employ(deps, actor, part, part.unit if part.unit in units else None)


def take_on(deps: Deps, actor: Actor) -> None:
    """Take on the merchants that are missing, each with a key and a clerk; one that somebody renamed or closed stays so."""
    for part in cast.merchants():
        try:
            _take_on(deps, actor, part)
        except ServiceError as error:
            if error.kind is not Kind.CONFLICT:
                raise


def write_down(deps: Deps, *, faces: bool) -> Path:
    """Write `DATA_DIR/demo/accounts.json`, for its owner alone."""
    path = deps.settings.data_dir / "demo" / "accounts.json"
    _write(path, json.dumps(list(_accounts(deps, faces=faces)), ensure_ascii=False, indent=1) + "\n")
    return path


def _employed(deps: Deps) -> Iterator[StaffPart]:
    units = catalogue.units_by_code(deps)
    return (part for part in cast.staff() if part.role is not Role.PROVIDER or part.unit in units)


def _works_here(deps: Deps, part: StaffPart) -> bool:
    """Asked first, for to hash a password takes long by intention; whose account was taken away is refused another one."""
    try:
        staff.find(deps, username=part.username)
    except ServiceError as error:
        if error.kind is not Kind.NOT_FOUND:
            raise
        return False
    return True


def _employ(deps: Deps, actor: Actor, part: StaffPart, unit: str | None) -> None:
    try:
        password = _password(deps, part.username)
        staff.create(
            deps, actor, name=part.username, role=part.role, unit=unit, password=password, totp=False
        )
    except ServiceError as error:
        if error.kind is not Kind.CONFLICT:
            raise


@atomic
def _take_on(deps: Deps, actor: Actor, part: MerchantPart) -> None:
    wanted = Particulars(
        name=part.name,
        kinds=(part.kind,),
        rate_per_minute=merchant_rules.USUAL_RATE,
        district=part.district,
        uscc=part.uscc,
        contact_name=part.contact[0],
        contact_phone=part.contact[1],
    )
    merchant_id = merchants.create(deps, actor, wanted=wanted).id
    password = _password(deps, part.clerk)
    merchants.create_clerk(deps, actor, merchant_id=merchant_id, username=part.clerk, password=password)
    for kind in part.lends:
        offer = lending.offer(kind, part.contact[1])
        eligibility.create_service(deps, actor, merchant_id=merchant_id, offer=offer)
    halves = iter(_drawn(deps, part))
    drawing = replace(deps, new_code=lambda: next(halves))
    merchants.create_key(drawing, actor, merchant_id=merchant_id, label=KEY_LABEL)


def _drawn(deps: Deps, part: MerchantPart) -> tuple[str, str]:
    """What a merchant's key is made from: like the passwords, the same again for who has the master key."""
    mac = hmac.digest(deps.sealer.derive("demonstration-keys"), part.name.encode(), sha512)
    drawn = "".join(ALPHABET[byte % len(ALPHABET)] for byte in mac[:44])
    return drawn[:22], drawn[22:]


def _password(deps: Deps, username: str) -> str:
    """Made from the master key, so that a second run says the same password, and nobody without the key can say it."""
    mac = hmac.digest(deps.sealer.derive("demonstration-passwords"), username.encode(), sha256)
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in mac[:PASSWORD_CHARACTERS])


def _accounts(deps: Deps, *, faces: bool) -> Iterator[Account]:
    empty: Account = dict.fromkeys(
        ("role", "name", "phone", "id_number", "username", "password", "api_key", "note")
    )
    for part in cast.parts(faces=faces):
        member = part.member
        yield empty | {
            "role": "citizen",
            "name": member.name,
            "phone": member.phone,
            "id_number": member.number,
            "note": part.note,
        }
    for one in _employed(deps):
        words: Account = {
            "username": one.username,
            "password": _password(deps, one.username),
            "note": one.note,
        }
        yield empty | {"role": one.role.value} | words
    yield from (empty | shop for shop in _shops(deps))


def _shops(deps: Deps) -> Iterator[Account]:
    for shop in cast.merchants():
        _, key = merchant_rules.key_of("".join(_drawn(deps, shop)))
        yield {
            "role": Role.MERCHANT.value,
            "name": shop.name,
            "username": shop.clerk,
            "password": _password(deps, shop.clerk),
            "api_key": key,
            "note": shop.note,
        }


def _write(path: Path, text: str) -> None:
    """Whole or not at all: `make run` takes the file's presence for a finished city."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)
