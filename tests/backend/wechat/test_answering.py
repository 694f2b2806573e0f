"""A message that comes again, while it is worked on, after that, and after the process that worked on it died."""

import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.dialogues.model import Incoming, Outgoing
from backend.wechat import store, texts
from backend.wechat.model import Call, Heard
from backend.wechat.rules import reading
from backend.wechat.service import Line, Pace
from tests.backend.wechat.conftest import event_xml, text_xml
from tests.support import dying, nursery
from tests.support.processes import ROOT
from tests.support.world import Clock

QUICK = Pace(waits=0.3, looks_every=0.01, lease=4.0, renews_every=0.05)
PATIENT = replace(QUICK, waits=30.0)


class Work:
    """A dialogue that a test holds in the middle."""

    def __init__(self) -> None:
        self.runs = 0
        self.begun = threading.Event()
        self.door = threading.Event()

    def __call__(self, deps: Deps, incoming: Incoming) -> tuple[Outgoing, ...]:
        self.runs += 1
        self.begun.set()
        assert self.door.wait(60)
        return (Outgoing(f"第{self.runs}次 {incoming.text}"),)


def heard(xml: str, nonce: str = "n1") -> Heard:
    told = reading.message(reading.elements(xml.encode()))
    return Heard(Call("", "1795262400", nonce), told, reading.incoming(told), sealed=True)


@pytest.fixture
def work() -> Work:
    return Work()


def line(dialogue: Any, pace: Pace = QUICK, places: int = 8) -> Line:
    return Line(dialogue, places=places, pace=pace)


def test_a_message_that_comes_again_while_it_is_worked_on_waits_for_that_answer(
    account: Deps, work: Work
) -> None:
    """Each `Line` stands for a process: they share nothing but the database."""
    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(line(work, PATIENT).text, account, heard(text_xml("甲"), "n1"))
        assert work.begun.wait(60)
        again = [
            threads.submit(line(work, PATIENT).text, account, heard(text_xml("甲"), f"n{number}"))
            for number in (2, 3)
        ]
        assert not any(one.done() for one in again)
        work.door.set()
        assert {one.result(60) for one in (first, *again)} == {"第1次 甲"}
    assert work.runs == 1


def test_slow_work_becomes_a_link_that_fetches_its_answer(account: Deps, work: Work) -> None:
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(line(work).text, account, heard(text_xml("甲"), "n1"))
        assert work.begun.wait(60)
        told = line(work).text(account, heard(text_xml("甲"), "n2"))
        assert f'<a href="{account.settings.site}">' in told
        asked = re.findall(r"msgmenuid=(turn:[0-9a-f]{64})", told)
        early = line(work).text(account, heard(text_xml("查看结果", msg_id=2, bizmsgmenuid=asked[0]), "n3"))
        assert asked[0] in early, "still going on: the same link again"
        work.door.set()
        first.result(60)
    late = heard(text_xml("查看结果", msg_id=3, bizmsgmenuid=asked[0]), "n4")
    assert line(work).text(account, late) == "第1次 甲"
    assert line(work).text(account, late) == "第1次 甲"
    assert line(work).text(account, heard(text_xml("甲"), "n5")) == "第1次 甲"
    assert work.runs == 1


def test_nobody_else_fetches_it(account: Deps, work: Work) -> None:
    work.door.set()
    line(work).text(account, heard(text_xml("甲"), "n1"))
    (kept,) = account.db[store.COLLECTION].find()
    stranger = text_xml("查看结果", msg_id=2, user="o-another", bizmsgmenuid=f"turn:{kept['_id']}")
    assert line(work).text(account, heard(stranger, "n2")) == texts.GONE
    nothing = text_xml("查看结果", msg_id=3, bizmsgmenuid="turn:x")
    assert line(work).text(account, heard(nothing, "n3")) == texts.GONE
    assert work.runs == 1


def test_a_fetched_answer_whose_process_died_is_to_be_asked_for_again(
    account: Deps, clock: Clock, work: Work
) -> None:
    turn_id = dead(account, "甲")
    clock.advance(seconds=5)
    asking = text_xml("查看结果", msg_id=2, bizmsgmenuid=f"turn:{turn_id}")
    assert line(work).text(account, heard(asking, "n2")) == texts.GONE
    assert work.runs == 0


def test_the_work_of_a_dead_process_is_taken_over_after_its_lease_by_one(
    account: Deps, clock: Clock, work: Work
) -> None:
    dead(account, "甲")
    work.door.set()
    assert texts.SEE in line(work).text(account, heard(text_xml("甲"), "n2"))
    clock.advance(seconds=4)
    with ThreadPoolExecutor(6) as threads:
        told = [
            threads.submit(line(work, PATIENT).text, account, heard(text_xml("甲"), f"n{number}"))
            for number in range(3, 9)
        ]
        assert {one.result(60) for one in told} == {"第1次 甲"}
    assert work.runs == 1


def test_a_living_process_keeps_its_lease_however_long_it_works(
    account: Deps, clock: Clock, work: Work
) -> None:
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(line(work).text, account, heard(text_xml("甲"), "n1"))
        assert work.begun.wait(60)
        clock.advance(seconds=3)
        until(lambda: kept(account)["leased_until"] > clock() + timedelta(seconds=3))
        clock.advance(seconds=3)
        assert texts.SEE in line(work).text(account, heard(text_xml("甲"), "n2"))
        work.door.set()
        assert first.result(60) == "第1次 甲"
    assert work.runs == 1


