"""How fast records are imported, beside a bare `insert_many` of the very same documents; ratios in one run.

`python -m bench.import_records` makes a file of rows of distinct documents over many subjects in no order, imports it
into an empty collection with the service's indexes, then inserts the documents that came of it with the bare driver into
a collection with the same indexes, in turns.
"""

import json
import random
import resource
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from backend import bootstrap
from backend.catalogue import service as catalogue
from backend.common.actor import Actor, system
from backend.common.deps import Deps
from backend.common.numbers import check_digit
from backend.records import service as records
from backend.records import store
from backend.registry import service as registry
from backend.registry.model import Particulars
from bench.support import database
from schemas.terms import Channel, SubjectKind

ROWS, SUBJECTS, CHUNK = 60_000, 20_000, 1_000
ITEM = "HRSS-P-01"
CODE = "91110000600037341L"


def main(rounds: int = 3) -> dict[str, Any]:
    """Rows a second both ways, and how much of the bare driver's speed the import keeps."""
    with database() as deps, tempfile.TemporaryDirectory() as folder:
        actor = system(Channel.COMMAND, "bench")
        item = _prepare(deps, actor)
        path = Path(folder) / "records.jsonl"
        path.write_text("".join(_rows(item)))
        ours, bare = [], []
        for _ in range(rounds):
            deps.db[store.COLLECTION].delete_many({})
            quality = records.import_records(deps, actor, path=path, unit=item.unit_code)
            if quality.new != ROWS:
                raise SystemExit(f"the import took {quality.told()}")
            ours.append(ROWS / quality.seconds)
            bare.append(_bare(deps))
    ratio = median(o / b for o, b in zip(ours, bare, strict=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "rows": ROWS,
        "import_rows_per_s": round(median(ours)),
        "bare_insert_many_rows_per_s": round(median(bare)),
        "ratio": round(ratio, 2),
        "peak_memory_mb": round(peak),
    }


def _prepare(deps: Deps, actor: Actor) -> Any:
    bootstrap.ensure_indexes(deps)
    units, items = catalogue.demonstration()
    catalogue.import_units(deps, actor, rows=units)
    catalogue.import_catalogue(deps, actor, year=deps.now().year, rows=items)
    hasher = registry.Hasher(registry.linking_key(deps))
    subjects = [registry.made(deps, hasher, _person(place)) for place in range(SUBJECTS)]
    registry.put_new(deps, subjects)
    return catalogue.find_item(deps, ITEM)


def _person(place: int) -> Particulars:
    first = f"310199{1940 + place % 60}{1 + place % 12:02}{1 + place % 28:02}{place // 60 % 1000:03}"
    number = first + check_digit(first)
    return Particulars(
        SubjectKind.PERSON, f"王{chr(0x4E00 + place % 5000)}", number, None, None, "bench", place
    )


def _rows(item: Any) -> list[str]:
    chance = random.Random(1)
    people = [_person(place) for place in range(SUBJECTS)]
    rows = []
    for place in range(ROWS):
        person = chance.choice(people)
        content = {spec.name: _example(spec) for spec in item.fields}
        row = {
            "item_code": item.code, "subject_number": person.number, "subject_name": person.name,
            "doc_no": f"沪人社监〔2025〕第{place}号", "title": "责令限期缴纳社会保险费",
            "occurred_on": f"2025-{1 + place % 12:02}-{1 + place % 28:02}", "ended_on": "2026-02-28", "content": content,
        }  # fmt: skip
        rows.append(json.dumps(row, ensure_ascii=False) + "\n")
    return rows


def _example(spec: Any) -> Any:
    if spec.choices:
        return spec.choices[0].value
    values = {"money_fen": 120_000, "number": 3, "date": "2025-03-02", "yes_no": True, "uscc": CODE}
    return values.get(spec.type.value, "二〇二五年第三季度")


def _bare(deps: Deps) -> float:
    documents = list(deps.db[store.COLLECTION].find())
    bare = deps.db["bare"]
    bare.drop()
    bare = deps.db.create_collection("bare")
    bare.create_indexes(store.INDEXES)
    began = time.perf_counter()
    for start in range(0, len(documents), CHUNK):
        bare.insert_many(documents[start : start + CHUNK], ordered=False)
    return len(documents) / (time.perf_counter() - began)


if __name__ == "__main__":
    json.dump(main(), sys.stdout, indent=1)
    print()
