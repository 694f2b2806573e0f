"""Keeping evidence: stored loose and sealed, bound to a case inside the case's transaction, shown whole or not at all.

A use case that takes files does so inside `held`: what its transaction has not bound is removed when the block ends,
however it ends; and what a dying process leaves goes with the first sweep after its lease.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from backend.audit import service as audit
from backend.common import mongo
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.evidence import errors, rules, store
from backend.evidence.model import Checked, Download, Evidence, ShownEvidence, Upload
from schemas.evidence import MOST_FILES
from schemas.terms import Role
from schemas.text import Text

ROOM = "evidence"
LEASE = timedelta(minutes=5)
SWEPT = 200
"""Files that one sweep removes at most; the next one goes on."""
SCOPE = Text("案件材料", "A file of a case")


def checked(uploads: Sequence[Upload], *, already: int = 0) -> tuple[Checked, ...]:
    """What may be kept of the files that came; `already`: how many the case has.

    Raises `evidence.too_many`, `empty`, `too_large`, `not_supported`, `unreadable`, `protected` or `unpacks_too_large`,
    which name the file by its place. Nothing is stored.
    """
    if already + len(uploads) > MOST_FILES:
        raise errors.too_many()
    return tuple(_one_checked(place, upload) for place, upload in enumerate(uploads))


def put(deps: Deps, actor: Actor, *, checked: Sequence[Checked]) -> tuple[Evidence, ...]:
    """Store files loose and sealed, each under a key of its own, outside of every transaction. Raises 503 `evidence.expired`.

    Whoever calls this without `held` calls `discard` when what follows fails.
    """
    actor.require(Role.CITIZEN)
    if mongo.in_transaction():
        raise RuntimeError("files cannot be stored inside a transaction")
    kept: list[Evidence] = []
    try:
        for one in checked:
            kept.append(_announced(deps, actor, one))
            _stored(deps, kept[-1], one.content)
        now = deps.now()
        if not store.renew(deps.db, [one.id for one in kept], now, now + LEASE):
            raise errors.expired()
    except BaseException:
        _discard_quietly(deps, kept)
        raise
    return tuple(kept)


@atomic
def attach(deps: Deps, *, evidence: Sequence[Evidence], case_id: str) -> None:
    """Bind loose files, if any, to a case; takes part in the caller's transaction, so that the case never lacks one of them.

    Raises 422 `evidence.too_many` when another request took the places, 503 `evidence.expired` when one is not loose any more.
    """
    if not evidence:
        return
    taken = {one.place for one in of_case(deps, case_id)}
    free = [place for place in range(MOST_FILES) if place not in taken]
    if len(free) < len(evidence):
        raise errors.too_many()
    now = deps.now()
    for one, place in zip(evidence, free, strict=False):
        if not store.bind(deps.db, one, case_id, place, now):
            raise errors.expired()


@contextmanager
def held(
    deps: Deps, actor: Actor, *, uploads: Sequence[Upload], already: int = 0
) -> Iterator[tuple[Evidence, ...]]:
    """Check and store files for the length of a use case; what it has not bound by then is removed."""
    kept = put(deps, actor, checked=checked(uploads, already=already)) if uploads else ()
    try:
        yield kept
    finally:
        _discard_quietly(deps, kept)


def discard(deps: Deps, evidence: Sequence[Evidence]) -> int:
    """Remove those of the files that are still loose; how many were. Bound ones stay."""
    ids = [one.id for one in evidence]
    if not ids or not store.let_go(deps.db, ids, deps.now()):
        return 0
    return sum(store.remove(deps.db, one) for one in store.list_going(deps.db, ids))


def of_case(deps: Deps, case_id: str) -> tuple[Evidence, ...]:
    """The files of a case in the order in which they came."""
    return tuple(store.list_of_case(deps.db, case_id))


def has_all(deps: Deps, case_id: str, uploads: Sequence[Upload]) -> bool:
    """Whether the case has each of these files already; also when none came."""
    kept = {one.sha256 for one in of_case(deps, case_id)} if uploads else set()
    return all(rules.digest(one.content) in kept for one in uploads)


def count(deps: Deps, case_id: str) -> int:
    return len(store.list_of_case(deps.db, case_id))


def shown_of_case(deps: Deps, case_id: str, *, named: bool) -> tuple[ShownEvidence, ...]:
    """The files of a case as its reader sees them; not `named`: without their names, which are words of the person."""
    return tuple(shown(deps, one, named=named) for one in of_case(deps, case_id))


def shown(deps: Deps, evidence: Evidence, *, named: bool = True) -> ShownEvidence:
    """A file for those who may see the case, under its own name, or by its place in the case."""
    return ShownEvidence(
        evidence.id,
        _name(deps, evidence) if named else rules.numbered(evidence.place or 0, evidence.media_type),
        evidence.media_type.value,
        evidence.size,
        evidence.sha256.hex(),
        evidence.uploaded_at,
    )


def open_content(deps: Deps, evidence: Evidence) -> bytes:
    """What is in the file, proved whole. Raises 404 when its key is gone, 503 `evidence.damaged` when it was changed."""
    if evidence.key_sealed is None:
        raise errors.not_found()
    key = deps.sealer.open(evidence.key_sealed)
    segments = mongo.apart(lambda: list(store.read_content(deps.db, evidence.id, rules.CHUNK)))
    try:
        return rules.open_sealed(key, evidence.id, segments, evidence.sha256)
    except rules.Damaged as error:
        raise errors.damaged() from error


def download(
    deps: Deps, actor: Actor, *, case_id: str, evidence_id: str, subject_id: str, purpose: Text
) -> Download:
    """A file of a case for whoever the caller has found to have the right; the look is in the subject's log first.

    Raises 404 `evidence.not_found` for a file of another case.
    """
    evidence = store.find_in_case(deps.db, case_id, evidence_id)
    if evidence is None:
        raise errors.not_found()
    content = open_content(deps, evidence)
    audit.look(
        deps,
        actor,
        "evidence.read",
        subject_id=subject_id,
        purpose=purpose,
        scope=SCOPE,
        target_id=evidence.id,
        case_id=case_id,
    )
    return Download(_name(deps, evidence), evidence.media_type.value, content)


@atomic
def erase_case(deps: Deps, case_id: str) -> int:
    """Take the keys of all files of a case, in the caller's transaction: their content opens for nobody once it commits,
    and the next sweep removes it."""
    return store.let_go_of_case(deps.db, case_id, deps.now())


def remove_loose(deps: Deps, actor: Actor) -> int:
    """The sweep: remove what no case took within its lease, and what was erased. Safe twice and in two processes at once."""
    actor.require(Role.SYSTEM)
    now = deps.now()
    left = store.list_left(deps.db, now, SWEPT)
    return sum(store.remove(deps.db, one) for one in left if store.claim_left(deps.db, one, now))


def _one_checked(place: int, upload: Upload) -> Checked:
    try:
        return rules.checked(upload)
    except rules.Refused as refusal:
        raise getattr(errors, refusal.why)(place) from refusal


def _announced(deps: Deps, actor: Actor, one: Checked) -> Evidence:
    """What is known of a file, written before its content."""
    now = deps.now()
    evidence = Evidence(
        id=deps.new_id(),
        owner_id=actor.id,
        media_type=one.media_type,
        size=len(one.content),
        sha256=rules.digest(one.content),
        uploaded_at=now,
        name_sealed=deps.sealer.seal(ROOM, one.name),
        key_sealed=deps.sealer.seal(ROOM, rules.new_key()),
        lease_until=now + LEASE,
    )
    store.insert(deps.db, evidence)
    return evidence


def _stored(deps: Deps, evidence: Evidence, content: bytes) -> None:
    key = deps.sealer.open(evidence.key_sealed or b"")
    store.write_content(deps.db, evidence.id, rules.seal(key, evidence.id, content), rules.CHUNK)


def _discard_quietly(deps: Deps, kept: Sequence[Evidence]) -> None:
    """A database that is away now must not hide why the use case failed; the sweep removes what this leaves."""
    try:
        mongo.apart(lambda: discard(deps, kept))
    except mongo.DriverError:
        return


def _name(deps: Deps, evidence: Evidence) -> str:
    name: str = deps.sealer.open(evidence.name_sealed or b"")
    return name
