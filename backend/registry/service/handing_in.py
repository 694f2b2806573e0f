"""Subjects as units hand them in: made, changed, and linked to rows by keyed hashes."""

from collections.abc import Sequence
from hashlib import blake2b

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.common.names import folded_name
from backend.registry import store
from backend.registry.model import Matched, Particulars, Subject, Words
from backend.registry.service.finding import ROOM, seal_words

HASH_BYTES = 16


class Hasher:
    """The keyed hashes that link rows to subjects (BLAKE2b as a MAC, RFC 7693; three times as fast as HMAC here).

    `key` comes from `linking_key`.
    """

    def __init__(self, key: bytes) -> None:
        self._begun = {
            purpose: blake2b(digest_size=HASH_BYTES, key=key, person=purpose)
            for purpose in (b"number", b"name", b"row")
        }

    def number(self, number: str) -> bytes:
        return self._hash(b"number", number)

    def name(self, number: str, name: str) -> bytes:
        """Of number and name together, so that equal names of two people do not look equal."""
        return self._hash(b"name", f"{number}:{folded_name(name)}")

    def row(self, *words: str) -> bytes:
        """Of the words that say which fact a row is about, or what it says."""
        return self._hash(b"row", "\0".join(words))

    def _hash(self, purpose: bytes, text: str) -> bytes:
        state = self._begun[purpose].copy()
        state.update(text.encode())
        return state.digest()


def linking_key(deps: Deps) -> bytes:
    return deps.sealer.derive("linking")


def made(deps: Deps, hasher: Hasher, given: Particulars) -> Subject:
    """The subject of what was handed in, its words sealed."""
    now = deps.now()
    return Subject(
        id=deps.new_id(),
        kind=given.kind,
        number_sealed=deps.sealer.seal_for_lookup(ROOM, given.number),
        words_sealed=seal_words(deps, Words(given.name, given.number)),
        phone_sealed=_sealed_phone(deps, given.phone),
        district=given.district,
        number_index=hasher.number(given.number),
        name_check=hasher.name(given.number, given.name),
        batch_id=given.batch_id,
        line=given.line,
        created_at=now,
        updated_at=now,
    )


def register(deps: Deps, given: Particulars) -> Subject | None:
    """Put one new subject in; None when the number is there already."""
    subject = made(deps, Hasher(linking_key(deps)), given)
    return subject if store.insert(deps.db, subject) else None


def put_new(deps: Deps, subjects: Sequence[Subject]) -> frozenset[int]:
    """Put subjects in; the places of those that are there already by now."""
    return store.insert_all(deps.db, subjects) if subjects else frozenset()


def known(deps: Deps, indexes: Sequence[bytes]) -> dict[bytes, Subject]:
    """The subjects of these number hashes."""
    return {bytes(subject.number_index): subject for subject in store.list_by_index(deps.db, indexes)}


def matched(deps: Deps, indexes: Sequence[bytes]) -> dict[bytes, Matched]:
    """The same, without their words."""
    return store.match(deps.db, indexes)


@atomic
def change(deps: Deps, actor: Actor, *, subject: Subject, to: Subject) -> bool:
    """Put new particulars to a known subject, who keeps id and age; false when another import was faster."""
    words = [
        name
        for name, (old, new) in {
            "name": (subject.name_check, to.name_check),
            "phone": (subject.phone_sealed, to.phone_sealed),
            "district": (subject.district, to.district),
        }.items()
        if old != new
    ]
    fresh = Subject(**(vars(to) | {"id": subject.id, "created_at": subject.created_at}))
    if not store.replace(deps.db, fresh, subject.updated_at):
        return False
    audit.record(deps, actor, "registry.change", subject.id, subject_id=subject.id, changed=",".join(words))
    return True


def same(one: Subject, other: Subject) -> bool:
    """Whether two hand-ins say the same of a subject."""
    return (one.name_check, one.phone_sealed, one.district) == (
        other.name_check,
        other.phone_sealed,
        other.district,
    )


def _sealed_phone(deps: Deps, phone: str | None) -> bytes | None:
    return None if phone is None else deps.sealer.seal_for_lookup(ROOM, phone)
