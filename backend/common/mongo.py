"""The driver's only door besides the stores: client, transactions, and the translation of its faults."""

import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import Context, ContextVar
from datetime import UTC
from functools import wraps
from itertools import count
from typing import Any, Concatenate, ParamSpec, TypeVar

import pymongo
from bson.codec_options import CodecOptions
from pymongo import ASCENDING, DESCENDING
from pymongo.client_session import ClientSession
from pymongo.collection import Collection as _Collection
from pymongo.database import Database as _Database
from pymongo.errors import BulkWriteError as BulkWriteError
from pymongo.errors import ConnectionFailure as ConnectionFailure
from pymongo.errors import DuplicateKeyError as DuplicateKeyError
from pymongo.errors import EncryptionError, ExecutionTimeout, PyMongoError, WTimeoutError
from pymongo.errors import OperationFailure as OperationFailure
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from backend.common import errors
from backend.common.errors import Kind, ServiceError
from backend.common.pages import Position

Document = dict[str, Any]
Client = pymongo.MongoClient[Document]
Database = _Database[Document]
Collection = _Collection[Document]
DriverError = PyMongoError

P = ParamSpec("P")
R = TypeVar("R")
D = TypeVar("D")

ATTEMPTS, PATIENCE_S, LONGEST_PAUSE_S = 6, 3.0, 0.64
"""Who collides tries so many times, and on until so long has gone by: where the machine is busy each attempt of the others takes
longer, and who taps twice shall not be told so."""
DUPLICATE_KEY, NAMESPACE_EXISTS, INTERRUPTED = 11000, 48, 11601
NAMESPACE_NOT_FOUND, INDEX_NOT_FOUND = 26, 27
COMMITS = 4
PASSING = frozenset(
    {
        *(6, 7, 89, 9001, 202, 384),  # the network between server and server
        *(91, 11600),  # the server is going down
        *(189, 10107, 10058, 11602, 13435, 13436),  # another one becomes primary
        *(50, 64, 134, 262),  # too slow: its own limit, the majority's answer, the majority's view
    }
)
"""What the server itself says while it goes, changes or is cut off. Most of these the driver raises as `ConnectionFailure`; in
a write's own error and in its write concern's they come as what they are."""
MAJORITY = WriteConcern(w="majority", j=True, wtimeout=10_000)
CODECS: CodecOptions[Document] = CodecOptions(tz_aware=True, tzinfo=UTC)

_running: ContextVar[ClientSession | None] = ContextVar("running_transaction", default=None)
_last_acts: ContextVar[list[Callable[[], None]] | None] = ContextVar("acts_before_commit", default=None)
_notes: ContextVar[dict[str, Any] | None] = ContextVar("notes_of_transaction", default=None)


class Retry(Exception):
    """A use case met a concurrent writer; `atomic` runs it again from the start."""


def connect(uri: str) -> Client:
    """A client which gives up on a missing server in seconds.

    No write concern is named here: the set's own default is the journaled majority (MongoDB 5.0 and later), and the
    driver would send a named one with every write of a bound transaction, which the server refuses. The short selection
    time lets a request answer 503 instead of hanging; the pool recovers without a restart.
    """
    return pymongo.MongoClient(
        uri,
        tz_aware=True,
        tzinfo=UTC,
        retryWrites=True,
        serverSelectionTimeoutMS=2_500,
        connectTimeoutMS=2_500,
        socketTimeoutMS=20_000,
        maxPoolSize=64,
    )


@contextmanager
def transaction(client: Client) -> Iterator[None]:
    """Everything the stores do inside is committed together or not at all; inside another one it joins that one.

    The session is bound implicitly, so no store takes a session. The order start_session, bind, start_transaction is
    the one that commits: the others write nothing and say nothing (tested by reading through another client). A
    refused write, a duplicate key too, ends the whole transaction on the server: a store's `False` in here can only
    lead to an exception (a refusal, or `Retry`), never to going on.
    """
    if _running.get() is not None:
        yield
        return
    with client.start_session() as session, session.bind(end_session=False):
        mark, acts = _running.set(session), list[Callable[[], None]]()
        last, notes = _last_acts.set(acts), _notes.set({})
        try:
            session.start_transaction(read_concern=ReadConcern("snapshot"), write_concern=MAJORITY)
            try:
                yield
                while acts:
                    acts.pop(0)()
            except BaseException:
                session.abort_transaction()
                raise
            _commit(session)
        finally:
            _notes.reset(notes)
            _last_acts.reset(last)
            _running.reset(mark)


def before_commit(act: Callable[[], None]) -> None:
    """Do `act` last in the running transaction, after all that the use cases in it still write: both happen, or neither."""
    acts = _last_acts.get()
    if acts is None:
        raise RuntimeError("no transaction is running")
    acts.append(act)


def notes() -> dict[str, Any]:
    """What may be kept in hand for the length of the running transaction, by the name of who keeps it."""
    found = _notes.get()
    if found is None:
        raise RuntimeError("no transaction is running")
    return found


def _commit(session: ClientSession) -> None:
    """Commit, and ask again when the answer was lost: the server knows the transaction and commits it once."""
    for again in reversed(range(COMMITS)):
        try:
            session.commit_transaction()
        except PyMongoError as error:
            if not (again and error.has_error_label("UnknownTransactionCommitResult")):
                raise
        else:
            return


