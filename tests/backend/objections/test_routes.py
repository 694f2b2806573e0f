"""HTTP only: who is let in, what is refused and in which words, and what an answer holds."""

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from schemas.terms import Level
from schemas.terms import ObjectionState as State
from tests.backend.evidence import made
from tests.backend.objections.town import STATEMENT, Town
from tests.support.forms import form
from tests.support.web import ClientAs

ME = "/api/v1/me/objections"
STAFF = "/api/v1/staff/objections"
PROVIDER = "/api/v1/provider/objections"


def body(contested: str, **changes: Any) -> dict[str, Any]:
    made = {"record_id": contested, "ground": "error_or_omission", "statement": STATEMENT}
    return {name: value for name, value in {**made, **changes}.items() if value is not ...}


def test_nobody_is_let_in_without_a_token(web: FlaskClient) -> None:
    for path in (ME, f"{ME}/x", STAFF, PROVIDER):
        assert web.get(path).status_code == 401


def test_json_and_a_form_open_the_same_case(town: Town, web_as: ClientAs) -> None:
    client = web_as(town.resident)
    by_json = client.post(ME, json=body(town.record().id))
    by_form = client.post(ME, **form(body(town.record().id)))
    assert (by_json.status_code, by_form.status_code) == (201, 201)
    own = {"id", "record_id", "evidence", "clocks", "timeline"}
    same = [{k: v for k, v in one.json.items() if k not in own} for one in (by_json, by_form)]
    assert same[0] == same[1]
    contract = {"name", "due_on", "article", "counted_days", "calendar_version", "provisional"}
    assert all(contract <= set(clock) for clock in by_json.json["clocks"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"ground": "because"},
        {"ground": ...},
        {"statement": ""},
        {"statement": "  \n "},
        {"statement": "长" * 2001},
        {"statement": ...},
        {"record_id": ...},
        {"record_id": ""},
        {"more": "1"},
    ],
    ids=str,
)
def test_what_is_wrong_is_told_and_nothing_is_stored(
    town: Town, web_as: ClientAs, wrong: dict[str, Any]
) -> None:
    sent = body(town.record().id, **wrong)
    for content in ({"json": sent}, form({**sent, "evidence": [(made.small_pdf(), "a.pdf")]})):
        answer = web_as(town.resident).post(ME, **content)
        assert (answer.status_code, answer.json["reason"]) == (422, "request.invalid")
        assert answer.json["errors"]
    _nothing_is_stored(town)


@pytest.mark.parametrize(
    ("files", "status", "reason"),
    [
        ([made.small_pdf()] * 7, 422, "evidence.too_many"),
        ([b"MZ\x90\x00" + bytes(200)], 415, "evidence.not_supported"),
        ([made.small_pdf(), made.pdf(made.packed_zeros(300 * 1024**2))], 422, "evidence.unpacks_too_large"),
        ([b""], 422, "evidence.empty"),
        ([b"%PDF-1.7 and nothing more"], 422, "evidence.unreadable"),
        ([made.small_pdf() + bytes(10 * 1024**2)], 413, "evidence.too_large"),
    ],
    ids=["seven", "a program", "a bomb", "empty", "torn", "large"],
)
def test_files_that_cannot_be_evidence_are_told_by_their_place(
    town: Town, web_as: ClientAs, files: list[bytes], status: int, reason: str
) -> None:
    sent = body(town.record().id, evidence=[(content, "凭证.pdf") for content in files])
    answer = web_as(town.resident).post(ME, **form(sent))
    assert (answer.status_code, answer.json["reason"]) == (status, reason), answer.text
    assert "凭证" not in answer.json["message"]
    _nothing_is_stored(town)


def _nothing_is_stored(town: Town) -> None:
    for name in ("objections", "evidence", "evidence.files", "evidence.chunks", "notices"):
        assert town.deps.db[name].count_documents({}) == 0
    assert town.deps.db["records"].count_documents({"marks": {"$ne": []}}) == 0


def test_a_record_of_somebody_else_is_404_and_a_contested_one_of_ones_own_409(
    town: Town, web_as: ClientAs
) -> None:
    theirs = town.record(subject_id=town.stranger.subject_id)
    client = web_as(town.resident)
    answer = client.post(ME, json=body(theirs.id))
    assert (answer.status_code, answer.json["reason"]) == (404, "objections.record_not_found")
    own = town.record()
    first = client.post(ME, json=body(own.id)).json
    again = client.post(ME, json=body(own.id))
    assert (again.status_code, again.json["data"]) == (409, {"objection_id": first["id"]})
    assert web_as(town.stranger).get(f"{ME}/{first['id']}").status_code == 404


def test_the_same_key_gets_the_first_answer_and_another_body_is_refused(town: Town, web_as: ClientAs) -> None:
    client, record = web_as(town.resident), town.record()
    key = {"Idempotency-Key": "k1"}
    first = client.post(ME, json=body(record.id), headers=key)
    again = client.post(ME, json=body(record.id), headers=key)
    assert (again.status_code, again.json) == (201, first.json)
    other = client.post(ME, json=body(record.id, statement="别的"), headers=key)
    assert (other.status_code, other.json["reason"]) == (409, "idempotency.mismatch")


def test_a_statement_of_dissent_has_five_hundred_characters_at_most(town: Town, web_as: ClientAs) -> None:
    shown = town.bring_to(State.UPHELD)
    client, path = web_as(town.resident), f"{ME}/{shown.id}/dissent"
    for wrong in ("字" * 501, "", "   "):
        assert client.post(path, json={"statement": wrong}).status_code == 422
    assert client.post(path, json={"statement": "字" * 500}).status_code == 200


