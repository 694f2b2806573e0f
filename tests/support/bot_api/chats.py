"""Who speaks with the bot and where; what the bot may do there."""

from dataclasses import dataclass, field
from typing import Any

from tests.support.bot_api.refusals import Refused, bad, forbidden

PRESENT = ("member", "administrator")


@dataclass
class User:
    """A person with an account of Telegram; in a private chat the chat's id is the person's."""

    id: int
    first_name: str = "市民"
    language: str | None = "zh-hans"
    username: str | None = None

    @property
    def wire(self) -> dict[str, Any]:
        told = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        more = {"username": self.username, "language_code": self.language}
        return told | {name: value for name, value in more.items() if value}


@dataclass
class Chat:
    """`bot` is the bot's standing: `left` (never there or gone), `member`, `administrator`, `kicked` (blocked, in private)."""

    id: int
    type: str = "private"
    name: str = "市民"
    username: str | None = None
    bot: str = "left"
    known: bool = False
    keyboard: dict[str, Any] | None = None
    members: set[int] = field(default_factory=set)

    @property
    def wire(self) -> dict[str, Any]:
        named = {"first_name" if self.type == "private" else "title": self.name}
        return (
            {"id": self.id, "type": self.type}
            | named
            | ({"username": self.username} if self.username else {})
        )

    def refusal(self) -> Refused | None:
        """Why the bot may not write here."""
        if self.bot in PRESENT:
            return None
        if self.type != "private":
            left = "bot is not a member of the" if self.bot == "left" else "bot was kicked from the"
            return forbidden(f"{left} {self.type} chat")
        if self.bot == "kicked":
            return forbidden("bot was blocked by the user")
        return (
            forbidden("bot can't initiate conversation with a user") if self.known else bad("chat not found")
        )
