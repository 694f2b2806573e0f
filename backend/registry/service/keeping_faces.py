"""Keeping, opening and erasing reference faces; the photographs are only digested, with a key, and dropped."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.registry import errors, store
from backend.registry.model import ReferenceFace

ROOM = "faces"


def template_of(deps: Deps, subject_id: str) -> bytes | None:
    """The opened template (128 float32, 512 bytes), or None when there is none or it was erased."""
    face = store.find_face(deps.db, subject_id)
    return (
        None
        if face is None or face.template_sealed is None
        else bytes(deps.sealer.open(face.template_sealed))
    )


def has_face(deps: Deps, subject_id: str) -> bool:
    """Whether there is a template to compare with; it is not opened."""
    face = store.find_face(deps.db, subject_id)
    return face is not None and face.template_sealed is not None


def knows_face(deps: Deps, subject_id: str, pictures: Sequence[bytes]) -> bool:
    """Whether exactly these photographs were handed in before: made into the template, or erased with it."""
    face = store.find_face(deps.db, subject_id)
    return face is not None and digest_of(deps, pictures) in (face.made_from, *face.refused)


def was_erased(deps: Deps, subject_id: str) -> bool:
    """Whether the person had the template erased, or wanted none, and has none since: another one needs a new consent."""
    face = store.find_face(deps.db, subject_id)
    return face is not None and face.erased_at is not None


def face_moved_since(deps: Deps, subject_id: str, at: datetime) -> bool:
    """Whether photographs came in, or were erased, after an instant."""
    face = store.find_face(deps.db, subject_id)
    return face is not None and (face.erased_at or face.created_at) > at


@atomic
def save_face(
    deps: Deps, actor: Actor, *, subject_id: str, template: bytes, pictures: Sequence[bytes], model: str
) -> None:
    """Seal and keep a template; the photographs themselves are only digested (with a key) and dropped.

    What was refused before stays refused. Whether the person may get a template is asked by who makes one
    (`facechecks.enrol`), in the same transaction. Raises 404 `registry.no_subject`.
    """
    if store.find(deps.db, subject_id) is None:
        raise errors.no_subject()
    before = store.find_face(deps.db, subject_id)
    face = ReferenceFace(
        id=subject_id,
        template_sealed=deps.sealer.seal(ROOM, template),
        made_from=digest_of(deps, pictures),
        pictures=len(pictures),
        model=model,
        created_at=deps.now(),
        refused=before.refused if before else (),
    )
    store.put_face(deps.db, face)
    audit.record(deps, actor, "registry.save_face", subject_id, subject_id=subject_id, pictures=len(pictures))


@atomic
def erase_face(deps: Deps, actor: Actor, *, subject_id: str) -> bool:
    """Erase the template for good, and keep that the person wants none; false when there was none to erase.

    It is written also where there is none, since an import may be making one at this moment: the two then collide, and the
    import finds it erased. The photographs that it was made of never bring it back (DOMAIN 5; PIPL 15, 47).
    """
    face = store.find_face(deps.db, subject_id) or ReferenceFace(subject_id, None, None, 0, None, deps.now())
    refused = face.refused if face.made_from is None else (*face.refused, face.made_from)
    erased = replace(
        face, template_sealed=None, made_from=None, pictures=0, refused=refused, erased_at=deps.now()
    )
    store.put_face(deps.db, erased)
    if face.template_sealed is None:
        return False
    audit.record(deps, actor, "registry.erase_face", subject_id, subject_id=subject_id)
    return True


def digest_of(deps: Deps, pictures: Sequence[bytes]) -> bytes:
    """A keyed digest of a set of photographs, whatever their order."""
    key = deps.sealer.derive("photographs")
    single = sorted(hmac.digest(key, picture, hashlib.sha256) for picture in pictures)
    return hmac.digest(key, b"".join(single), hashlib.sha256)
