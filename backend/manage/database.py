"""The database of a command: the one that is set, the one of a running `make run`, or the embedded one for as long as
the command lasts."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cached_property

from backend import bootstrap
from backend.common.deps import Deps
from backend.common.errors import Kind, ServiceError
from backend.common.settings import Settings
from backend.gateways.faces import Faces, Wanted, local_faces
from backend.local import mongod
from backend.local.folder import FolderInUse, alone_in
from schemas.faces import Enrolment, FaceStatus, Measures

Say = Callable[[str], None]
_PATIENCE_S = 120.0
"""How long a command waits for another command, or for a `make run` that is starting."""


@contextmanager
def opened(settings: Settings, say: Say) -> Iterator[Deps]:
    """The deps of a command, closed with the block."""
    with _address(settings, say) as uri:
        deps = bootstrap.build_deps(replace(settings, mongodb_uri=uri))
        try:
            yield deps
        finally:
            deps.sealer.close()
            deps.client.close()


def require_indexes(deps: Deps) -> None:
    """Have every declared index before anything is written: uniqueness is theirs. Production makes them at its release."""
    try:
        bootstrap.require_indexes(deps)
    except bootstrap.IndexesMissing:
        if deps.settings.app_env == "production":
            raise
        bootstrap.ensure_indexes(deps)


@contextmanager
def with_faces(deps: Deps, say: Say) -> Iterator[Deps]:
    """The same deps with a face process that answers: the running one, or one of this command's own. Either is looked for when
    the first photograph is given to it, for most imports have none that is new."""
    with ExitStack() as brought:
        yield replace(deps, faces=_WhenNeeded(deps, say, brought))


class _WhenNeeded:
    """`Faces` of whoever can be reached, or of a process that ends with `brought`."""

    def __init__(self, deps: Deps, say: Say, brought: ExitStack) -> None:
        self._deps = deps
        self._say = say
        self._brought = brought

    def ping(self) -> FaceStatus:
        return self._faces.ping()

    def measure(self, frames: Sequence[bytes], template: bytes, wanted: Wanted) -> Measures:
        return self._faces.measure(frames, template, wanted)

    def enrol(self, pictures: Sequence[bytes], wanted: Wanted) -> Enrolment:
        return self._faces.enrol(pictures, wanted)

    @cached_property
    def _faces(self) -> Faces:
        try:
            self._deps.faces.ping()
        except ServiceError as error:
            if error.kind is not Kind.UNAVAILABLE:
                raise
            self._say("no face process is running here; starting one for this command")
            return self._brought.enter_context(local_faces(self._deps.settings.face_workers, quiet=True))
        return self._deps.faces


@contextmanager
def _address(settings: Settings, say: Say) -> Iterator[str]:
    if settings.mongodb_uri is not None:
        yield settings.mongodb_uri
        return
    deadline, said = time.monotonic() + _PATIENCE_S, False
    while True:
        try:
            with alone_in(settings.data_dir.resolve()):
                yield from _embedded(settings)
                return
        except FolderInUse:
            if settings.database_note.is_file():
                yield settings.database_note.read_text().strip()
                return
            if time.monotonic() > deadline:
                raise
        if not said:
            say("waiting for another command or run over this DATA_DIR")
            said = True
        time.sleep(0.2)


def _embedded(settings: Settings) -> Iterator[str]:
    """A server over the data folder that nobody else uses; ended when the command is done."""
    settings.database_note.unlink(missing_ok=True)
    data = settings.data_dir.resolve()
    server = mongod.Mongod(data / "mongo", log=data / "logs" / "mongod-server.log")
    server.start()
    try:
        server.wait_ready()
        yield server.uri
    finally:
        server.stop()
