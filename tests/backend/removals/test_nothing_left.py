"""After an erasure no collection of the database holds a word of the record, sealed or not; only the tombstone remains."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.records import service as records
from backend.records.model import Correction, Record
from schemas.terms import RecordMark
from schemas.text import Text
from tests.backend.removals.conftest import NOTICE, PROVIDER, STEWARD, Take, adverse
from tests.support.people import COMMAND, NAME, NUMBER
from tests.support.web import ClientAs
from tests.support.world import Clock

SEALED = 6
NEW_TITLE, NEW_NO, LAST_TITLE = "更正后的扣押证件处罚", "沪人社监罚〔2026〕第5582号", "再次更正的扣押处罚"
STATEMENT = "本人从未扣押过他人的证件"
WHY = Text("理由", "the reason")
WORDS = (
    adverse()["doc_no"],
    "扣押务工人员证件的处罚",
    *(str(value) for value in adverse()["content"].values()),
    adverse()["occurred_on"],
    adverse()["ended_on"],
    NEW_TITLE,
    NEW_NO,
    LAST_TITLE,
    STATEMENT,
)
PUBLISHED = {"catalogue_items", "catalogue_releases", "units"}


def dump(deps: Deps) -> dict[str, str]:
    """Every collection as text: every key and value, and every sealed value opened as well."""
    return {
        name: "\n".join(text for document in deps.db[name].find() for text in _texts(deps, document))
        for name in deps.db.list_collection_names()
        if name != "key_vault"
    }


def _texts(deps: Deps, value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _texts(deps, inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(deps, inner)
    elif isinstance(value, bytes):
        yield value.hex()
        yield value.decode(errors="ignore")
        if getattr(value, "subtype", 0) == SEALED:
            yield from _texts(deps, deps.sealer.open(value))
    else:
        yield str(value)


def found(deps: Deps, *words: str) -> dict[str, set[str]]:
    """Which of the words stand in which collection."""
    dumped = dump(deps)
    places = {word: {name for name, text in dumped.items() if word in text} for word in words}
    return {word: names for word, names in places.items() if names}


@pytest.fixture
def lived(deps: Deps, web_as: ClientAs, me: Actor, bad: Record, take: Take, clock: Clock) -> Record:
    """A record that everything has happened to: read, shared, asked about, marked, suspended, corrected, handed in again."""
    client = web_as(me)
    _look_around(client)
    about: dict[str, Any] = {
        "record_id": bad.id,
        "subject_id": bad.subject_id,
        "case_id": "c1",
        "reason": WHY,
    }
    records.mark(deps, COMMAND, kind=RecordMark.DISSENTED, statement=STATEMENT, **about)
    records.mark(deps, COMMAND, kind=RecordMark.CONTESTED, **about)
    records.plan_suspension(deps, COMMAND, record_id=bad.id, at=clock())
    records.suspend(deps, COMMAND, record_id=bad.id, reason=WHY)
    records.release(deps, COMMAND, record_id=bad.id, reason=WHY)
    corrected = Correction(title=NEW_TITLE, doc_no=NEW_NO, content={"settled": False})
    records.correct(
        deps, COMMAND, record=records.find_any(deps, bad.id), correction=corrected, reason=WHY, case_id="c1"
    )
    clock.advance(seconds=1)
    take(adverse(), adverse(doc_no=NEW_NO, title=LAST_TITLE), name="b.jsonl")
    _look_around(client)
    return bad


def _look_around(client: FlaskClient) -> None:
    """Every answer that could be kept is asked for under a key."""
    key = {"Idempotency-Key": "the same"}
    report = client.get("/api/v1/me/report", headers=key)
    assert report.status_code == 200
    entry = report.json["access_log"][0]["id"]
    for path in ("report/summary", "forgetting-calendar", "access-log", "export", "notices"):
        assert (
            client.get(f"/api/v1/me/{path}".replace("me/export", "me/export"), headers=key).status_code == 200
        )
    link = {"purpose": "租房", "audience": "self"}
    assert client.post("/api/v1/me/report-links", json=link, headers=key).status_code == 201
    asked = client.post(f"/api/v1/me/access-log/{entry}/questions", json={}, headers=key)
    assert asked.status_code in (201, 409)


def test_the_search_finds_every_word_while_the_record_is_there(deps: Deps, lived: Record) -> None:
    corrected_away = {adverse()["doc_no"], "扣押务工人员证件的处罚", NEW_TITLE}
    assert set(found(deps, *WORDS)) == set(WORDS) - corrected_away


@pytest.mark.parametrize("by", ["steward", "provider"])
def test_after_an_erasure_no_collection_holds_a_word_of_it(
    deps: Deps, web_as: ClientAs, lived: Record, take: Take, by: str
) -> None:
    row = {"item_code": "HRSS-P-09", "subject_number": NUMBER, "doc_no": NEW_NO}
    body, path, actor = (
        (NOTICE, f"/api/v1/staff/records/{lived.id}/erasures", STEWARD)
        if by == "steward"
        else (NOTICE | row, "/api/v1/provider/records/erasures", PROVIDER)
    )
    for _ in range(2):
        answer = web_as(actor).post(path, json=body, headers={"Idempotency-Key": "k"})
        assert answer.status_code == 201
    take(adverse(), adverse(doc_no=NEW_NO), name="c.jsonl")
    assert found(deps, *WORDS) == {}
    assert set(found(deps, "HRSS-P-09").get("HRSS-P-09", ())) <= PUBLISHED
    assert found(deps, NUMBER)[NUMBER] == found(deps, NAME)[NAME]  # the person on file, nothing else
    assert len(found(deps, NUMBER)[NUMBER]) == 1


def test_what_remains_is_the_line_of_the_log_and_two_closed_keys(
    deps: Deps, web_as: ClientAs, lived: Record
) -> None:
    web_as(STEWARD).post(f"/api/v1/staff/records/{lived.id}/erasures", json=NOTICE)
    left = list(deps.db["records"].find({"subject_id": lived.subject_id, "nature": None}))
    assert {frozenset(one) for one in left} == {
        frozenset({"_id", "subject_id", "key", "tombstone", "hidden_at", "record_id", "superseded"})
    }
    assert [(one["tombstone"], one["superseded"]) for one in left] == [("erased", [])] * 2
    (entry,) = deps.db["audit_log"].find({"action": "records.erase"})
    assert set(entry["details"]) == {"unit", "case_id"}
    assert (entry["target_id"], entry["purpose"], entry["scope"]) == (lived.id, None, None)


def test_a_withdrawn_deed_leaves_as_little(deps: Deps, web_as: ClientAs, me: Actor, deed: Record) -> None:
    words = ("沪志愿〔2026〕第12号", "社区疫苗接种志愿服务", "徐汇区某街道")
    assert set(found(deps, *words)) == set(words)
    assert web_as(me).delete(f"/api/v1/me/records/{deed.id}").status_code == 202
    assert found(deps, *words) == {}
