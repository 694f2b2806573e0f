"""A process that is told to end does, whichever of its threads the system gives the signal to."""

import signal
import time
from contextlib import ExitStack

import pytest

from tests.support.processes import Process

WAITING = "tests.support.waits_for_the_end"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_process_ends_when_it_is_told_to(number: signal.Signals) -> None:
    with Process(WAITING, env={}) as process:
        process.wait_for_event("waiting")
        process.popen.send_signal(number)
        assert process.wait() == 0


def test_a_process_that_was_frozen_ends_when_it_is_told_to() -> None:
    """With a handler that sets an event, four of ten such processes stayed for ever."""
    with ExitStack() as stack:
        frozen = [stack.enter_context(Process(WAITING, env={})) for _ in range(10)]
        for process in frozen:
            process.wait_for_event("waiting")
            process.popen.send_signal(signal.SIGSTOP)
        time.sleep(0.1)
        for process in frozen:
            process.popen.send_signal(signal.SIGCONT)
            process.popen.send_signal(signal.SIGTERM)
        assert [process.wait() for process in frozen] == [0] * 10
