"""Group commit: durable inserts that threads ask for at the same time go to the database as one command.

What an acknowledged insert costs is mostly the waiting for the journals of the majority and the command itself, and a
command of four documents costs hardly more than one of one (docs/performance.md). Nobody waits for company: the first
writes at once, and whoever comes meanwhile is written together when that is done.
"""

from threading import Lock

from backend.common.mongo import (
    DUPLICATE_KEY,
    BulkWriteError,
    Collection,
    ConnectionFailure,
    Document,
    DriverError,
    DuplicateKeyError,
    OperationFailure,
)

MOST = 100


class Group:
    """The inserts of one process into one collection, outside of any transaction."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._lock = Lock()
        self._waiting: list[_Line] = []
        self._busy = False

    def insert(self, document: Document) -> bool:
        """Return once the document is as durable as the collection's write concern says; false when a unique index turned
        it away. Raises the driver's fault about this document, or about the command it went with.
        """
        line = _Line(document)
        with self._lock:
            self._waiting.append(line)
            leads, self._busy = not self._busy, True
        if not leads:
            line.turn.acquire()
        if line.outcome is None:
            self._write()
        return line.told()

    def _write(self) -> None:
        """Write what waits, the caller's own line first in it, and let the first of those who came meanwhile go on."""
        with self._lock:
            lines, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        try:
            self._send(lines)
        finally:
            with self._lock:
                heir = self._waiting[0] if self._waiting else None
                self._busy = heir is not None
            for line in lines:
                line.settle(ConnectionFailure("the writer of this line was stopped"))
                line.turn.release()
            if heir is not None:
                heir.turn.release()

    def _send(self, lines: "list[_Line]") -> None:
        try:
            if len(lines) == 1:
                self._collection.insert_one(lines[0].document)
            else:
                self._collection.insert_many([line.document for line in lines], ordered=False)
        except DuplicateKeyError:
            lines[0].settle(False)
        except BulkWriteError as error:
            _each_its_own(lines, error)
        except DriverError as error:
            for line in lines:
                line.settle(error)
        else:
            for line in lines:
                line.settle(True)


class _Line:
    """One document on its way, the lock its thread waits at, and what became of it."""

    __slots__ = ("document", "outcome", "turn")

    def __init__(self, document: Document) -> None:
        self.document = document
        self.outcome: bool | DriverError | None = None
        self.turn = Lock()
        self.turn.acquire()

    def settle(self, outcome: bool | DriverError) -> None:
        """The first outcome stays."""
        if self.outcome is None:
            self.outcome = outcome

    def told(self) -> bool:
        if isinstance(self.outcome, DriverError):
            raise self.outcome
        return bool(self.outcome)


def _each_its_own(lines: list[_Line], error: BulkWriteError) -> None:
    """A refused document is its own thread's affair; a failed acknowledgement is everybody's."""
    for fault in error.details["writeErrors"]:
        taken = fault["code"] == DUPLICATE_KEY
        lines[fault["index"]].settle(
            False if taken else OperationFailure(fault["errmsg"], fault["code"], fault)
        )
    for line in lines:
        line.settle(error if error.details["writeConcernErrors"] else True)
