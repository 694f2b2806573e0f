"""One message of a chat after another, over threads and processes, each answered once."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from backend.chats import service, store
from backend.chats.service import speaking, turns
from backend.common.deps import Deps
from tests.backend.chats.conftest import TELEGRAM
from tests.support.people import together
from tests.support.refusals import refused
from tests.support.world import Clock


def take(deps: Deps, message_id: str, user: str = "7") -> Any:
    """Read, think for a moment, and write: what goes wrong when two do it at once."""
    with service.turn(deps, channel=TELEGRAM, user=user, message_id=message_id) as turn:
        if turn.reply is not None:
            return turn.reply
        heard = [*turn.state.get("heard", []), message_id]
        threading.Event().wait(random.uniform(0, 0.005))
        turn.settle({"heard": heard}, heard)
    return heard


def test_twenty_messages_at_once_lose_nothing_of_each_other(deps: Deps) -> None:
    ended = together([partial(take, deps, str(number)) for number in range(20)])
    assert sorted(len(one) for one in ended) == list(range(1, 21))


def test_chats_do_not_wait_for_each_other(deps: Deps) -> None:
    with service.turn(deps, channel=TELEGRAM, user="7", message_id="1"):
        assert take(deps, "1", user="8") == ["1"]


def test_messages_are_handled_in_the_order_in_which_they_came(deps: Deps) -> None:
    """Those that wait stand in a queue: the last to come is not the first to be let in."""
    heard, came = list[str](), list[threading.Thread]()
    with service.turn(deps, channel=TELEGRAM, user="7", message_id="first") as turn:
        for number in range(8):
            waiter = threading.Thread(target=lambda n=str(number): heard.append(take(deps, n)[-1]))
            waiter.start()
            came.append(waiter)
            _until(lambda wanted=number + 2: len(_queue(deps)) == wanted)
        turn.settle({}, [])
    for waiter in came:
        waiter.join()
    assert take(deps, "last")[:-1] == [str(number) for number in range(8)]
    assert _queue(deps) == []


def test_the_same_message_is_answered_the_same_and_done_once(deps: Deps) -> None:
    ended = together([partial(take, deps, "1") for _ in range(10)])
    assert ended == [["1"]] * 10
    assert take(deps, "2") == ["1", "2"]


def test_an_answer_that_may_not_be_kept_is_worked_out_again(deps: Deps) -> None:
    for _ in range(2):
        with service.turn(deps, channel=TELEGRAM, user="7", message_id="1") as turn:
            assert turn.reply is None
            turn.settle({}, None)


def test_who_dies_in_a_turn_holds_up_the_next_for_its_lease_and_no_longer(
    deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "LEASE_MS", 200)
    dead = turns._wait(deps, speaking.dialogue_id(TELEGRAM, _chat(deps)), "dead")
    assert dead.answered == ()
    assert take(deps, "1") == ["1"]


def test_what_comes_too_late_is_not_written_over_what_came_after(
    deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "LEASE_MS", 100)
    monkeypatch.setattr(turns, "LONGEST_TURN_S", 0.0)
    with service.turn(deps, channel=TELEGRAM, user="7", message_id="slow") as slow:
        assert take(deps, "quick") == ["quick"]
        slow.settle({"heard": ["slow"]}, ["slow"])
    assert not slow.won
    assert take(deps, "next") == ["quick", "next"]


def test_what_takes_longer_than_a_lease_is_waited_for(deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LEASE_MS", 1_500)
    with ThreadPoolExecutor(1) as threads:
        with service.turn(deps, channel=TELEGRAM, user="7", message_id="slow") as slow:
            later = threads.submit(take, deps, "later")
            with pytest.raises(TimeoutError):
                later.result(3)
            slow.settle({"heard": ["slow"]}, ["slow"])
        assert slow.won
        assert later.result(60) == ["slow", "later"]


def test_a_failure_leaves_the_dialogue_as_it_was(deps: Deps) -> None:
    take(deps, "1")

    def broken() -> None:
        with service.turn(deps, channel=TELEGRAM, user="7", message_id="2") as turn:
            turn.settle({"heard": ["broken"]}, [])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    assert take(deps, "2") == ["1", "2"]


def test_too_many_that_wait_are_sent_away(deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "MOST_WAITING", 2)
    monkeypatch.setattr(turns, "LEASE_MS", 60_000)
    chat_id = speaking.dialogue_id(TELEGRAM, _chat(deps))
    for ticket in ("a", "b"):
        store.enter(deps.db, chat_id, ticket, for_ms=60_000, expires_at=deps.now())
    refused("chats.busy", take, deps, "1")
    assert [one["id"] for one in _queue(deps)] == ["a", "b"]


def test_what_was_said_cannot_be_read_in_the_database_and_goes_after_a_day(deps: Deps, clock: Clock) -> None:
    with service.turn(deps, channel=TELEGRAM, user="7", message_id="1") as turn:
        turn.settle({"awaits": "绑定码"}, [{"text": "您的链接"}])
    (held,) = deps.db["chat_dialogues"].find()
    assert "您的链接".encode() not in bytes(held["answered"][0]["reply_sealed"])
    assert "绑定码".encode() not in bytes(held["state_sealed"])
    assert (held["expires_at"] - clock()).total_seconds() == 24 * 3600
    clock.advance(minutes=61)
    with service.turn(deps, channel=TELEGRAM, user="7", message_id="1") as turn:
        assert turn.reply is None


def _chat(deps: Deps) -> str:
    return speaking.chat_of(deps, TELEGRAM, "7")


def _queue(deps: Deps) -> list[dict[str, Any]]:
    found = deps.db["chat_dialogues"].find_one() or {}
    return list(found.get("queue", []))


def _until(seen: Any) -> None:
    for _ in range(2_000):
        if seen():
            return
        threading.Event().wait(0.005)
    raise AssertionError("it never came about")