def test_without_proof_the_words_stay_away(town: Town, web_as: ClientAs) -> None:
    shown = town.bring_to(State.UPHELD)
    plain = replace(town.resident, level=Level.REAL_NAME, verified_until=None)
    answer = web_as(plain).get(f"{ME}/{shown.id}")
    assert answer.status_code == 200
    for word in (STATEMENT, "轨道交通", "人民广场", "已核查"):
        assert word not in answer.text
    for verb, sent in (("withdraw", {}), ("dissent", {"json": {"statement": "x"}})):
        refused = web_as(plain).post(f"{ME}/{shown.id}/{verb}", **sent)
        assert (refused.status_code, refused.json["reason"]) == (403, "identity.verification_required")


def test_evidence_is_added_by_who_has_just_proved_to_be_that_person(town: Town, web_as: ClientAs) -> None:
    path = f"{ME}/{town.submit().id}/evidence"
    plain = replace(town.resident, level=Level.REAL_NAME, verified_until=None)
    for sent in ({"json": {"note": "补充"}}, form({"evidence": [(made.small_pdf(), "a.pdf")]})):
        refused = web_as(plain).post(path, **sent)
        assert (refused.status_code, refused.json["reason"]) == (403, "identity.verification_required")
    assert web_as(town.resident).post(path, json={"note": "补充"}).status_code == 201


def test_a_field_in_which_nobody_chose_a_file_is_no_file(town: Town, web_as: ClientAs) -> None:
    client = web_as(town.resident)
    opened = client.post(ME, **form(body(town.record().id, evidence=[(b"", "")])))
    assert (opened.status_code, opened.json["evidence"]) == (201, []), opened.text
    path = f"{ME}/{opened.json['id']}/evidence"
    added = client.post(path, **form({"note": "补充", "evidence": [(b"", "")]}))
    assert (added.status_code, added.json["evidence"]) == (201, []), added.text
    nothing = client.post(path, **form({"evidence": [(b"", "")]}))
    assert (nothing.status_code, nothing.json["reason"]) == (422, "objections.nothing_added")
    for half in ((b"", "a.pdf"), (b"MZ", "")):
        assert client.post(path, **form({"evidence": [half]})).json["reason"].startswith("evidence.")


def test_lists_hold_no_word_of_a_record_or_a_person(town: Town, web_as: ClientAs) -> None:
    town.bring_to(State.FORWARDED)
    for who, path in ((town.officer, STAFF), (town.provider, PROVIDER)):
        answer = web_as(who).get(path + "?state=forwarded&limit=5")
        assert len(answer.json["items"]) == 1
        for word in (STATEMENT, "轨道交通", "王小明", "3101"):
            assert word not in answer.text
    assert web_as(town.officer).get(STAFF + "?unit=POLICE").json["items"] == []
    assert web_as(town.officer).get(STAFF + "?overdue=true").json["items"] == []
    assert web_as(town.officer).get(STAFF + "?state=nowhere").status_code == 422


@pytest.mark.parametrize(
    ("outcome", "sent", "status", "reason"),
    [
        ("upheld", {"remove": "hidden"}, 422, "objections.no_correction_wanted"),
        ("upheld", {"correction": {"title": "x"}}, 422, "objections.no_correction_wanted"),
        ("corrected", {}, 422, "objections.nothing_decided"),
        ("corrected", {"correction": {}}, 422, "objections.nothing_decided"),
        ("corrected", {"correction": {"content": {"colour": "red"}}}, 422, "records.unknown_field"),
        ("perhaps", {}, 422, "request.invalid"),
        (
            "corrected",
            {"correction": {"occurred_on": "2025-03-01", "not_ended": True, "ended_on": "2025-03-02"}},
            422,
            "request.invalid",
        ),
        ("corrected", {"correction": {"subject_id": "x"}}, 422, "request.invalid"),
    ],
)
def test_a_finding_that_makes_no_sense_is_refused(
    town: Town, web_as: ClientAs, outcome: str, sent: dict[str, Any], status: int, reason: str
) -> None:
    shown = town.bring_to(State.FORWARDED)
    answer = web_as(town.provider).post(
        f"{PROVIDER}/{shown.id}/findings", json={"outcome": outcome, "explanation": "说明", **sent}
    )
    assert (answer.status_code, answer.json["reason"]) == (status, reason), answer.text
    assert town.case(shown).state is State.FORWARDED


def test_an_officer_cannot_uphold_alone(town: Town, web_as: ClientAs) -> None:
    shown = town.bring_to(State.COMPARING)
    answer = web_as(town.officer).post(
        f"{STAFF}/{shown.id}/decide", json={"outcome": "upheld", "reason": "一致"}
    )
    assert answer.status_code == 422


def test_evidence_is_saved_and_never_shown(town: Town, web_as: ClientAs) -> None:
    content = made.small_pdf()
    client = web_as(town.resident)
    case = client.post(ME, **form(body(town.record().id, evidence=[(content, "收据.pdf")]))).json
    answer = client.get(f"{ME}/{case['id']}/evidence/{case['evidence'][0]['id']}")
    assert (answer.status_code, answer.data) == (200, content)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"{ME}/{case['id']}/evidence/x").status_code == 404
    answer.close()


def test_it_speaks_english_on_request(town: Town, web_as: ClientAs) -> None:
    shown = town.bring_to(State.FORWARDED)
    answer = web_as(town.resident).get(f"{ME}/{shown.id}", headers={"Accept-Language": "en"}).json
    assert (answer["state_label"], answer["timeline"][0]["label"]) == (
        "With the provider",
        "Objection submitted",
    )
    assert "Regulation" in answer["clocks"][0]["article"]
