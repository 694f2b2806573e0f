"""Identity over HTTP: who is let in, what comes back, what is refused. The rules are tested with the service."""

import pytest
from flask.testing import FlaskClient

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.enrolment.rules import NAME_CHARACTERS
from backend.identity import service
from backend.identity.model import Consent
from schemas.terms import Channel, ConsentPurpose, Role
from tests.support.people import COMMAND, NAME, NUMBER, bound, number_of, resident, signed_in, verified
from tests.support.residents import sign_in
from tests.support.web import ClientAs, Standing, loud
from tests.support.world import Clock

API = "/api/v1"
FACE = {"purpose": "face_verification", "notice_version": "1"}
CLERK = Actor("clerk-1", Role.WINDOW_CLERK, Channel.CONSOLE, name="李窗口", unit="徐汇区服务窗口")
OTHER = {"phone": "13900002222", "number": number_of("19780304", "004"), "name": "王小明"}


def agreed(deps: Deps, actor: Actor) -> Consent:
    return service.give_consent(deps, actor, purpose=ConsentPurpose.FACE_VERIFICATION, notice_version="1")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/me/identity"),
        ("GET", "/me/consents"),
        ("POST", "/me/consents"),
        ("DELETE", "/me/consents/x"),
        ("POST", "/me/window-codes/redeem"),
        ("POST", "/staff/window-codes"),
        ("GET", "/me/export"),
        ("DELETE", "/me"),
    ],
)
def test_without_a_token_or_with_a_forged_one_nothing_is_given(
    web: FlaskClient, method: str, path: str
) -> None:
    for headers in ({}, {"Authorization": "Bearer forged"}):
        answer = web.open(API + path, method=method, json={}, headers=headers)
        assert answer.status_code == 401, answer.text


def test_another_persons_consent_and_a_forged_id_are_not_found(deps: Deps, web_as: ClientAs) -> None:
    consent = agreed(deps, bound(deps, **OTHER))
    mine = web_as(bound(deps))
    for consent_id in (consent.id, "x", "%00", "../me"):
        assert mine.delete(f"{API}/me/consents/{consent_id}").status_code == 404
    assert service.live_consent(deps, consent.subject_id, ConsentPurpose.FACE_VERIFICATION)


def test_a_resident_binds_and_is_told_the_level(deps: Deps, web_as: ClientAs) -> None:
    subject = resident(deps)
    answer = web_as(signed_in(deps)).put(f"{API}/me/identity", json={"name": NAME, "id_number": NUMBER})
    assert (answer.status_code, answer.json) == (200, {"subject_id": subject.id, "level": "real_name"})


def test_the_longest_name_that_an_import_takes_can_bind(deps: Deps, web_as: ClientAs) -> None:
    longest = "阿" * NAME_CHARACTERS
    resident(deps, name=longest)
    answer = web_as(signed_in(deps)).put(f"{API}/me/identity", json={"name": longest, "id_number": NUMBER})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("number", "status", "reason"),
    [
        ("123", 422, "identity.invalid_number"),
        (number_of("20201231", "001"), 422, "identity.under_age"),
        (number_of("19780304", "004"), 404, "identity.no_match"),
    ],
)
def test_a_refused_binding_says_why_in_both_languages(
    deps: Deps, web_as: ClientAs, number: str, status: int, reason: str
) -> None:
    client = web_as(signed_in(deps))
    said = []
    for language in ("zh-CN", "en"):
        headers = {"Accept-Language": language}
        answer = client.put(f"{API}/me/identity", json={"name": NAME, "id_number": number}, headers=headers)
        assert (answer.status_code, answer.json["reason"]) == (status, reason)
        assert number not in answer.text
        said.append(answer.json["message"])
    assert said[0] != said[1]


@pytest.mark.parametrize(
    "body", [{}, {"name": NAME}, {"name": NAME, "id_number": NUMBER, "x": 1}, {"name": 1, "id_number": 2}, []]
)
def test_a_binding_of_the_wrong_shape_is_refused(deps: Deps, web_as: ClientAs, body: object) -> None:
    assert web_as(signed_in(deps)).put(f"{API}/me/identity", json=body).status_code == 422


def test_anybody_reads_the_notice_whole_in_both_languages(web: FlaskClient) -> None:
    (notice,) = web.get(f"{API}/consent-notices").json["items"]
    assert (notice["purpose"], notice["version"]) == ("face_verification", "1")
    for part in ("text", "withdrawal", "storage", "other_way"):
        assert notice[part]["zh"]
        assert notice[part]["en"]


