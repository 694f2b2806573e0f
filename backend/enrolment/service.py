"""Importing subjects: rows become sealed subjects, photographs become sealed templates and are dropped."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from backend.accounts import service as accounts
from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.errors import Kind, ServiceError
from backend.enrolment import rules, store
from backend.enrolment.model import Batch
from backend.enrolment.rules import Candidate, Outcome
from backend.facechecks import service as facechecks
from backend.intake import files
from backend.intake.files import Intake, RawRow
from backend.intake.quality import Quality, Refusal
from backend.intake.spoken import Spoken
from backend.registry import service as registry
from backend.registry.model import Subject
from backend.registry.service import Hasher
from schemas.faces import PICTURE_BYTES
from schemas.terms import Role

IMPORTERS = (Role.SYSTEM, Role.ADMIN, Role.DATA_STEWARD)
CHUNK = 500


@dataclass(frozen=True)
class _Import:
    """One run over one file. `spoken`: whom a row of it met, and left as another file brought them; `pictured`: whose
    photographs it has named."""

    deps: Deps
    actor: Actor
    photos: Path | None
    batch: Batch
    hasher: Hasher
    today: date
    spoken: Spoken
    pictured: Spoken
    quality: Quality = field(default_factory=Quality)


def import_subjects(
    deps: Deps,
    actor: Actor,
    *,
    path: Path,
    photos: Path | None = None,
    told: Callable[[int], object] = lambda _: None,
) -> Quality:
    """Take in a file of subjects (CONTRACT 1); the same file twice changes nothing, and a cut-off run may be run again.

    A file undoes nothing that came in after it was first handed in, and of two rows about one subject the first holds.
    `photos` is the folder of the pictures that rows name. A picture that is not there or gives no template refuses the face,
    not the person, and is told in the report's notes.
    """
    actor.require(*IMPORTERS)
    began = time.perf_counter()
    intake = files.opened(path, rules.FORM, told=told)
    batch = store.begin_batch(deps.db, Batch(files.digest(path), deps.now()))
    hasher, today = Hasher(registry.linking_key(deps)), shanghai_date(deps.now())
    with closing(Spoken()) as spoken, closing(Spoken()) as pictured:
        run = _Import(deps, actor, photos, batch, hasher, today, spoken, pictured)
        for rows in files.chunks(intake.rows, CHUNK):
            _take(run, intake, rows)
    run.quality.seconds = time.perf_counter() - began
    counts = {name: getattr(run.quality, name) for name in ("rows", "new", "changed", "unchanged", "refused")}
    audit.record(deps, actor, "enrolment.import_subjects", batch.id, **counts)
    return run.quality


def _take(run: _Import, intake: Intake, rows: Sequence[RawRow]) -> None:
    run.quality.rows += len(rows)
    read = [_read(run, intake, row) for row in rows]
    run.quality.refuse(one for one in read if isinstance(one, Refusal))
    waiting = [one for one in read if isinstance(one, Candidate)]
    while waiting:
        fresh, waiting = _apart(run, waiting)
        _put(run, fresh)


def _apart(run: _Import, rows: Sequence[Candidate]) -> tuple[dict[bytes, Candidate], list[Candidate]]:
    """The first row of each number by its hash, and the others, which are settled once those are in."""
    first: dict[bytes, Candidate] = {}
    for one in rows:
        first.setdefault(run.hasher.number(one.given.number), one)
    lines = {one.given.line for one in first.values()}
    return first, [one for one in rows if one.given.line not in lines]


def _read(run: _Import, intake: Intake, row: RawRow) -> Candidate | Refusal:
    values = files.parse(row, intake.header, rules.FORM)
    if isinstance(values, Refusal):
        return values
    phone = values.get("phone")
    if isinstance(phone, str) and phone.strip():
        phone = _phone(phone)
        if phone is None:
            return rules.bad_phone(row.line)
        values = values | {"phone": phone}
    return rules.candidate(values, row.line, run.batch.id, run.today)


def _phone(text: str) -> str | None:
    try:
        return accounts.read_phone(text)
    except ServiceError:
        return rules.landline(text)


def _put(run: _Import, fresh: dict[bytes, Candidate]) -> None:
    known = registry.known(run.deps, list(fresh))
    new: list[tuple[Subject, Candidate]] = []
    for index, one in fresh.items():
        subject = registry.made(run.deps, run.hasher, one.given)
        if index not in known:
            new.append((subject, one))
        elif _settle(run, known[index], subject):
            _keep_face(run, known[index], one)
    taken = registry.put_new(run.deps, [subject for subject, _ in new])
    for place, (subject, one) in enumerate(new):
        if place in taken:
            run.quality.refuse([rules.overtaken(one.given.line)])
            continue
        run.quality.new += 1
        run.quality.linked += 1
        _keep_face(run, subject, one)


def _settle(run: _Import, known: Subject, given: Subject) -> bool:
    """What to do with a subject that is there already; whether its row was accepted."""
    outcome = _outcome(run, known, given)
    if outcome is Outcome.REPEATED:
        run.quality.refuse([rules.repeated(given.line)])
        return False
    if outcome is Outcome.UNCHANGED:
        run.quality.unchanged += 1
    elif registry.change(run.deps, run.actor, subject=known, to=given):
        run.quality.changed += 1
    else:
        run.quality.refuse([rules.overtaken(given.line)])
        return False
    run.quality.linked += 1
    return True


def _outcome(run: _Import, known: Subject, given: Subject) -> Outcome:
    """As the subject stands; but where an earlier row of this file left it as it is, that row holds."""
    same = registry.same(known, given)
    outcome = Outcome.UNCHANGED if same else rules.settle(known, given.line, run.batch)
    if outcome is Outcome.UNCHANGED and known.batch_id != run.batch.id:
        run.spoken.add(given.number_index)
    elif outcome is Outcome.CHANGED and given.number_index in run.spoken:
        return Outcome.REPEATED
    return outcome


def _keep_face(run: _Import, subject: Subject, one: Candidate) -> None:
    """Enrol the photographs a row names, unless exactly these were enrolled or erased before, others came in or were erased
    since the file was first handed in, or an earlier row of it named others."""
    if not one.photos:
        return
    pictures = _pictures(run, one.photos)
    if pictures is None:
        run.quality.note("photo.not_readable", one.given.line)
        return
    if registry.knows_face(run.deps, subject.id, pictures):
        run.pictured.add(subject.number_index)
    elif subject.number_index in run.pictured:
        run.quality.note("photo.repeated", one.given.line)
    elif not registry.face_moved_since(run.deps, subject.id, run.batch.begun_at):
        _enrol(run, subject, one, pictures)


def _enrol(run: _Import, subject: Subject, one: Candidate, pictures: Sequence[bytes]) -> None:
    reason = facechecks.enrol(run.deps, run.actor, subject_id=subject.id, pictures=pictures)
    if reason is None:
        run.pictured.add(subject.number_index)
    else:
        run.quality.note(reason.value, one.given.line)


def _pictures(run: _Import, names: Sequence[str]) -> list[bytes] | None:
    if run.photos is None:
        return None
    pictures = []
    for name in names:
        path = run.photos / name
        if not path.is_file() or path.stat().st_size > PICTURE_BYTES:
            return None
        pictures.append(path.read_bytes())
    return pictures


def require_folder(photos: Path | None) -> None:
    """Refuse a folder of photographs that is not there."""
    if photos is not None and not photos.is_dir():
        raise ServiceError(
            Kind.INVALID, "enrolment.no_folder", "找不到照片文件夹", "there is no such folder of photographs"
        )
