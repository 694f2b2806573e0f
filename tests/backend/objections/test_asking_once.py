"""What a move has read it does not read again before it writes there: each question is a way to the database and back."""

from collections import Counter
from dataclasses import replace

import pytest
from pymongo.monitoring import CommandStartedEvent

from schemas.terms import ObjectionState as State
from tests.backend.objections.town import Town
from tests.support.commands import Sent, watched

READS = {"find", "aggregate", "distinct", "count"}
OF_THE_DRIVER = {"lsid", "txnNumber", "$clusterTime", "startTransaction", "autocommit", "readConcern", "$db"}


class Questions(Sent):
    """Counts what is asked in the running transaction, of each collection since it was written to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[tuple[str, str]] = Counter()
        self.repeated: set[tuple[str, str]] = set()
        self.of_transactions = 0

    def started(self, event: CommandStartedEvent) -> None:
        super().started(event)
        about = self.about[-1][1]
        if event.command.get("startTransaction"):
            self.asked.clear()
        if "autocommit" not in event.command:
            return
        if event.command_name not in READS:
            self.asked = Counter({key: count for key, count in self.asked.items() if key[0] != about})
            return
        self.of_transactions += 1
        said = {name: value for name, value in event.command.items() if name not in OF_THE_DRIVER}
        question = (about, repr(said))
        self.asked[question] += 1
        if self.asked[question] > 1:
            self.repeated.add(question)


@pytest.mark.parametrize(
    ("state", "move"),
    [
        (None, "submit"),
        (State.MARKED, "compare"),
        (State.COMPARING, "request_supplement"),
        (State.COMPARING, "forward"),
        (State.COMPARING, "decide"),
        (State.COMPARING, "decide_erased"),
        (State.FORWARDED, "find_upheld"),
        (State.FORWARDED, "find_corrected"),
        (State.SUPPLEMENT_REQUESTED, "add_evidence"),
        (State.UPHELD, "dissent"),
        (State.MARKED, "withdraw"),
    ],
)
def test_no_question_is_asked_twice(town: Town, state: State | None, move: str) -> None:
    case = town.bring_to(state) if state else None
    record = town.record()
    asked = Questions()
    with watched(town.deps, asked) as (deps, _):
        heard = replace(town, deps=deps)
        assert heard.moves(case.id)[move]() if case else heard.submit(record)
    assert asked.of_transactions > 3
    assert not asked.repeated
