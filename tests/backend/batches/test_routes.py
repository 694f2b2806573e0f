"""Handing files in over HTTP."""

from io import BytesIO
from typing import Any

from backend.batches import service
from backend.common.actor import Actor
from backend.common.deps import Deps
from tests.backend.batches.conftest import PROVIDER, STEWARD, STRANGER, HandIn, lines, row
from tests.support.web import ClientAs

HOME = "/api/v1/provider/batches"


def form(*files: tuple[bytes, str]) -> dict[str, Any]:
    sent = [(BytesIO(content), name) for content, name in files]
    return {"data": {"file": sent}, "content_type": "multipart/form-data"}


def test_a_unit_hands_a_file_in_and_reads_its_report(
    town: Deps, web_as: ClientAs, system_actor: Actor
) -> None:
    client = web_as(PROVIDER)
    made = client.post(HOME, **form((lines(row(1), "x"), "十一月.jsonl")))
    assert (made.status_code, made.json["state"], made.json["report"]) == (201, "received", None)
    assert made.json["name"] == "十一月.jsonl"
    service.process(town, system_actor)
    found = client.get(f"{HOME}/{made.json['id']}")
    assert (found.json["state"], found.json["progress"]) == ("done", 1.0)
    report = found.json["report"]
    assert (report["rows"], report["accepted"], report["linked_share"]) == (2, 1, 0.5)
    (refused,) = report["refused_by_reason"]
    assert (refused["reason"], refused["count"], refused["lines"]) == ("row.unreadable", 1, [2])
    file = client.get(f"{HOME}/{made.json['id']}/refused-rows")
    assert file.mimetype == "text/csv"
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert [one["id"] for one in client.get(HOME).json["items"]] == [made.json["id"]]
    for other in (f"/{made.json['id']}", f"/{made.json['id']}/refused-rows"):
        assert web_as(STRANGER).get(HOME + other).status_code == 404
    steward = web_as(STEWARD)
    assert steward.get(f"/api/v1/staff/batches/{made.json['id']}").json == found.json
    assert steward.get("/api/v1/staff/batches?unit=METRO").json["items"] == []


def test_none_or_several_files_are_refused(town: Deps, web_as: ClientAs) -> None:
    client = web_as(PROVIDER)
    found = client.post(HOME, **form())
    assert (found.status_code, found.json["reason"]) == (422, "batches.no_file")
    found = client.post(HOME, **form((b"1", "a.csv"), (b"2", "b.csv")))
    assert (found.status_code, found.json["reason"]) == (422, "batches.one_file")


def test_the_same_request_again_is_the_same_batch(town: Deps, web_as: ClientAs) -> None:
    client = web_as(PROVIDER)
    first = client.post(HOME, headers={"Idempotency-Key": "k1"}, **form((lines(row(1)), "a.jsonl")))
    again = client.post(HOME, headers={"Idempotency-Key": "k1"}, **form((lines(row(1)), "a.jsonl")))
    assert (first.status_code, again.json) == (201, first.json)
    other = client.post(HOME, **form((lines(row(1)), "a.jsonl")))
    assert (other.status_code, other.json["reason"]) == (409, "batches.same_file")
    assert other.json["data"] == {"batch_id": first.json["id"]}


def test_the_list_narrows_by_state(town: Deps, hand_in: HandIn, web_as: ClientAs) -> None:
    batch = hand_in(row(1))
    client = web_as(PROVIDER)
    assert [one["id"] for one in client.get(f"{HOME}?state=received").json["items"]] == [batch.id]
    assert client.get(f"{HOME}?state=done").json["items"] == []
