"""A message of the chat beside the raw driver that sends the same commands, and a report link beside a message, in the same run.

    python -m bench chat [--chats 60] [--rounds 5] [--threads 4]

Each chat is bound to an account of its own and says 人工 (an answer that asks nothing else) and 报告 (a link, which ends the one
before) once a round; raw sends the commands of that 人工 again, as they were recorded at the wire: no sealing, no table of
phrases, no words. All take turns. `milliseconds` is what one person waits, by one thread. Aim: at least half of raw.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from statistics import median
from typing import Any

from pymongo import monitoring

from backend import bootstrap
from backend.accounts.model import Account
from backend.chats import service as chats
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.documents import to_document
from backend.dialogues import service as dialogues
from backend.dialogues.model import Incoming, Sort
from backend.registry import service as registry
from backend.registry.model import Particulars
from bench import support
from bench.support import database
from schemas.terms import Channel, Level, Role, SubjectKind, Way
from tests.support.people import number_of

OF_THE_SESSION = ("lsid", "$clusterTime", "$db", "txnNumber", "$readPreference")
COUNTED = frozenset({"find", "findAndModify", "update", "insert", "delete", "aggregate", "commitTransaction"})
Work = Callable[[], object]


class Wire(monitoring.CommandListener):
    """The commands that go to the server while it listens."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] | None = None

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if self.heard is not None and event.command_name in COUNTED:
            self.heard.append(dict(event.command))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None: ...

    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...

    def of(self, work: Work) -> list[dict[str, Any]]:
        self.heard = []
        work()
        heard, self.heard = self.heard, None
        return heard


def main() -> None:
    options = _options()
    wire = Wire()
    monitoring.register(wire)
    with database() as deps:
        bootstrap.ensure_indexes(deps)
        talk = Talk(deps)
        users = [_bound(deps, place) for place in range(options.chats)]
        again = [_again(deps, wire.of(talk.says(user, "人工"))) for user in users]
        ways: dict[str, Callable[[], Sequence[Work]]] = {
            "message": lambda: [talk.says(user, "人工") for user in users],
            "raw": lambda: again,
            "report_link": lambda: [talk.says(user, "报告") for user in users],
        }
        commands = {"message": len(wire.of(talk.says(users[0], "人工")))}
        commands["report_link"] = len(wire.of(talk.says(users[0], "报告")))
        alone = _in_turns(ways, 1, options.rounds)
        beside = _in_turns(ways, options.threads, options.rounds)
    told = {
        "milliseconds": {name: round(1000 / rate, 2) for name, rate in alone.items()},
        "per_second": {name: round(rate, 1) for name, rate in beside.items()},
        "share_of_raw": {
            "1": round(alone["message"] / alone["raw"], 2),
            str(options.threads): round(beside["message"] / beside["raw"], 2),
        },
        "commands": commands,
    }
    print(json.dumps(told))


class Talk:
    """What people say, each message with a number of its own, fewer a minute than would be too many."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._number = 0

    def says(self, user: str, text: str) -> Work:
        self._number += 1
        sent = Incoming(Way.TELEGRAM, user, str(self._number), Sort.TEXT, text, language="zh")

        def work() -> None:
            (said,) = dialogues.handle(self._deps, sent)
            if not ("12345" in said.text or any(one.url for row in said.buttons for one in row)):
                raise SystemExit(f"not an answer to {text}: {said.text}")

        return work


def _bound(deps: Deps, place: int) -> str:
    born = date(1950, 1, 1) + timedelta(days=place)
    number = number_of(born.strftime("%Y%m%d"), "001")
    subject = registry.register(
        deps, Particulars(SubjectKind.PERSON, f"居民{place}", number, None, None, "bench", 1)
    )
    assert subject is not None
    name, user = f"a-{place:04}", str(70_000 + place)
    deps.db["accounts"].insert_one(to_document(Account(name, None, subject.id, "zh", deps.now())))
    actor = Actor(name, Role.CITIZEN, Channel.API, "s", subject.id, level=Level.REAL_NAME)
    code = chats.make_code(deps, actor, channel=Way.TELEGRAM).code
    speaker = chats.speaker(deps, channel=Way.TELEGRAM, user=user)
    chats.redeem(deps, speaker, channel=Way.TELEGRAM, user=user, code=code)
    return user


def _again(deps: Deps, heard: Sequence[dict[str, Any]]) -> Work:
    """The same commands once more, without what belongs to the session they came with."""
    bare = [{name: value for name, value in one.items() if name not in OF_THE_SESSION} for one in heard]

    def work() -> None:
        for one in bare:
            deps.db.command(one)

    return work


def _in_turns(ways: dict[str, Callable[[], Sequence[Work]]], threads: int, rounds: int) -> dict[str, float]:
    found: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, works in ways.items():
            rate = support.rate(threads, works())
            if turn:  # the first warms all up
                found[name].append(rate)
    return {name: median(rates) for name, rates in found.items()}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--chats", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=4)
    return parser.parse_args()


if __name__ == "__main__":
    main()