def atomic(
    use_case: Callable[Concatenate[D, P], R],
) -> Callable[Concatenate[D, P], R]:
    """Run a use case (first argument: `deps`) in one transaction, again from the start when writers collide.

    Inside a running transaction it simply takes part. Who collides through all `turns` is told to come back.
    """

    @wraps(use_case)
    def run(deps: D, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if _running.get() is not None:
            return use_case(deps, *args, **kwargs)
        for _ in turns():
            try:
                with deps.transaction():  # type: ignore[attr-defined]  # Deps, which lies above this file
                    return use_case(deps, *args, **kwargs)
            except (Retry, PyMongoError) as error:
                if not collided(error):
                    raise
                _forget_frames(error)
        raise busy()

    return run


def turns(
    clock: Callable[[], float] = time.monotonic, pause: Callable[[float], object] = time.sleep
) -> Iterator[None]:
    """A turn for each attempt, and between two of them a pause at random, the longer the more came before: at least `ATTEMPTS`,
    and no further one that would begin after `PATIENCE_S`."""
    until = clock() + PATIENCE_S
    for attempt in count():
        yield
        rest = random.uniform(0, min(LONGEST_PAUSE_S, 0.02 * 2**attempt))
        if attempt + 1 >= ATTEMPTS and clock() + rest > until:
            return
        pause(rest)


def _forget_frames(error: BaseException | None) -> None:
    """The driver keeps the error of a collision in a circle with the frames it passed, and with them whatever files they
    held, until the collector comes by; nobody asks a collision where it happened."""
    while error is not None:
        error.__traceback__ = None
        error = error.__cause__ or error.__context__


def require_writable(client: Client) -> None:
    """Return when the server answers at once as a primary that takes writes; the driver's fault otherwise."""
    with pymongo.timeout(1.0):
        if not client.admin.command("hello").get("isWritablePrimary"):
            raise ConnectionFailure("the server takes no writes")


def collided(error: Exception) -> bool:
    """Whether running the whole use case again may succeed."""
    return isinstance(error, Retry) or (
        isinstance(error, PyMongoError) and error.has_error_label("TransientTransactionError")
    )


def apart(write: Callable[[], R]) -> R:
    """Do `write` outside of the running transaction: it stays when that is rolled back, and does not see its writes."""
    return Context().run(write)


def insert_new(collection: Collection, documents: Iterable[Document]) -> list[int]:
    """Insert many, whatever is there already; the places of those that a unique index turned away."""
    try:
        collection.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        faults = error.details["writeErrors"]
        unsure = error.details.get("writeConcernErrors")  # it may be rolled back yet
        if unsure or any(fault["code"] != DUPLICATE_KEY for fault in faults):
            raise
        return sorted(fault["index"] for fault in faults)
    return []


def drop_index(collection: Collection, name: str) -> None:
    """Drop it, unless it or its collection is not there."""
    try:
        collection.drop_index(name)
    except OperationFailure as error:
        if error.code not in (NAMESPACE_NOT_FOUND, INDEX_NOT_FOUND):
            raise


def page_of(
    collection: Collection,
    wanted: Document,
    *,
    by: str,
    after: Position | None,
    limit: int,
    newest_first: bool = True,
) -> list[Document]:
    """What `wanted` finds in the order of the instant `by`, the same instant by id; `after` is the last of the page before."""
    way, beyond = (DESCENDING, "$lt") if newest_first else (ASCENDING, "$gt")
    if after is not None:
        further = [{by: {beyond: after.at}}, {by: after.at, "_id": {beyond: after.id}}]
        wanted = {"$and": [wanted, {"$or": further}]}
    return collection.find(wanted, sort=[(by, way), ("_id", way)], limit=limit).to_list()


def undisturbed(work: Callable[[], R]) -> R:
    """Do `work`, and again where the server broke it off for its own reasons, as it does with a collection that it is making
    while much else goes on; as often as a transaction. Only for what may be done twice."""
    broken_off: OperationFailure | None = None
    for _ in turns():
        try:
            return work()
        except OperationFailure as error:
            if error.code != INTERRUPTED:
                raise
            broken_off = error
    assert broken_off is not None
    raise broken_off


def create_collection(db: Database, name: str) -> None:
    """Make a collection unless it is there, also when another process makes it at this moment."""
    try:
        db.create_collection(name, check_exists=False)  # the server says it
    except OperationFailure as error:
        if error.code != NAMESPACE_EXISTS:
            raise


def in_transaction() -> bool:
    return _running.get() is not None


def is_away(error: PyMongoError) -> bool:
    """Whether the fault is the database's absence or slowness rather than ours."""
    if isinstance(error, EncryptionError) and isinstance(error.cause, PyMongoError):
        return is_away(error.cause)  # the key vault could not be reached
    if isinstance(error, BulkWriteError):
        faults = [*error.details.get("writeErrors", ()), *error.details.get("writeConcernErrors", ())]
        codes = {fault.get("code") for fault in faults} - {DUPLICATE_KEY}
        return bool(codes) and codes <= PASSING
    if isinstance(error, OperationFailure) and error.code in PASSING:
        return True
    return isinstance(error, ConnectionFailure | WTimeoutError | ExecutionTimeout) or error.timeout


def translate(error: PyMongoError) -> ServiceError:
    """The refusal an edge shows for a driver's fault; anything that is not the database's absence is re-raised."""
    if is_away(error):
        return errors.database_unavailable()
    if collided(error):
        return busy()
    raise error


def busy() -> ServiceError:
    return ServiceError(
        Kind.UNAVAILABLE,
        "database.busy",
        "办理的人较多，请稍后再试",
        "Many requests are being handled at this moment; please try again shortly",
        retry_after=1,
    )
