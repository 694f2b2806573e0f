"""What a use case refused, and what became of several callers at the same moment."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from backend.common.errors import ServiceError


def refused(reason: str, verb: Callable[..., object], /, *args: Any, **inputs: Any) -> ServiceError:
    """The refusal that the use case gives; the test fails when it gives another or none."""
    with pytest.raises(ServiceError) as caught:
        verb(*args, **inputs)
    assert caught.value.reason == reason
    return caught.value


def at_once(work: Callable[[], Any], times: int) -> list[Any]:
    """Run `work` in as many threads at the same moment; what each returned, or the refusal it met."""
    start, ended = threading.Barrier(times), []

    def run() -> None:
        start.wait()
        try:
            ended.append(work())
        except ServiceError as error:
            ended.append(error)

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended
