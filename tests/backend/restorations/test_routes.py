"""Restorations over HTTP: JSON and form, downloads, refusals, and who is let in."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from backend.common.actor import Actor
from backend.records.model import Record
from tests.backend.evidence import made
from tests.backend.restorations.conftest import EXPLAINED, PLEDGE, PROOF, Desk
from tests.support.forms import form
from tests.support.web import ClientAs

MINE = "/api/v1/me/restorations"


@pytest.fixture
def record(desk: Desk) -> Record:
    return desk.town.record()


@pytest.fixture
def me(desk: Desk, web_as: ClientAs) -> FlaskClient:
    return web_as(desk.town.resident)


def test_the_whole_way_over_http(desk: Desk, me: FlaskClient, web_as: ClientAs, record: Record) -> None:
    fields = {"record_id": record.id, "pledge": PLEDGE}
    files = [(made.small_pdf(), "../\t凭证.pdf"), (made.picture("PNG"), "b.exe")]
    sent = me.post(MINE, **form(fields | {"evidence": files}))
    assert (sent.status_code, sent.json["state"]) == (201, "submitted")
    assert [one["name"] for one in sent.json["evidence"]] == ["材料1.pdf", "材料2.png"]
    (listed,) = me.get(MINE).json["items"]
    assert [one["name"] for one in listed["evidence"]] == ["凭证.pdf", "b.png"]
    assert [one["due_on"] for one in sent.json["clocks"]] == ["2026-11-25", "2026-12-04"]
    ident = sent.json["id"]
    officer, provider = web_as(desk.town.officer), web_as(desk.town.provider)
    assert officer.get("/api/v1/staff/restorations?state=submitted").json["items"][0]["id"] == ident
    assert officer.post(f"/api/v1/staff/restorations/{ident}/accept", json={}).json["state"] == "accepted"
    assert provider.get(f"/api/v1/provider/restorations/{ident}").json["pledge"] == PLEDGE
    proof = {"outcome": "restored", "document_no": PROOF, "explanation": EXPLAINED}
    done = provider.post(f"/api/v1/provider/restorations/{ident}/proofs", json=proof)
    assert (done.status_code, done.json["state"], done.json["document_no"]) == (200, "restored", PROOF)
    again = provider.post(f"/api/v1/provider/restorations/{ident}/proofs", json=proof)
    assert (again.status_code, again.json["reason"], again.json["data"]) == (
        409,
        "restorations.changed",
        {"state": "restored"},
    )
    assert me.get(f"{MINE}/{ident}").json["timeline"][-1]["note"] == EXPLAINED
    assert me.get("/api/v1/me/removals").json["items"][0]["id"] == done.json["removal_id"]


def test_json_without_files_does_as_well(me: FlaskClient, record: Record) -> None:
    sent = me.post(MINE, json={"record_id": record.id, "pledge": PLEDGE}, headers={"Idempotency-Key": "k1"})
    again = me.post(MINE, json={"record_id": record.id, "pledge": PLEDGE}, headers={"Idempotency-Key": "k1"})
    assert (sent.status_code, again.json["id"]) == (201, sent.json["id"])
    assert me.get(MINE).json["items"][0]["id"] == sent.json["id"]


def test_a_file_is_saved_and_never_shown(me: FlaskClient, record: Record) -> None:
    evidence = [(made.small_pdf(), "缴款 凭证;x.pdf")]
    sent = me.post(MINE, **form({"record_id": record.id, "pledge": PLEDGE, "evidence": evidence})).json
    got = me.get(f"{MINE}/{sent['id']}/evidence/{sent['evidence'][0]['id']}")
    assert (got.status_code, got.data, got.mimetype) == (200, made.small_pdf(), "application/pdf")
    assert got.headers["Content-Disposition"] == (
        "attachment; filename=\"file.pdf\"; filename*=UTF-8''%E7%BC%B4%E6%AC%BE_%E5%87%AD%E8%AF%81_x.pdf"
    )
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert got.headers["Cache-Control"] == "no-store"
    assert me.get(f"{MINE}/{sent['id']}/evidence/x").json["reason"] == "evidence.not_found"


@pytest.mark.parametrize(
    ("evidence", "status", "reason"),
    [
        ([(made.small_pdf(), "a.pdf")] * 7, 422, "evidence.too_many"),
        ([(made.small_pdf() + bytes(11 * 1024**2), "a.pdf")], 413, "evidence.too_large"),
        ([(b"", "a.pdf")], 422, "evidence.empty"),
        ([(b"\x7fELF" + bytes(99), "a.pdf")], 415, "evidence.not_supported"),
        ([(made.pdf(made.packed_zeros(300 * 1024**2)), "a.pdf")], 422, "evidence.unpacks_too_large"),
        ([(made.small_pdf(), "a.pdf"), (made.picture("JPEG")[:400], "b.jpg")], 422, "evidence.unreadable"),
        ([(b"x" * 9 * 1024**2, "a.pdf")] * 8, 413, "request.too_large"),
    ],
    ids=["seven", "eleven megabytes", "empty", "executable", "bomb", "cut picture", "72 megabytes"],
)
def test_what_may_not_be_kept_is_refused_in_both_languages_and_nothing_is_stored(
    desk: Desk, me: FlaskClient, record: Record, evidence: list[Any], status: int, reason: str
) -> None:
    body = form({"record_id": record.id, "pledge": PLEDGE, "evidence": evidence})
    for language in ("zh-CN", "en"):
        answer = me.post(MINE, **body, headers={"Accept-Language": language})
        assert (answer.status_code, answer.json["reason"]) == (status, reason)
        assert answer.json["message"].isascii() == (language == "en")
    assert {
        desk.deps.db[name].count_documents({}) for name in ("restorations", "evidence", "evidence.chunks")
    } == {0}


@pytest.mark.parametrize("name", ['x"y.pdf', "a\r\nb.pdf", "\0.pdf", "a\\", "𝒙" * 400, "/", "%0d%0a"])
def test_a_hostile_file_name_never_costs_more_than_a_refusal(
    me: FlaskClient, record: Record, name: str
) -> None:
    sent = me.post(
        MINE, **form({"record_id": record.id, "pledge": PLEDGE, "evidence": [(made.small_pdf(), name)]})
    )
    assert sent.status_code in (201, 400, 422)
    if sent.status_code == 201:
        kept = sent.json["evidence"][0]["name"]
        assert kept.endswith(".pdf")
        assert len(kept) <= 100


@pytest.mark.parametrize(
    "body",
    [
        {"record_id": "x"},
        {"record_id": "x", "pledge": ""},
        {"record_id": "x", "pledge": "  \n"},
        {"record_id": "x", "pledge": "长" * 2001},
        {"record_id": "x", "pledge": PLEDGE, "evidence": []},
        {"record_id": 1, "pledge": PLEDGE},
    ],
)
def test_a_wrong_body_is_refused(me: FlaskClient, body: dict[str, Any]) -> None:
    assert me.post(MINE, json=body).status_code == 422


def test_only_the_right_desks_get_in(desk: Desk, web: FlaskClient, web_as: ClientAs, me: FlaskClient) -> None:
    staff, provider = "/api/v1/staff/restorations", "/api/v1/provider/restorations"
    expected = {MINE: desk.town.resident, staff: desk.town.officer, provider: desk.town.provider}
    callers: list[Actor] = list(expected.values())
    for path, allowed in expected.items():
        assert web.get(path).status_code == 401
        for caller in callers:
            assert web_as(caller).get(path).status_code == (200 if caller is allowed else 403)
    assert me.post(f"{staff}/x/accept", json={}).status_code == 403


def test_a_field_in_which_nobody_chose_a_file_is_no_file(me: FlaskClient, record: Record) -> None:
    sent = me.post(MINE, **form({"record_id": record.id, "pledge": PLEDGE, "evidence": [(b"", "")]}))
    assert (sent.status_code, sent.json["evidence"]) == (201, []), sent.text
