"""Tills in processes of their own: one code has one answer, and a till that dies leaves all of a check or nothing."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.merchants.service import guessing
from tests.backend.eligibility.counter import Counter
from tests.backend.eligibility.till import POINTS
from tests.support import dying, nursery
from tests.support.processes import ROOT
from tests.support.refusals import refused


@contextmanager
def till(
    counter: Counter, code: str, *, point: str = "never", key: str = ""
) -> Iterator[subprocess.Popen[str]]:
    settings = counter.deps.settings
    told = [
        dying.named(counter.deps, str(settings.mongodb_uri)),
        settings.mongodb_database,
        str(settings.data_dir),
    ]
    told += [counter.deps.now().isoformat(), counter.till.id, counter.lending.id, code, point, key]
    command = [sys.executable, "-m", "tests.backend.eligibility.till", *told]
    with nursery.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line == "ready\n", process.stderr and process.stderr.read()


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def told(process: subprocess.Popen[str]) -> Any:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return json.loads(out)


def whole(counter: Counter) -> dict[str, int]:
    """How much of a check there is."""
    db = counter.deps.db
    return {
        "checks": db["checks"].count_documents({}),
        "used": db["passes"].count_documents({"state": "used"}),
        "lines": db["audit_log"].count_documents({"action": "eligibility.check"}),
        "taken over": 1 - db["passes"].count_documents({"judged.check_id": {"$type": "string"}}),
        "counted": sum(one["counts"].get("checks", 0) for one in db["merchant_figures"].find()),
    }


@pytest.mark.slow
def test_one_code_at_three_tills_at_once_has_one_answer(counter: Counter, resident: Actor) -> None:
    code = counter.passed(resident).code
    with till(counter, code) as one, till(counter, code) as two, till(counter, code) as three:
        tills = (one, two, three)
        for each in tills:
            ready(each)
        for each in tills:
            go(each)
        ended = [told(each) for each in tills]
    assert sorted("verdict" in one for one in ended) == [False, False, True]
    assert [one["reason"] for one in ended if "reason" in one] == ["eligibility.code_not_usable"] * 2
    assert set(whole(counter).values()) == {1}
    assert list(audit.verify_log(counter.deps)) == []


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_a_till_process_that_dies_leaves_a_whole_check_or_nothing(
    counter: Counter, resident: Actor, point: str
) -> None:
    code = counter.passed(resident).code
    with till(counter, code, point=point, key="k1") as process:
        ready(process)
        go(process)
        process.wait(60)
        assert process.returncode == -signal.SIGKILL
    # The server rolls back the transaction of a dead process when it next needs its documents, or after a minute.
    dying.end_sessions(counter.deps)
    left = whole(counter)
    assert set(left.values()) == {1 if point == "committed" else 0}
    with till(counter, code, key="k1") as again:
        ready(again)
        go(again)
        assert told(again)["verdict"] == "eligible"
    assert set(whole(counter).values()) == {1}
    assert list(audit.verify_log(counter.deps)) == []


@pytest.mark.slow
def test_one_order_number_at_two_tills_at_once_is_one_order(counter: Counter, resident: Actor) -> None:
    check_id = counter.asked(resident).check_id
    with (
        till(counter, check_id, point="order", key="n1") as one,
        till(counter, check_id, point="order", key="n1") as two,
    ):
        for each in (one, two):
            ready(each)
        for each in (one, two):
            go(each)
        ended = [told(each) for each in (one, two)]
    assert ended[0] == ended[1]
    assert counter.deps.db["orders"].count_documents({}) == 1
    assert sum(one["counts"].get("orders", 0) for one in counter.deps.db["merchant_figures"].find()) == 1


@pytest.mark.slow
def test_of_many_guesses_at_once_from_several_processes_no_more_than_the_limit_are_looked_up(
    counter: Counter, resident: Actor
) -> None:
    code = counter.passed(resident).code
    most = guessing.WRONG_OF_MERCHANT.count
    with till(counter, "", point="guess", key="40") as one, till(counter, "", point="guess", key="40") as two:
        for each in (one, two):
            ready(each)
        for each in (one, two):
            go(each)
        ended = [reason for each in (one, two) for reason in told(each)]
    assert len(ended) == 80
    assert ended.count("eligibility.code_not_usable") <= most
    assert set(ended) == {"eligibility.code_not_usable", "eligibility.too_many_wrong_codes"}
    refused("eligibility.too_many_wrong_codes", counter.check, code)
