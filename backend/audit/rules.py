"""How entries are chained and what proves that nobody changed them."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from backend.audit.model import SHARED, Entry, Line, Seal, Sentence
from backend.common.documents import to_document
from backend.common.macs import mac
from schemas.terms import Role
from schemas.text import Text

GENESIS = b""
UNSHOWN = frozenset({"code_hash", "snapshot"})
"""Details that prove a report and tell an auditor nothing."""


def signed(entry: Entry, key: bytes) -> Entry:
    """The entry with its MAC (HMAC-SHA-256 over every other field, the MAC of the entry before included)."""
    return replace(entry, mac=_mac(entry, key))


def sealed(seal: Seal, key: bytes) -> Seal:
    return replace(seal, mac=_mac(seal, key))


def digest(macs: Iterable[bytes]) -> tuple[int, bytes]:
    """How many, and one digest over all of them in order."""
    total, count = hashlib.sha256(), 0
    for each in macs:
        total.update(each)
        count += 1
    return count, total.digest()


def faults(entries: Iterable[Entry], key: bytes) -> Iterator[str]:
    """What is wrong in entries sorted by chain and seq: a changed entry, a missing one, a broken link."""
    before: Entry | None = None
    for entry in entries:
        first = before is None or before.chain != entry.chain
        expected_seq, expected_prev = (
            (1, GENESIS) if first or before is None else (before.seq + 1, before.mac)
        )
        if not hmac.compare_digest(entry.mac, _mac(entry, key)):
            yield f"entry {entry.id} was changed"
        if entry.seq != expected_seq:
            yield f"entry {entry.id}: {entry.seq - expected_seq} entries before it are missing"
        elif entry.prev != expected_prev:
            yield f"entry {entry.id} does not follow the entry before it"
        before = entry


def seal_faults(seal: Seal, before: Seal | None, counted: tuple[int, bytes], key: bytes) -> Iterator[str]:
    """What is wrong with a closed period, given what it holds now."""
    if not hmac.compare_digest(seal.mac, _mac(seal, key)) or seal.prev != (before.mac if before else GENESIS):
        yield f"seal {seal.id} was changed"
    if before is not None and seal.id != before.id + 1:
        yield f"seals before {seal.id} are missing"
    if counted[0] != seal.entries:
        yield f"period {seal.id} held {seal.entries} entries and holds {counted[0]}"
    elif counted[1] != seal.digest:
        yield f"period {seal.id} holds other entries than when it was closed"


def is_own(entry: Entry) -> bool:
    """Whether the subject looked; `store` says the same of documents, for its index of the others."""
    return entry.actor_role is Role.CITIZEN and entry.action != SHARED


def line(entry: Entry) -> Line:
    return Line(
        **{name: getattr(entry, name) for name in _SAME},
        purpose=_text(entry.purpose),
        scope=_text(entry.scope),
        details={name: value for name, value in entry.details.items() if name not in UNSHOWN},
    )


def scope(
    reader: str, since: datetime | None, until: datetime | None, filters: Mapping[str, str | None]
) -> str:
    """Whose search a cursor belongs to, and which: with other words it is another list."""
    words = [
        reader,
        *(str(at) for at in (since, until)),
        *(f"{name}={said}" for name, said in filters.items()),
    ]
    return "audit-search:" + json.dumps(words)


def _text(sentence: Sentence | None) -> Text | None:
    return None if sentence is None else Text(sentence.zh, sentence.en)


def _mac(entry: Entry | Seal, key: bytes) -> bytes:
    document = to_document(entry)
    del document["mac"]
    return mac(key, _CANONICAL.encode(document).encode())


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else bytes(value).hex()


_CANONICAL = json.JSONEncoder(default=_plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_SAME = (
    "id",
    "at",
    "actor_id",
    "actor_role",
    "actor_name",
    "actor_unit",
    "channel",
    "action",
    "look",
    "subject_id",
    "target_id",
)
