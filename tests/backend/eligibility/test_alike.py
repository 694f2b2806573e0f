"""What a merchant gets tells nothing but the verdict: not whose it is, and not by its length, its work or its time."""

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import Any

import pytest
from flask import Flask, g

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.eligibility import service
from backend.eligibility.model import Answer
from backend.web.evening import STEP_S, evened, until_step
from schemas import eligibility as wire
from schemas.terms import Severity, Verdict
from tests.backend.eligibility.counter import Counter
from tests.support import commands, world
from tests.support.commands import Sent
from tests.support.records import keep, make_record
from tests.support.web import ClientAs
from tests.support.world import Clock

URL = "/api/v1/merchant/checks"


def post(web_as: ClientAs, till: Actor, code: str, service_id: str) -> Any:
    answer = web_as(till).post(URL, json={"code": code, "service_id": service_id})
    assert answer.status_code == 200, answer.text
    return answer


def test_two_checks_of_one_person_have_no_field_in_common_but_the_verdict(
    counter: Counter, resident: Actor, web_as: ClientAs, clock: Clock
) -> None:
    """Two merchants, and one of them twice: three answers about the same person."""
    answers = []
    for till, lending in (
        (counter.till, counter.lending),
        (counter.other, counter.elsewhere),
        (counter.till, counter.lending),
    ):
        clock.advance(seconds=40)
        made = counter.passed(counter.still_verified(resident), lending)
        answers.append(post(web_as, till, made.code, lending.id))
    bodies = [answer.json for answer in answers]
    assert [set(body) for body in bodies] == [{"check_id", "verdict", "decided_at"}] * 3
    for name in ("check_id", "decided_at"):
        assert len({body[name] for body in bodies}) == 3
    assert {body["verdict"] for body in bodies} == {"eligible"}
    ids = [body["check_id"] for body in bodies]
    assert ids != sorted(ids) or ids[0][:6] != ids[1][:6], "numbers that grow with time tell an order"
    assert len({ident[:6] for ident in ids}) == len({ident[-6:] for ident in ids}) == 3


def test_nothing_that_is_kept_about_the_person_is_in_the_answer(
    counter: Counter, resident: Actor, web_as: ClientAs
) -> None:
    record = counter.mar(resident)
    answer = post(web_as, counter.till, counter.passed(resident).code, counter.lending.id)
    (kept,) = counter.deps.db["checks"].find()
    everything = f"{answer.text} {dict(answer.headers)}"
    secret = [resident.id, resident.subject_id, record.id, kept["pass_id"], kept["decision_id"]]
    assert [word for word in [*secret, "王小明", "fair", "general_recent"] if str(word) in everything] == []


def test_the_same_verdict_of_two_people_differs_as_much_as_that_of_one(
    counter: Counter, resident: Actor, clock: Clock
) -> None:
    """Whether two answers are of one person or of two cannot be told from them: the numbers are drawn, not made from anybody."""
    stranger = counter.resident("李四", "004")
    of_one = [counter.asked(counter.still_verified(resident)) for _ in range(2)]
    of_two = [of_one[0], counter.asked(stranger)]
    for pair in (of_one, of_two):
        assert pair[0].check_id != pair[1].check_id
        assert (pair[0].verdict, pair[0].decided_at) == (pair[1].verdict, pair[1].decided_at)


def test_both_answers_have_the_same_length_and_the_same_headers(
    counter: Counter, resident: Actor, web_as: ClientAs
) -> None:
    marred = counter.resident("李四", "004")
    counter.mar(marred)
    yes = post(web_as, counter.till, counter.passed(resident).code, counter.lending.id)
    no = post(web_as, counter.till, counter.passed(marred).code, counter.lending.id)
    assert (yes.json["verdict"], no.json["verdict"]) == ("eligible", "not_eligible")
    assert len(yes.data) == len(no.data)
    assert yes.headers["Content-Length"] == no.headers["Content-Length"]
    assert set(yes.headers.keys()) == set(no.headers.keys())


def test_an_answer_leaves_at_whole_steps_only(app: Flask) -> None:
    answer = Answer("c" * 22, Verdict.NOT_ELIGIBLE, world.START)
    for took in (0.001, 0.03, 0.0999, 0.1001, 0.25):
        slept: list[float] = []
        with app.test_request_context():
            g.started = 100.0
            evened(wire.CheckAnswer, answer, sleep=slept.append, clock=partial(float, 100.0 + took))
        left = (took + slept[0]) / STEP_S
        assert abs(left - round(left)) < 1e-6
        assert 0 < slept[0] <= STEP_S
    assert until_step(0.03) > until_step(0.07)


