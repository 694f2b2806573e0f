"""The first true line, over HTTP against the processes that `make run` starts.

A resident proves who they are with a real face (or a code from a service window) and reads their own record, and what
the run leaves behind - database files, logs, outbox - tells nobody who they are.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient

from backend import bootstrap
from backend.common.settings import Settings
from backend.registry import service as registry
from tests.support import motion
from tests.support.city import City, Phone, steps_for
from tests.support.face import photograph
from tests.support.people import number_of
from tests.support.pictures import picture

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(300)]

NAME, NUMBER, PHONE = "欧阳䶮", number_of("19610804", "011"), "13900001111"
ON_FILE, SELFIE, STRANGER = ("obama.jpg", "obama2.jpg"), "obama3.jpg", "biden.jpg"
OTHER_NAME, OTHER_NUMBER, OTHER_PHONE = "王小明", number_of("19780304", "004"), "13900002222"
DOC_NO = "沪人社催字〔2026〕第11号"
UNIT, ITEM = "HRSS", "HRSS-P-03"


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    with City(tmp_path / "city") as running:
        yield running


def test_the_first_true_line(city: City, tmp_path: Path) -> None:
    """One story, told in order: each step is a function below."""
    import_subject(city, tmp_path)
    import_record(city, tmp_path)
    phone = Phone(city, PHONE)
    phone.sign_in()
    assert phone.bind(NAME, NUMBER).status_code == 200
    assert phone.consent().status_code == 201

    the_report_is_refused_before_the_face(phone)
    another_persons_frames_are_refused(phone)
    frames_that_pass_here_open_nobody_elses_record(city)
    a_still_is_refused_and_its_nonce_is_spent(phone)
    the_resident_passes(phone)
    report = the_report_shows_the_record_and_the_own_look(phone)
    the_window_code_reaches_the_same_report(city, report)
    what_the_run_leaves_behind_tells_nobody_who_it_was(city)


def import_subject(city: City, folder: Path) -> None:
    subjects = folder / "subjects.csv"
    row = f"person,{NAME},{NUMBER},{PHONE},310101,{';'.join(ON_FILE)}"
    other = f"person,{OTHER_NAME},{OTHER_NUMBER},{OTHER_PHONE},310101,{STRANGER}"
    subjects.write_text(f"kind,name,number,phone,district,photo\n{row}\n{other}\n", encoding="utf-8-sig")
    city.manage("import-subjects", str(subjects), "--photos", str(picture(ON_FILE[0]).parent))


def import_record(city: City, folder: Path) -> None:
    item = Phone(city, PHONE).get(f"/catalogue/items/{ITEM}").json()
    content = {field["name"]: example(field) for field in item["fields"] if field["required"]}
    row = {
        "item_code": ITEM, "subject_number": NUMBER, "subject_name": NAME, "doc_no": DOC_NO,
        "title": f"责令{NAME}限期缴纳社会保险费", "occurred_on": "2026-03-02", "ended_on": "2026-06-30", "content": content,
    }  # fmt: skip
    records = folder / "records.jsonl"
    records.write_text(json.dumps(row, ensure_ascii=False) + "\n")
    report = folder / "quality.json"
    city.manage("import-records", str(records), "--unit", UNIT, "--report", str(report))
    quality = json.loads(report.read_text())
    assert quality["accepted"] == 1, quality


def example(field: dict[str, object]) -> object:
    choices = field.get("choices")
    if isinstance(choices, list) and choices:
        return choices[0]["value"] if isinstance(choices[0], dict) else choices[0]
    return {"money_fen": 120_000, "number": 3, "date": "2026-03-02", "yes_no": True}.get(
        str(field["type"]), "第三季度"
    )


def the_report_is_refused_before_the_face(phone: Phone) -> None:
    answer = phone.get("/me/report")
    assert (answer.status_code, answer.json()["reason"]) == (403, "identity.verification_required")
    assert NAME not in answer.text


def another_persons_frames_are_refused(phone: Phone) -> None:
    challenge = phone.challenge()
    steps = steps_for(challenge)
    answer = phone.answer(challenge, motion.movement(photograph(STRANGER), steps), steps)
    assert answer.status_code == 200, answer.text
    assert answer.json()["passed"] is False
    assert not answer.json().get("access_token")
    assert phone.get("/me/report").status_code == 403


def frames_that_pass_here_open_nobody_elses_record(city: City) -> None:
    """Every movement is right, so that it is the face alone that is refused."""
    other = Phone(city, OTHER_PHONE)
    other.sign_in()
    assert other.bind(OTHER_NAME, OTHER_NUMBER).status_code == 200
    assert other.consent().status_code == 201
    challenge = other.challenge()
    steps = steps_for(challenge)
    outcome = other.answer(challenge, motion.movement(photograph(SELFIE), steps), steps).json()
    assert (outcome["passed"], outcome["reason"]) == (False, "face.not_confirmed"), outcome
    assert outcome["attempts_left"] == 4
    assert other.get("/me/report").status_code == 403


def a_still_is_refused_and_its_nonce_is_spent(phone: Phone) -> None:
    challenge = phone.challenge()
    steps = steps_for(challenge)
    still = phone.answer(challenge, motion.still(photograph(SELFIE), steps), steps)
    again = phone.answer(challenge, motion.movement(photograph(SELFIE), steps), steps)
    assert still.json()["passed"] is False
    assert (again.status_code, again.json()["reason"]) == (409, "identity.challenge_used")
    assert phone.get("/me/report").status_code == 403


def the_resident_passes(phone: Phone) -> None:
    challenge = phone.challenge()
    steps = steps_for(challenge)
    passed = phone.answer(challenge, motion.movement(photograph(SELFIE), steps), steps)
    assert passed.json()["passed"] is True, passed.text
    assert "distance" not in passed.text


def the_report_shows_the_record_and_the_own_look(phone: Phone) -> dict[str, Any]:
    answer = phone.get("/me/report")
    assert NUMBER not in answer.text
    report: dict[str, Any] = answer.json()
    assert report["subject"]["name"] == NAME
    adverse = next(section for section in report["sections"] if section["nature"] == "adverse")
    assert [record["doc_no"] for record in adverse["records"]] == [DOC_NO]
    assert report["free_reports_used"] == 1
    assert [reason["record_id"] for reason in report["grade"]["reasons"]] == [adverse["records"][0]["id"]]

    log = phone.get("/me/access-log").json()["items"]
    assert log[0]["actor"].startswith("本人")
    verified = phone.get(report["verify_url"].removeprefix(phone.site))
    assert verified.json()["authentic"] is True
    return report


def the_window_code_reaches_the_same_report(city: City, by_face: dict[str, Any]) -> None:
    phone = Phone(city, PHONE)
    phone.sign_in()
    assert phone.get("/me/report").status_code == 403
    code = city.window_code(NUMBER)
    answer = phone.post("/me/window-codes/redeem", json={"code": code})
    assert answer.status_code == 200, answer.text
    phone.token = answer.json()["access_token"]

    by_window = phone.get("/me/report").json()
    assert by_window["sections"] == by_face["sections"]
    assert by_window["subject"] == by_face["subject"]


def what_the_run_leaves_behind_tells_nobody_who_it_was(city: City) -> None:
    """Neither documents (the oplog's included) nor files hold the number, the name or the template in clear."""
    secrets = [NUMBER.encode(), NAME.encode(), NAME.encode("unicode_escape"), template_of(city)]
    with MongoClient[RawBSONDocument](city.mongodb_uri, document_class=RawBSONDocument) as client:
        for database in client.list_database_names():
            for collection in client[database].list_collection_names():
                for document in client[database][collection].find():
                    assert not [secret for secret in secrets if secret in document.raw], (
                        database,
                        collection,
                    )
    files = [path for path in city.data.rglob("*") if path.is_file() and "keys" not in path.parts]
    assert {".wt", ".log", ".jsonl"} <= {path.suffix for path in files}
    for path in files:
        held = path.read_bytes()
        assert not [secret for secret in secrets if secret in held], path


def template_of(city: City) -> bytes:
    """What the face process made of the photographs, opened with the run's own key, as an attacker would look for it."""
    settings = Settings(app_env="demo", data_dir=city.data, mongodb_uri=city.mongodb_uri)
    deps = bootstrap.build_deps(settings)
    subject = registry.find_by_number(deps, NUMBER)
    assert subject is not None
    template = registry.template_of(deps, subject.id)
    deps.sealer.close()
    deps.client.close()
    assert template is not None
    assert len(template) == 512
    return template
