"""What goes to the database: the commands that a client sends, in order."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from pymongo import MongoClient
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from backend.common import mongo
from backend.common.deps import Deps
from backend.common.mongo import Document


class Sent(CommandListener):
    """The commands that went to the server; `about` names the collection or the like of each."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.about: list[tuple[str, str]] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name == "endSessions":  # a client that goes says so, whatever it was asked to do
            return
        about = event.command.get(event.command_name)
        self.commands.append(event.command_name)
        self.about.append((event.command_name, about if isinstance(about, str) else ""))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Of no interest."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Of no interest."""


@contextmanager
def watched(deps: Deps, sent: Sent | None = None) -> Iterator[tuple[Deps, Sent]]:
    """The same parts over a client of their own, and what that one sends."""
    sent = sent or Sent()
    uri = str(deps.settings.mongodb_uri)
    with MongoClient[Document](uri, tz_aware=True, event_listeners=[sent]) as client:
        own = replace(
            deps,
            client=client,
            db=client[deps.settings.mongodb_database],
            transaction=partial(mongo.transaction, client),
        )
        yield own, sent
