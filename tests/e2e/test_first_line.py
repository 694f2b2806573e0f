"""The first true line, over HTTP against the processes that `make run` starts.

A resident proves who they are with a real face (or a code from a service window) and reads their own record, and what
the run leaves behind - database files, logs, outbox - tells nobody who they are.
"""

from pathlib import Path
from typing import Any

import pytest
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient

from backend import bootstrap
from backend.common.settings import Settings
from backend.registry import service as registry
from tests.support import motion, moving_in
from tests.support.city import City, Phone, actions_of
from tests.support.face import ORDER, acted, five, photograph, steps_of
from tests.support.moving_in import Newcomer
from tests.support.people import number_of

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

SELFIE, STRANGER = "obama3.jpg", "biden.jpg"
ME = Newcomer("欧阳䶮", number_of("19610804", "011"), "13900001111", photos=("obama.jpg",))
OTHER = Newcomer("王小明", number_of("19780304", "004"), "13900002222", photos=(STRANGER,))


def test_the_first_true_line(city: City, tmp_path: Path) -> None:
    """One story, told in order: each step is a function below."""
    make_frames()
    moving_in.put_on_file(city, tmp_path, (ME, OTHER))
    moving_in.put_on_record(city, tmp_path, (ME,))
    phone = Phone(city, ME.phone)
    phone.sign_in()
    assert phone.bind(ME.name, ME.number).status_code == 200
    assert phone.consent().status_code == 201

    the_report_is_refused_before_the_face(phone)
    another_persons_frames_are_refused(phone)
    frames_that_pass_here_open_nobody_elses_record(city)
    a_still_is_refused_and_its_nonce_is_spent(phone)
    the_resident_passes(phone)
    report = the_report_shows_the_record_and_the_own_look(phone)
    the_window_code_reaches_the_same_report(city, report)
    what_the_run_leaves_behind_tells_nobody_who_it_was(city)


def make_frames() -> None:
    """Before any challenge is open, whose 45 seconds are for a head that turns and not for drawing one."""
    for order in (ORDER, ORDER[::-1]):
        for name in (SELFIE, STRANGER):
            acted(name, order)


def the_report_is_refused_before_the_face(phone: Phone) -> None:
    answer = phone.get("/me/report")
    assert (answer.status_code, answer.json()["reason"]) == (403, "identity.verification_required")
    assert ME.name not in answer.text


def another_persons_frames_are_refused(phone: Phone) -> None:
    answer = phone.show_face(STRANGER)
    assert answer.status_code == 200, answer.text
    assert answer.json()["passed"] is False
    assert not answer.json().get("access_token")
    assert phone.get("/me/report").status_code == 403


def frames_that_pass_here_open_nobody_elses_record(city: City) -> None:
    """Every movement is right, so that it is the face alone that is refused."""
    other = Phone(city, OTHER.phone)
    other.sign_in()
    assert other.bind(OTHER.name, OTHER.number).status_code == 200
    assert other.consent().status_code == 201
    answer = other.show_face(SELFIE)
    assert answer.status_code == 200, answer.text
    outcome = answer.json()
    assert (outcome["passed"], outcome["reason"]) == (False, "face.not_confirmed"), outcome
    assert outcome["attempts_left"] == 4
    assert other.get("/me/report").status_code == 403


def a_still_is_refused_and_its_nonce_is_spent(phone: Phone) -> None:
    challenge = phone.challenge()
    actions = actions_of(challenge)
    steps = five(steps_of(actions))
    still = phone.answer(challenge, motion.still(photograph(SELFIE), steps), steps)
    again = phone.answer(challenge, five(acted(SELFIE, actions)), steps)
    assert still.json()["passed"] is False
    assert (again.status_code, again.json()["reason"]) == (409, "identity.challenge_used")
    assert phone.get("/me/report").status_code == 403


def the_resident_passes(phone: Phone) -> None:
    passed = phone.show_face(SELFIE)
    assert passed.status_code == 200, passed.text
    assert passed.json()["passed"] is True, passed.text
    assert "distance" not in passed.text


def the_report_shows_the_record_and_the_own_look(phone: Phone) -> dict[str, Any]:
    answer = phone.get("/me/report")
    assert ME.number not in answer.text
    report: dict[str, Any] = answer.json()
    assert report["subject"]["name"] == ME.name
    adverse = next(section for section in report["sections"] if section["nature"] == "adverse")
    assert [record["doc_no"] for record in adverse["records"]] == [ME.doc_no]
    assert report["free_reports_used"] == 1
    assert [reason["record_id"] for reason in report["grade"]["reasons"]] == [adverse["records"][0]["id"]]

    log = phone.get("/me/access-log").json()["items"]
    assert log[0]["actor"].startswith("本人")
    verified = phone.get(report["verify_url"].removeprefix(phone.site))
    assert verified.json()["authentic"] is True
    return report


def the_window_code_reaches_the_same_report(city: City, by_face: dict[str, Any]) -> None:
    phone = Phone(city, ME.phone)
    phone.sign_in()
    assert phone.get("/me/report").status_code == 403
    code = city.window_code(ME.number)
    answer = phone.post("/me/window-codes/redeem", json={"code": code})
    assert answer.status_code == 200, answer.text
    phone.token = answer.json()["access_token"]

    by_window = phone.get("/me/report").json()
    assert by_window["sections"] == by_face["sections"]
    assert by_window["subject"] == by_face["subject"]


def what_the_run_leaves_behind_tells_nobody_who_it_was(city: City) -> None:
    """Neither documents (the oplog's included) nor files hold the number, the name or the template in clear."""
    secrets = [ME.number.encode(), ME.name.encode(), ME.name.encode("unicode_escape"), template_of(city)]
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
    subject = registry.find_by_number(deps, ME.number)
    assert subject is not None
    template = registry.template_of(deps, subject.id)
    deps.sealer.close()
    deps.client.close()
    assert template is not None
    assert len(template) == 512
    return template
