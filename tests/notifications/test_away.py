"""A sender while the database goes: what was sent is marked when it is back, and an outage is no fault of ours."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial

import pytest
from structlog.testing import CapturingLogger

from backend.common import mongo
from backend.common.deps import Deps
from backend.common.mongo import Document
from backend.deliveries import service as deliveries
from backend.gateways.carrying import Handover, Message, Verdict
from notifications import channel
from notifications.channel import ChannelLoop
from notifications.worker import queues_of
from schemas.notices import NoticeKind
from schemas.terms import Way
from tests.backend.deliveries.test_service import no_words, owe, states
from tests.support.faults import Fault
from tests.support.followers import WORKER, crowd
from tests.support.waiting import until

WAY = Way.APP_PUSH


class Taking:
    """Takes every message; `first` is done before it answers."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.first: Callable[[], object] = lambda: None

    def carry(self, to: str, message: Message) -> Handover:
        self.taken.append(message.id)
        self.first()
        return Handover(Verdict.TAKEN, receipt="1")

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def carrier() -> Taking:
    return Taking()


@pytest.fixture
def ours(deps: Deps, mongodb_uri: str, carrier: Taking) -> Iterator[Deps]:
    """A worker of its own name, with one message that waits. Its driver looks often after a server that said it was going; that
    one does not go, so nothing else would tell the driver before its next look."""
    with mongo.connect(f"{mongodb_uri}&appName={deps.db.name}&heartbeatFrequencyMS=500") as client:
        made = replace(
            deps,
            client=client,
            db=client[deps.db.name],
            transaction=partial(mongo.transaction, client),
            carriers={WAY: carrier},
        )
        crowd(deps, 1, WAY)
        owe(made, "p000000", NoticeKind.IDENTITY_BOUND)
        deliveries.plan(made, WORKER)
        yield made


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> CapturingLogger:
    log = CapturingLogger()
    monkeypatch.setattr(channel, "log", log)
    return log


def events(told: CapturingLogger) -> set[tuple[str, str]]:
    return {(call.method_name, call.args[0]) for call in told.calls}


@contextmanager
def sending(deps: Deps, queues: Callable[[Deps], Sequence[str]] = queues_of) -> Iterator[None]:
    stop = threading.Event()
    loop = ChannelLoop(deps, WAY, stop, queues_of=queues, words_of=no_words)
    thread = threading.Thread(target=loop.run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("code", [91, 189, 11600, 64])
def test_a_mark_that_a_server_took_and_lost_as_it_went_is_written_again(
    deps: Deps, ours: Deps, carrier: Taking, told: CapturingLogger, code: int
) -> None:
    """What a primary took and no majority had is rolled back when another one follows it: here by hand."""
    unsure = {"code": code, "errmsg": "going"}
    fault = Fault(deps.client, deps.db.name, failCommands=["update"], writeConcernError=unsure)
    claimed: list[Document] = []

    def go() -> None:
        claimed.extend(deps.db["deliveries"].find())
        fault.begin()

    carrier.first = go
    try:
        with sending(ours):
            until(lambda: "not_marked_yet" in repr(told.calls) or "send_failed" in repr(told.calls))
            assert [state for state, _ in states(deps).values()] == ["sent"]
            deps.db["deliveries"].replace_one({"_id": claimed[0]["_id"]}, claimed[0])
            fault.end()
            until(lambda: [state for state, _ in states(deps).values()] == ["sent"], within_s=60)
    finally:
        fault.end()
    assert ("warning", "worker.not_marked_yet") in events(told)
    assert "error" not in {method for method, _ in events(told)}
    assert len(carrier.taken) == 1


def test_a_sender_that_cannot_look_waits_and_calls_it_the_database(
    deps: Deps, ours: Deps, carrier: Taking, told: CapturingLogger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "LOOKED_EVERY_S", 0.0)
    fault = Fault(deps.client, deps.db.name, failCommands=["find"], closeConnection=True)

    def queues(of: Deps) -> list[str]:
        if threading.current_thread().name.startswith(WAY.value) and not fault.began:
            fault.begin()
        if fault.began:
            of.db["pushes"].find_one({"state": "running"})
        return queues_of(deps)

    try:
        with sending(ours, queues):
            until(lambda: fault.began and len(told.calls) > 0)
            with suppress(AssertionError):
                until(lambda: "send_failed" in repr(told.calls), within_s=1)
            assert carrier.taken == []
            fault.end()
            until(lambda: [state for state, _ in states(deps).values()] == ["sent"], within_s=60)
    finally:
        fault.end()
    assert {method for method, _ in events(told)} == {"warning", "info"}
    assert ("warning", "worker.database_away") in events(told)
    assert len(carrier.taken) == 1
