"""The face challenge over HTTP: who is let in, what is refused, and that no frame touches a disk."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.web import openapi
from schemas.faces import FaceStep
from tests.backend.facechecks.test_service import BUSY, CRASHED, JPEG, ScriptedFaces, ready
from tests.support.face import steps_of
from tests.support.people import bound, number_of
from tests.support.web import ClientAs, Standing, Tokens, loud

PATH = "/api/v1/me/face-challenges"


@pytest.fixture
def matcher() -> ScriptedFaces:
    return ScriptedFaces()


@pytest.fixture
def app(deps: Deps, tokens: Tokens, matcher: ScriptedFaces, standing: Standing) -> Iterator[Flask]:
    with loud(standing.app(replace(deps, faces=matcher), tokens)) as made:
        yield made


@pytest.fixture
def actor(deps: Deps) -> Actor:
    return ready(deps, bound(deps))


@pytest.fixture
def phone(web_as: ClientAs, actor: Actor) -> FlaskClient:
    return web_as(actor)


def opened(phone: FlaskClient) -> dict[str, Any]:
    answer = phone.post(PATH)
    assert answer.status_code == 201, answer.text
    challenge: dict[str, Any] = answer.json
    return challenge


def send(
    phone: FlaskClient,
    challenge: dict[str, Any],
    *,
    frames: Sequence[bytes] | None = None,
    media_type: str = "image/jpeg",
    **changed: Any,
) -> TestResponse:
    steps = steps_of([FaceStep(action) for action in challenge["actions"]])
    pictures = [JPEG] * len(steps) if frames is None else frames
    form = {"nonce": challenge["nonce"], "steps": json.dumps(steps), **changed}
    fields = {name: value for name, value in form.items() if value is not None}
    return phone.post(
        f"{PATH}/{challenge['id']}/frames",
        data=encoded(fields, pictures, media_type),
        content_type="multipart/form-data; boundary=frames",
    )


def encoded(fields: dict[str, str], pictures: Sequence[bytes], media_type: str) -> bytes:
    """A multipart body; the test client's own encoder would spool to a disk what the service must not."""
    parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    head = f'name="frames"; filename="frame.jpg"\r\nContent-Type: {media_type}\r\n\r\n'.encode()
    parts += [head + picture for picture in pictures]
    whole = b"".join(b"--frames\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts)
    return whole + b"--frames--\r\n"


def test_without_a_token_there_is_no_challenge(web: FlaskClient) -> None:
    assert web.post(PATH).status_code == 401
    assert web.post(f"{PATH}/x/frames", data={}).status_code == 401


def test_somebody_elses_challenge_and_a_forged_id_are_not_found(
    deps: Deps, web_as: ClientAs, phone: FlaskClient
) -> None:
    other = web_as(
        ready(deps, bound(deps, phone="13900002222", number=number_of("19780304", "004"), name="王小明"))
    )
    challenge = opened(phone)
    for forged in (challenge, challenge | {"id": "x"}, challenge | {"id": "0" * 26}):
        assert send(other, forged).status_code == 404
    assert send(phone, challenge).json["passed"] is True


def test_a_challenge_is_what_the_contract_says(phone: FlaskClient) -> None:
    challenge = opened(phone)
    assert set(challenge) == {"id", "nonce", "actions", "expires_at", "frames"}
    assert set(challenge["frames"]) == {"min", "max", "max_bytes", "types"}
    assert challenge["expires_at"].endswith("+08:00")


def test_a_pass_gives_a_token_and_a_refusal_gives_none(phone: FlaskClient, matcher: ScriptedFaces) -> None:
    passed = send(phone, opened(phone)).json
    assert (passed["passed"], passed["attempts_left"], passed["reason"]) == (True, 5, None)
    assert passed["access_token"]
    matcher.distance = 0.9
    refused = send(phone, opened(phone)).json
    assert (refused["passed"], refused["attempts_left"], refused["access_token"]) == (False, 4, None)
    assert refused["reason"] == "face.not_confirmed"
    assert refused["message"].startswith("未能确认")
    assert "0.9" not in str(refused)


def test_used_late_and_foreign_nonces_are_conflicts(deps: Deps, clock: Any, phone: FlaskClient) -> None:
    used, late = opened(phone), opened(phone)
    assert send(phone, late, nonce=used["nonce"]).json["reason"] == "identity.wrong_nonce"
    assert send(phone, used).status_code == 200
    again = send(phone, used)
    clock.advance(seconds=45)
    expired = send(phone, late)
    assert [(a.status_code, a.json["reason"]) for a in (again, expired)] == [
        (409, "identity.challenge_used"),
        (409, "identity.challenge_expired"),
    ]


@pytest.mark.parametrize(("fault", "status"), [(BUSY, 429), (CRASHED, 503)])
def test_a_matcher_that_fails_says_when_to_come_back(
    phone: FlaskClient, matcher: ScriptedFaces, fault: Any, status: int
) -> None:
    challenge = opened(phone)
    matcher.fails = fault
    answer = send(phone, challenge)
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (status, True)
    matcher.fails = None
    assert send(phone, challenge).json["passed"] is True


@pytest.mark.parametrize(
    ("changed", "status", "reason"),
    [
        ({"frames": [JPEG] * 4}, 422, "identity.frame_count"),
        ({"frames": [JPEG] * 13}, 422, "identity.frame_count"),
        ({"frames": []}, 422, "request.invalid"),
        ({"frames": [JPEG + bytes(409_600)] + [JPEG] * 7}, 413, "identity.frame_too_large"),
        ({"frames": [bytes(409_600)] * 13}, 413, "request.too_large"),
        ({"frames": [b"GIF89a"] * 8}, 415, "identity.frame_type"),
        ({"media_type": "image/heic"}, 415, "identity.frame_type"),
        ({"steps": "[]"}, 422, "identity.frame_count"),
        ({"steps": '["neutral"]'}, 422, "identity.frame_count"),
        ({"steps": '["neutral", "wink"]'}, 422, "identity.bad_steps"),
        ({"steps": "{}"}, 422, "identity.frame_count"),
        ({"steps": "neutral"}, 422, "identity.bad_steps"),
        ({"steps": "[[]]"}, 422, "identity.bad_steps"),
        ({"steps": "7"}, 422, "identity.bad_steps"),
        (
            {
                "frames": [JPEG] * 5,
                "steps": '["neutral", "turn_left", "turn_right", "turn_right", "neutral"]',
            },
            422,
            "identity.bad_steps",
        ),
        ({"steps": None}, 422, "request.invalid"),
        ({"nonce": None}, 422, "request.invalid"),
        ({"extra": "1"}, 422, "request.invalid"),
    ],
)
def test_what_cannot_be_judged_as_sent_is_refused_and_spends_nothing(
    phone: FlaskClient, matcher: ScriptedFaces, changed: dict[str, Any], status: int, reason: str
) -> None:
    challenge = opened(phone)
    answer = send(phone, challenge, **changed)
    assert (answer.status_code, answer.json["reason"]) == (status, reason), answer.text
    assert matcher.asked == 0
    assert send(phone, challenge).json["passed"] is True


def test_what_is_not_multipart_is_refused(phone: FlaskClient) -> None:
    assert phone.post(f"{PATH}/{opened(phone)['id']}/frames", json={"nonce": "x"}).status_code == 415


def test_the_largest_upload_is_taken_and_never_touches_a_disk(phone: FlaskClient, written: list[str]) -> None:
    challenge = opened(phone)
    first, second = challenge["actions"]
    steps = ["neutral"] * 4 + [first] * 2 + ["neutral"] * 2 + [second] * 2 + ["neutral"] * 2
    heavy = JPEG + bytes(409_600 - len(JPEG))
    written.clear()
    answer = send(phone, challenge, frames=[heavy] * 12, steps=json.dumps(steps))
    assert answer.json["passed"] is True, answer.text
    assert written == []


@pytest.fixture
def written() -> Iterator[list[str]]:
    """Every file that is opened for writing, or made for a while, from here on."""
    seen: list[str] = []
    watching = [True]

    def watch(event: str, args: tuple[Any, ...]) -> None:
        if not watching or not event.startswith(("open", "tempfile")):
            return
        if event.startswith("tempfile") or (event == "open" and _writes(*args)):
            seen.append(f"{event} {args[0]!r}")

    sys.addaudithook(watch)
    yield seen
    watching.clear()


def _writes(path: object, mode: str | None, flags: int) -> bool:
    return path != "/dev/null" and bool(flags & 0b11)


def test_a_spooled_upload_would_be_noticed(written: list[str]) -> None:
    """The watch of the test above sees what werkzeug would do with 500 KB."""
    from tempfile import SpooledTemporaryFile

    with SpooledTemporaryFile(max_size=500 * 1024) as file:
        file.write(bytes(600 * 1024))
    assert written


def test_the_openapi_names_the_form_and_the_refusals(app: Flask) -> None:
    operation = openapi.of(app)["paths"][PATH + "/{challenge_id}/frames"]["post"]
    assert set(operation["responses"]) >= {"200", "404", "409", "413", "415", "422", "423", "429", "503"}
    form = operation["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert "frames" in str(form) or "$ref" in str(form)