@pytest.fixture
def watched(counter: Counter) -> Iterator[tuple[Deps, Sent]]:
    with commands.watched(counter.deps) as (deps, sent):
        yield deps, sent


def test_both_verdicts_send_the_same_commands(counter: Counter, watched: tuple[Deps, Sent]) -> None:
    """A newcomer, somebody with records that say nothing, and people below the bar with one, with three and with 200 records."""
    deps, sent = watched
    people = [counter.resident(f"居民{place}", f"00{place}") for place in range(6)]
    counter.quiet(people[2])
    counter.mar(people[3])
    for year in (2024, 2025, 2026):
        counter.mar(people[4], catalogue_year=year)
    heavy(counter, people[5], 200)
    seen = []
    for person in people:  # the first fills what a process keeps
        code = counter.passed(person).code
        sent.about.clear()
        answer = service.check(deps, counter.till, code=code, service_id=counter.lending.id)
        seen.append((answer.verdict, list(sent.about)))
    verdicts = [verdict for verdict, _ in seen[1:]]
    assert verdicts == [Verdict.ELIGIBLE] * 2 + [Verdict.NOT_ELIGIBLE] * 3
    assert [commands for _, commands in seen[1:]] == [seen[1][1]] * 5
    assert len(seen[1][1]) > 8
    assert {about for _, about in seen[1][1]}.isdisjoint({"records", "grade_decisions"})


def test_every_refusal_of_a_code_sends_the_same_commands(
    counter: Counter, resident: Actor, watched: tuple[Deps, Sent]
) -> None:
    deps, sent = watched
    used, foreign = counter.passed(resident), counter.passed(resident, counter.elsewhere)
    counter.check(used)
    seen = []
    for code in (used.code, used.code, foreign.code, used.code[:3], "0000-0000"):
        sent.about.clear()
        with pytest.raises(Exception, match="code_not_usable"):
            service.check(deps, counter.till, code=code, service_id=counter.lending.id)
        seen.append(list(sent.about))
    assert [one for one in seen[1:] if one != seen[1]] == []


def alike(one: Sequence[float], other: Sequence[float], share: float, *, rounds: int = 4_000) -> bool:
    """Whether in more than that share of the ways to deal all values into two hands the medians lie as far apart as they do: a
    permutation test, of no more rounds than it takes to know."""
    chance = random.Random(6)
    found = abs(statistics.median(one) - statistics.median(other))
    values, size = [*one, *other], len(one)
    further = 0
    for _ in range(rounds):
        chance.shuffle(values)
        further += abs(statistics.median(values[:size]) - statistics.median(values[size:])) >= found
        if further > share * rounds:
            return True
    return False


def test_the_statistical_test_sees_a_difference_of_a_tenth() -> None:
    chance = random.Random(7)
    draw: Callable[[float], list[float]] = lambda scale: [scale * chance.gauss(10, 1) for _ in range(100)]  # noqa: E731 - a work by name
    assert not alike(draw(1.0), draw(1.1), 0.001)
    assert alike(draw(1.0), draw(1.0), 0.001)


def heavy(counter: Counter, person: Actor, many: int) -> None:
    """A record of many lines, each below the bar."""
    about = {"subject_id": person.subject_id, "severity": Severity.GENERAL, "ended_on": date(2026, 3, 1)}
    keep(counter.deps, *(make_record(doc_no=f"doc-{number}", **about) for number in range(many)))


@pytest.mark.parametrize("many", [1, 800])
def test_both_verdicts_take_the_same_time(counter: Counter, resident: Actor, clock: Clock, many: int) -> None:
    """Somebody without and somebody with a record of one line or of 800, taking turns at random, before the steps of the web edge
    even them out: the work alone. A pass that was checked is put back unused, for making one takes much longer than its check."""
    marred = counter.resident("李四", "004")
    heavy(counter, marred, many)
    passes, checks = counter.deps.db["passes"], counter.deps.db["checks"]
    clock.advance(minutes=2)
    made = {person: counter.passed(person) for person in (resident, marred)}
    unused = {person: passes.find_one({"subject_id": person.subject_id}) for person in made}
    chance, took = random.Random(8), dict[Verdict, list[float]]()
    for turn in range(160):
        for person in chance.sample([resident, marred], 2):
            began = time.perf_counter()
            verdict = counter.check(made[person]).verdict
            if turn > 20:
                took.setdefault(verdict, []).append(time.perf_counter() - began)
            passes.replace_one({"_id": unused[person]["_id"]}, unused[person])
            checks.delete_one({"pass_id": unused[person]["_id"]})
    yes, no = took[Verdict.ELIGIBLE], took[Verdict.NOT_ELIGIBLE]
    assert len(yes) == len(no) == 139
    assert alike(yes, no, 0.0005), (statistics.median(yes), statistics.median(no))
