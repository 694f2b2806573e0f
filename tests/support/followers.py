"""People who can be reached by channels, many at a time, and the server's clock as tests need it."""

from datetime import timedelta
from typing import Any

from backend.accounts.model import Account
from backend.common.actor import Actor, system
from backend.common.deps import Deps
from backend.common.documents import to_document
from backend.recipients import service as recipients
from backend.recipients.model import Recipient
from backend.recipients.service import binding
from schemas.terms import Channel, Role, Way

WORKER = system(Channel.WORKER, "worker")
EDITOR = Actor("staff-zhou", Role.NEWS_EDITOR, Channel.CONSOLE, name="zhou.li")


def account(deps: Deps, name: str, *, phone: str | None = None, **given: Any) -> Actor:
    """An open account that is called by its name, and its holder signed in."""
    sealed = None if phone is None else deps.sealer.seal_for_lookup("accounts", phone)
    known: dict[str, Any] = {"subject_id": None, "language": "zh", "created_at": deps.now()} | given
    deps.db["accounts"].insert_one(to_document(Account(name, sealed, **known)))
    return Actor(name, Role.CITIZEN, Channel.API)


def bound(deps: Deps, name: str, *ways: Way, **given: Any) -> Actor:
    """An account with these ways; its address is way and name, `77` and the name's digits for a chat of Telegram."""
    actor = account(deps, name, **given)
    for way in ways:
        recipients.bind(
            deps, account_id=name, way=way, address=None if way is Way.SMS else address(name, way)
        )
    return actor


def address(name: str, way: Way) -> str:
    digits = "".join(filter(str.isdigit, name)) or str(sum(map(ord, name)))
    return f"77{digits}" if way is Way.TELEGRAM else f"{way.value}-{name}"


def crowd(deps: Deps, count: int, way: Way = Way.TELEGRAM, *, first: int = 0) -> list[str]:
    """So many account holders with a way each, put in at once; their addresses."""
    names = [f"p{number:06}" for number in range(first, first + count)]
    addresses = [address(name, way) for name in names]
    now = deps.now()
    deps.db["accounts"].insert_many([to_document(Account(name, None, None, "zh", now)) for name in names])
    made = [
        Recipient(
            f"{name}:{way.value}",
            name,
            way,
            name,
            Role.CITIZEN,
            "zh",
            now,
            deps.sealer.seal(binding.ROOM, where),
            binding._mac(deps, way, where),
        )
        for name, where in zip(names, addresses, strict=True)
    ]
    deps.db["recipients"].insert_many([to_document(one) for one in made])
    return addresses


def let_pass(deps: Deps, span: timedelta) -> None:
    """As if the server's clock had gone on by so much, for all that waits."""
    ms = int(span.total_seconds() * 1000)
    for name, keys in (
        ("deliveries", ("due_at",)),
        ("channel_paces", ("next_at", "paused_until")),
        ("recipients", ("busy_until",)),
    ):
        earlier = {key: {"$subtract": [f"${key}", ms]} for key in keys}
        deps.db[name].update_many({keys[0]: {"$type": "date"}}, [{"$set": earlier}])
