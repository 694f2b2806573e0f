"""A record a document, or a person's file in one document? Measured on the real server; decides docs/adr/0007.

    python -m bench.document_shape [--persons 20000] [--records 13]

Both shapes hold the same records and are asked for the same work in turn, so the ratios of one run can be trusted even
when the machine is shared; the absolute figures cannot. Single writes are acknowledged by one node, because the wait
for the disk is the same for both shapes and would hide the difference.
"""

import argparse
import hashlib
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pymongo import ASCENDING, InsertOne, UpdateOne, WriteConcern
from pymongo.errors import BulkWriteError

from backend.common import ids, mongo
from backend.common.documents import to_document
from backend.local.mongod import Mongod
from backend.records.model import Record, Source
from schemas.terms import Category, Nature, Openness

Document = dict[str, Any]
ROUNDS = 5
BATCH = 1_000


def main() -> None:
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="bench-shape-"))
    server = Mongod(folder / "db", log=folder / "mongod.log", oplog_mb=990)
    server.start()
    try:
        server.wait_ready()
        with mongo.connect(server.uri) as client:
            _compare(client["bench"], options.persons, options.records)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _compare(db: mongo.Database, persons: int, each: int) -> None:
    chance = random.Random(7)
    subjects = [ids.new_id() for _ in range(persons)]
    db["records"].create_index([("subject_id", ASCENDING), ("key", ASCENDING)], unique=True)
    db["files"].create_index([("records.id", ASCENDING)])
    rows = [to_document(_record(chance, subject)) for subject in subjects for _ in range(each)]
    chance.shuffle(
        rows
    )  # a provider's batch touches people all over the city, never one person after another
    _load(db, rows)
    _sizes(db, len(rows))
    singles = _Shapes(db, subjects, rows, chance)
    for name, work in singles.tasks().items():
        first, second = work
        _ratio(name, first, second)


def _load(db: mongo.Database, rows: Sequence[Document]) -> None:
    """Import in batches as the importer would: unordered, acknowledged by the majority, then all of it once more."""
    for again in ("first import", "same again"):
        apart = _timed(lambda: _bulk(db["records"], [InsertOne(row) for row in rows]))
        files = _timed(lambda: _bulk(db["files"], [_push(row) for row in rows]))
        _line(again, len(rows) / apart, len(rows) / files, "records/s")


def _bulk(collection: mongo.Collection, writes: Sequence[Any]) -> None:
    for start in range(0, len(writes), BATCH):
        try:
            collection.bulk_write(writes[start : start + BATCH], ordered=False)
        except BulkWriteError as error:
            if any(fault["code"] != 11000 for fault in error.details["writeErrors"]):
                raise


def _push(row: Document) -> UpdateOne:
    """Append the record unless the file holds its key; when it does, the upsert meets the unique `_id`."""
    held = {("id" if name == "_id" else name): value for name, value in row.items() if name != "subject_id"}
    return UpdateOne(
        {"_id": row["subject_id"], "records.key": {"$ne": row["key"]}},
        {"$push": {"records": held}},
        upsert=True,
    )