def test_whoever_lost_the_lease_says_what_the_other_said(account: Deps, clock: Clock) -> None:
    """A process that was frozen for longer than its lease: one message, one answer."""
    frozen, quick = Work(), Work()
    quick.door.set()
    never = replace(PATIENT, renews_every=60.0)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(line(frozen, never).text, account, heard(text_xml("甲"), "n1"))
        assert frozen.begun.wait(60)
        clock.advance(seconds=5)
        quick.runs = 6
        assert line(quick).text(account, heard(text_xml("甲"), "n2")) == "第7次 甲"
        frozen.door.set()
        assert first.result(60) == "第7次 甲"


def test_more_at_once_than_there_are_places_is_told_so_and_not_begun(account: Deps, work: Work) -> None:
    small = line(work, places=1)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(small.text, account, heard(text_xml("甲", msg_id=1), "n1"))
        assert work.begun.wait(60)
        assert small.text(account, heard(text_xml("乙", msg_id=2), "n2")) == texts.BUSY
        assert small.text(account, heard(text_xml("丙", msg_id=1), "n3")) == texts.BUSY
        assert texts.SEE in small.text(account, heard(text_xml("甲", msg_id=1), "n4")), "it has been begun"
        work.door.set()
        first.result(60)
    assert small.text(account, heard(text_xml("乙", msg_id=2), "n2")) == "第2次 乙"


def test_a_burst_waits_its_turn_and_is_answered(account: Deps) -> None:
    """A hundred people at once: nobody is sent away while those before them come off."""

    def quick(deps: Deps, incoming: Incoming) -> tuple[Outgoing, ...]:
        return (Outgoing(incoming.text),)

    small = line(quick, replace(QUICK, place=60.0, slow=60.0), places=2)
    with ThreadPoolExecutor(40) as threads:
        told = [
            threads.submit(
                small.text, account, heard(text_xml(f"第{n}位", msg_id=n, user=f"openid{n:03}"), f"n{n}")
            )
            for n in range(100)
        ]
        assert [one.result(60) for one in told] == [f"第{n}位" for n in range(100)]


def test_who_sends_a_lot_takes_nobody_elses_place(account: Deps, work: Work) -> None:
    small = line(work, places=6)
    with ThreadPoolExecutor(8) as threads:
        flood = [
            threads.submit(small.text, account, heard(text_xml(f"洪{n}", msg_id=n, user="flooding"), f"f{n}"))
            for n in range(8)
        ]
        until_done(flood, 3)
        other = threads.submit(small.text, account, heard(text_xml("乙", msg_id=99, user="another"), "n"))
        work.door.set()
        assert other.result(60).endswith("乙")
        assert [one.result(60) for one in flood].count(texts.BUSY) == 3


def until_done(told: list[Future[str]], count: int) -> None:
    while sum(one.done() for one in told) < count:
        threading.Event().wait(0.01)


def test_an_event_waits_and_is_answered_like_a_message(account: Deps, work: Work) -> None:
    with ThreadPoolExecutor(2) as threads:
        told = [
            threads.submit(line(work, PATIENT).text, account, heard(event_xml("CLICK", "report"), nonce))
            for nonce in ("n1", "n2")
        ]
        assert work.begun.wait(60)
        work.door.set()
        assert {one.result(60) for one in told} == {"第1次 report"}
    assert work.runs == 1


def test_two_messages_with_one_nonce_at_once_are_one(account: Deps, work: Work) -> None:
    work.door.set()

    def send(number: int) -> str:
        try:
            return line(work).text(account, heard(text_xml("甲", msg_id=number), "same"))
        except ServiceError as error:
            return error.reason

    with ThreadPoolExecutor(8) as threads:
        told = Counter(threads.map(send, range(8)))
    assert told == {"wechat.replayed": 7, "第1次 甲": 1}


def test_processes_answer_one_message_once(account: Deps, tmp_path: Path, mongodb_uri: str) -> None:
    """Two processes are handed the same twenty messages at once; everyone gets one answer to each, made once."""
    running = [started(account, mongodb_uri, tmp_path, name, "20") for name in ("a", "b")]
    told = [one.communicate(timeout=60) for one in running]
    assert [one.returncode for one in running] == [0, 0], told
    first, second = (out.split() for out, _ in told)
    assert len(first) == 20
    assert first == second
    assert {word.split(":")[0] for word in first} <= {"a", "b"}


def test_a_killed_process_is_followed_by_the_next_try(
    account: Deps, clock: Clock, tmp_path: Path, mongodb_uri: str
) -> None:
    killed = started(account, dying.named(account, mongodb_uri), tmp_path, "a", "1", "die")
    killed.communicate(timeout=60)
    assert killed.returncode == -9
    dying.end_sessions(account)
    assert kept(account)["sealed_reply"] is None
    clock.advance(seconds=4)
    followed = started(account, mongodb_uri, tmp_path, "b", "1")
    out, fault = followed.communicate(timeout=60)
    assert (followed.returncode, out.split()) == (0, ["b:0"]), fault


def started(deps: Deps, uri: str, folder: Path, name: str, *rest: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.backend.wechat.retry", uri, deps.db.name, str(folder)]
    return nursery.Popen(
        [*command, deps.now().isoformat(), name, *rest],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def dead(deps: Deps, content: str) -> str:
    """A message that a process began and did not end; its id."""

    class Killed(BaseException):
        pass

    def die(*_: Any) -> Any:
        raise Killed

    with pytest.raises(Killed):
        line(die).text(deps, heard(text_xml(content), "n1"))
    found = kept(deps)
    # The block's own end freed the lease, as a killed process could not.
    until_at = deps.now() + timedelta(seconds=4)
    deps.db[store.COLLECTION].update_one({"_id": found["_id"]}, {"$set": {"leased_until": until_at}})
    return str(found["_id"])


def kept(deps: Deps) -> Any:
    (found,) = deps.db[store.COLLECTION].find()
    return found


def until(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        threading.Event().wait(0.05)
    raise AssertionError("it never held")
