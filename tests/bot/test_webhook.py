"""What comes by HTTP: only from who knows the secret, answered after handling, and never with a 500."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from backend.common import mongo
from backend.common.deps import Deps
from backend.dialogues.model import Incoming, Outgoing
from bot import webhook
from tests.support import telegram
from tests.support.bot_api import BotApi

HEADER = webhook.SECRET_HEADER
Post = Any


@pytest.fixture
def post(deps: Deps, api: BotApi) -> Iterator[Post]:
    """Bring something to the webhook; the secret is the right one unless the test names another."""
    port, right = telegram.free_port(), webhook.secret_of(deps).encode()
    with (
        telegram.serving(deps, api, port),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as http,
    ):

        def brought(told: Any, secret: bytes | None = right) -> httpx.Response:
            body = told if isinstance(told, bytes) else json.dumps(told).encode()
            headers = {} if secret is None else {HEADER.encode(): secret}
            return http.post(webhook.PATH, content=body, headers=headers)

        yield brought


def message(number: int, text: str = "人工", user: int = 7) -> dict[str, Any]:
    person = {"id": user, "is_bot": False, "first_name": "市民", "language_code": "zh-hans"}
    chat = {"id": user, "type": "private", "first_name": "市民"}
    return {
        "update_id": number,
        "message": {"message_id": number, "date": 1_700_000_000, "chat": chat, "from": person, "text": text},
    }


def test_an_update_is_answered_only_when_it_was_handled(deps: Deps, api: BotApi, post: Post) -> None:
    api.person(7).say("hi")
    assert post(message(1)).status_code == 200
    assert len(api.person(7).texts) == 1


@pytest.mark.parametrize("secret", [b"wrong", b"", None, "密".encode(), b"x" * 5_000])
def test_a_wrong_secret_is_401_and_nothing_is_handled(
    deps: Deps, api: BotApi, post: Post, secret: bytes | None
) -> None:
    assert post(message(1), secret).status_code == 401
    assert api.person(7).texts == []
    assert deps.db["chat_dialogues"].count_documents({}) == 0


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b"null",
        [],
        7,
        {},
        {"update_id": "x"},
        {"update_id": 1, "message": {"text": 1}},
        {"update_id": 1, "a_kind_of_next_year": {}},
        {"update_id": 2**70, "message": message(1)["message"] | {"text": "\ud800"}},
    ],
)
def test_what_is_no_update_is_taken_and_left_out(api: BotApi, post: Post, told: Any) -> None:
    assert post(told).status_code == 200


def test_what_is_too_large_is_refused(post: Post) -> None:
    assert post(b" " * (webhook.LARGEST + 1)).status_code == 413


def test_an_update_that_comes_twice_is_answered_once(api: BotApi, post: Post) -> None:
    api.person(7).say("hi")
    assert [post(message(1)).status_code for _ in range(2)] == [200, 200]
    assert len(api.person(7).texts) == 1


def test_while_the_database_is_away_the_update_is_left_for_later(
    api: BotApi, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.person(7).say("hi")

    def away(given: Deps, sent: Incoming) -> tuple[Outgoing, ...]:
        raise mongo.busy()

    with monkeypatch.context() as patch:
        patch.setattr("bot.app.dialogues.handle", away)
        answer = post(message(1))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert post(message(1)).status_code == 200
    assert len(api.person(7).texts) == 1


def test_a_fault_of_ours_is_not_brought_again(
    api: BotApi, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(given: Deps, sent: Incoming) -> tuple[Outgoing, ...]:
        raise RuntimeError

    monkeypatch.setattr("bot.app.dialogues.handle", broken)
    assert post(message(1)).status_code == 200


def test_the_secret_is_the_settings_or_one_that_every_process_knows(deps: Deps) -> None:
    made = webhook.secret_of(deps)
    assert len(made) == 64
    assert made == webhook.secret_of(deps)
    assert made != deps.sealer.derive("audit").hex()