class _Shapes:
    """The everyday work on single persons and records, once for each shape."""

    def __init__(
        self, db: mongo.Database, subjects: Sequence[str], rows: Sequence[Document], chance: random.Random
    ) -> None:
        one = WriteConcern(w=1, j=False)
        self.records = db.get_collection("records", write_concern=one)
        self.files = db.get_collection("files", write_concern=one)
        self.subjects, self.rows, self.chance = subjects, rows, chance
        self.mark = {"kind": "contested", "since": datetime(2026, 11, 21, tzinfo=UTC)}

    def tasks(self) -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
        return {
            "read a person's records": (self._read_apart, self._read_file),
            "add one record": (self._add_apart, self._add_file),
            "mark one record": (self._mark_apart, self._mark_file),
            "find one record by its id": (self._find_apart, self._find_file),
            "erase one record": (self._erase_apart, self._erase_file),
        }

    def _read_apart(self) -> None:
        list(self.records.find({"subject_id": self.chance.choice(self.subjects)}))

    def _read_file(self) -> None:
        self.files.find_one({"_id": self.chance.choice(self.subjects)})

    def _add_apart(self) -> None:
        self.records.insert_one(to_document(_record(self.chance, self.chance.choice(self.subjects))))

    def _add_file(self) -> None:
        push = _push(to_document(_record(self.chance, self.chance.choice(self.subjects))))
        self.files.update_one(push._filter, push._doc, upsert=True)

    def _mark_apart(self) -> None:
        row = self.chance.choice(self.rows)
        self.records.update_one({"_id": row["_id"]}, {"$push": {"marks": self.mark}})

    def _mark_file(self) -> None:
        row = self.chance.choice(self.rows)
        self.files.update_one(
            {"_id": row["subject_id"], "records.id": row["_id"]}, {"$push": {"records.$.marks": self.mark}}
        )

    def _find_apart(self) -> None:
        self.records.find_one({"_id": self.chance.choice(self.rows)["_id"]})

    def _find_file(self) -> None:
        wanted = self.chance.choice(self.rows)["_id"]
        self.files.find_one({"records.id": wanted}, {"records.$": 1})

    def _erase_apart(self) -> None:
        self.records.delete_one({"_id": self.chance.choice(self.rows)["_id"]})

    def _erase_file(self) -> None:
        row = self.chance.choice(self.rows)
        self.files.update_one({"_id": row["subject_id"]}, {"$pull": {"records": {"id": row["_id"]}}})


def _record(chance: random.Random, subject_id: str) -> Record:
    doc_no = f"(2025)沪{chance.randrange(10**8):08d}号"
    content = {
        "amount_fen": chance.randrange(10**6),
        "place": "上海市徐汇区" * 3,
        "decided_by": "某某行政管理局" * 2,
    }
    return Record(
        id=ids.new_id(), key=hashlib.sha256(f"{subject_id}{doc_no}".encode()).hexdigest()[:32],
        digest=hashlib.sha256(doc_no.encode()).digest()[:16], subject_id=subject_id, item_code="METRO-P-01",
        catalogue_year=2026, unit_code="METRO", nature=Nature.ADVERSE, category=Category.SUPERVISION,
        openness=Openness.RESTRICTED, severity=None, doc_no=doc_no, title="轨道交通逃票信息", occurred_on=date(2025, 3, 1),
        ended_on=date(2025, 3, 1), content=content, text_sealed=None, public_until=None,
        query_until=datetime(2030, 3, 1, 16, tzinfo=UTC),
        source=Source("METRO", "b-2025-03", chance.randrange(10**5), datetime(2025, 3, 2, tzinfo=UTC)),
    )  # fmt: skip


def _sizes(db: mongo.Database, records: int) -> None:
    db.client.admin.command("fsync")
    for part in ("size", "storageSize", "totalIndexSize"):
        apart, files = (db.command("collStats", name)[part] / records for name in ("records", "files"))
        _line(part, apart, files, "bytes a record")


def _ratio(name: str, first: Callable[[], object], second: Callable[[], object], times: int = 400) -> None:
    """Both in turn, `ROUNDS` times; the median of each."""
    taken = [[_timed(_repeat(work, times)) for work in (first, second)] for _ in range(ROUNDS)]
    apart, files = (statistics.median(round_[i] for round_ in taken) / times for i in (0, 1))
    _line(name, 1 / apart, 1 / files, "a second")


def _repeat(work: Callable[[], object], times: int) -> Callable[[], None]:
    def run() -> None:
        for _ in range(times):
            work()

    return run


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _line(name: str, apart: float, files: float, unit: str) -> None:
    print(f"{name:28} {apart:10.0f} {files:10.0f} {unit:15} ratio {apart / files:5.2f}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--persons", type=int, default=20_000)
    parser.add_argument("--records", type=int, default=13)
    return parser.parse_args()


if __name__ == "__main__":
    main()
