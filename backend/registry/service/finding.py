"""Finding subjects, and opening their sealed words."""

from collections.abc import Collection

from backend.common.deps import Deps
from backend.common.handles import Part
from backend.registry import store
from backend.registry.model import Subject, Words

ROOM = "registry"


def find(deps: Deps, subject_id: str) -> Subject | None:
    return store.find(deps.db, subject_id)


def districts_of(deps: Deps, subject_ids: Collection[str]) -> dict[str, str | None]:
    """The districts on file of these subjects, a code or a name each, as handed in."""
    return store.districts_of(deps.db, subject_ids)


def one_reading() -> Part[Subject]:
    """The subject of an id as one part of a joined read: one entity or none."""
    return store.by_id()


def find_by_number(deps: Deps, number: str) -> Subject | None:
    """The subject of a validated ID number or unified social credit code; the look-up is by its sealed form."""
    return store.find_by_number(deps.db, deps.sealer.seal_for_lookup(ROOM, number))


def seal_words(deps: Deps, words: Words) -> bytes:
    """As one text, the number first, since that has no space in it: a document costs the opening half as much again."""
    return deps.sealer.seal(ROOM, f"{words.number} {words.name}")


def open_words(deps: Deps, sealed: bytes) -> Words:
    number, _, name = str(deps.sealer.open(sealed)).partition(" ")
    return Words(name, number)


def words_of(deps: Deps, subject: Subject) -> Words:
    return open_words(deps, subject.words_sealed)


def name_of(deps: Deps, subject: Subject) -> str:
    return words_of(deps, subject).name


def number_of(deps: Deps, subject: Subject) -> str:
    return words_of(deps, subject).number


def phone_of(deps: Deps, subject: Subject) -> str | None:
    """The phone on file in E.164, or None."""
    return None if subject.phone_sealed is None else str(deps.sealer.open(subject.phone_sealed))
