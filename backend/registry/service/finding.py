"""Finding subjects, and opening their sealed words."""

from backend.common.deps import Deps
from backend.registry import store
from backend.registry.model import Subject

ROOM = "registry"


def find(deps: Deps, subject_id: str) -> Subject | None:
    return store.find(deps.db, subject_id)


def find_by_number(deps: Deps, number: str) -> Subject | None:
    """The subject of a validated ID number or unified social credit code; the look-up is by its sealed form."""
    return store.find_by_number(deps.db, deps.sealer.seal_for_lookup(ROOM, number))


def name_of(deps: Deps, subject: Subject) -> str:
    return str(deps.sealer.open(subject.name_sealed))


def number_of(deps: Deps, subject: Subject) -> str:
    return str(deps.sealer.open(subject.number_sealed))


def phone_of(deps: Deps, subject: Subject) -> str | None:
    """The phone on file in E.164, or None."""
    return None if subject.phone_sealed is None else str(deps.sealer.open(subject.phone_sealed))