def test_a_consent_is_given_shown_and_withdrawn(deps: Deps, web_as: ClientAs) -> None:
    client = web_as(bound(deps))
    given = client.post(f"{API}/me/consents", json=FACE)
    assert (given.status_code, given.json["notice_version"]) == (201, "1")
    assert given.json["notice_text"].startswith("处理者")
    assert given.json["given_at"].endswith("+08:00")
    assert client.delete(f"{API}/me/consents/{given.json['id']}").status_code == 204
    (ended,) = client.get(f"{API}/me/consents").json["items"]
    assert (ended["withdrawn"], ended["ended_at"] is not None) == (True, True)


def test_an_old_notice_is_refused_with_the_version_in_force(deps: Deps, web_as: ClientAs) -> None:
    answer = web_as(bound(deps)).post(f"{API}/me/consents", json=FACE | {"notice_version": "0"})
    assert (answer.status_code, answer.json["reason"]) == (409, "consents.outdated_notice")
    assert answer.json["data"] == {"current_version": "1"}


def test_an_unknown_purpose_is_refused(deps: Deps, web_as: ClientAs) -> None:
    assert (
        web_as(bound(deps)).post(f"{API}/me/consents", json=FACE | {"purpose": "marketing"}).status_code
        == 422
    )


def test_from_the_window_to_verified(deps: Deps, web_as: ClientAs) -> None:
    actor = bound(deps)
    code = web_as(CLERK).post(f"{API}/staff/window-codes", json={"id_number": NUMBER})
    assert (code.status_code, len(code.json["code"])) == (201, 8)
    answer = web_as(actor).post(f"{API}/me/window-codes/redeem", json={"code": code.json["code"]})
    assert (answer.status_code, answer.json["level"]) == (200, "verified")
    assert answer.json["access_token"]


def test_a_resident_cannot_hand_out_codes(deps: Deps, web_as: ClientAs) -> None:
    answer = web_as(bound(deps)).post(f"{API}/staff/window-codes", json={"id_number": NUMBER})
    assert answer.status_code == 403


def test_too_many_wrong_codes_say_when_to_come_back(deps: Deps, web_as: ClientAs) -> None:
    client = web_as(bound(deps))
    answers = [client.post(f"{API}/me/window-codes/redeem", json={"code": "00000000"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [404] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_the_own_data_are_taken_away_as_json(deps: Deps, web_as: ClientAs) -> None:
    answer = web_as(verified(deps, bound(deps))).get(f"{API}/me/export")
    assert (answer.status_code, answer.json["profile"]["id_number"]) == (200, NUMBER)
    assert answer.json["access_log"][0]["action"] == "identity.export"
    assert answer.json["access_log"][0]["purpose"]["zh"]


def test_the_export_is_masked_without_a_fresh_verification(deps: Deps, web_as: ClientAs) -> None:
    answer = web_as(bound(deps)).get(f"{API}/me/export")
    assert (answer.status_code, answer.json["profile"]["masked"]) == (200, True)
    assert NUMBER not in answer.text
    nobody = web_as(signed_in(deps, "13900009999")).get(f"{API}/me/export")
    assert (nobody.status_code, nobody.json["profile"]["subject_id"]) == (200, None)


def test_an_account_is_closed(deps: Deps, web_as: ClientAs) -> None:
    assert web_as(bound(deps)).delete(f"{API}/me").status_code == 204


def test_anybody_reads_how_both_ways_do(deps: Deps, web: FlaskClient) -> None:
    answer = web.get(f"{API}/identity/parity")
    assert answer.json == {
        "year": 2026,
        "ways": [{"way": "face", "passed": 0, "failed": 0}, {"way": "window", "passed": 0, "failed": 0}],
    }


def test_one_token_rises_from_phone_to_verified_and_falls_back(
    deps: Deps, clock: Clock, standing: Standing
) -> None:
    """With the real tokens: binding and proof count at once for the token that is held, and for ten minutes."""
    resident(deps)
    held = sign_in(deps).tokens.access_token
    with loud(standing.app(deps)) as app:
        phone = app.test_client()
        phone.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {held}"
        levels = [phone.get(f"{API}/me").json["level"]]
        phone.put(f"{API}/me/identity", json={"name": NAME, "id_number": NUMBER})
        levels.append(phone.get(f"{API}/me").json["level"])
        code = service.issue_window_code(deps, COMMAND, id_number=NUMBER).code
        clock.advance(seconds=30)
        proof = phone.post(f"{API}/me/window-codes/redeem", json={"code": code}).json
        levels.append(phone.get(f"{API}/me").json["level"])
        assert phone.get(f"{API}/me/export").status_code == 200
        clock.advance(minutes=9, seconds=59)
        phone.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {proof['access_token']}"
        levels.append(phone.get(f"{API}/me").json["level"])
        clock.advance(seconds=1)
        assert phone.get(f"{API}/me/export").status_code in (401, 403)
    assert levels == ["phone", "real_name", "verified", "verified"]
