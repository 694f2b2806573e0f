"""What goes to the database: the commands that a client sends, in order."""

from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent


class Sent(CommandListener):
    """The commands that went to the server; `about` names the collection or the like of each."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.about: list[tuple[str, str]] = []

    def started(self, event: CommandStartedEvent) -> None:
        about = event.command.get(event.command_name)
        self.commands.append(event.command_name)
        self.about.append((event.command_name, about if isinstance(about, str) else ""))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Of no interest."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Of no interest."""
