"""What every topic of the dialogue works with: who speaks, in which language, and how an answer is put together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from backend.chats.model import Binding, Speaker
from backend.common import errors as common_errors
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.dialogues import texts
from backend.dialogues.model import Button, Incoming, Outgoing
from schemas import days
from schemas.text import Language, Text

LONGEST_TITLE = 40
LONGEST_ANSWER = 600


@dataclass(frozen=True)
class Talk:
    """One message, who sent it, and the language it is answered in; `chosen` is the one that was chosen in this chat.

    `counts_as` gathers what the figures of the day take the message for, once its answer stands."""

    deps: Deps
    incoming: Incoming
    speaker: Speaker
    language: Language
    chosen: Language | None = None
    counts_as: list[str] = field(default_factory=list)

    @property
    def actor(self) -> Actor:
        return self.speaker.actor

    @property
    def binding(self) -> Binding:
        """The binding of the chat; raises 401 `auth.required` in one that is bound to nobody."""
        if self.speaker.binding is None:
            raise common_errors.not_signed_in()
        return self.speaker.binding

    def require_account(self) -> None:
        """Raise 401 `auth.required` in a chat that is bound to nobody."""
        _ = self.binding

    @property
    def bound(self) -> bool:
        return self.speaker.binding is not None

    def say(self, text: Text | tuple[str, str], **values: object) -> str:
        said = text[1] if self.language == "en" else text[0]
        return said.format(**values) if values else said

    def page(self, path: str) -> str:
        return f"{self.deps.settings.site}{path}"

    def tap(self, label: Text, value: str, **values: object) -> Button:
        return Button(self.say(label, **values), value=value)

    def open(self, label: Text | str, path: str) -> Button:
        return Button(label if isinstance(label, str) else self.say(label), url=self.page(path))


@dataclass(frozen=True)
class Answer:
    """What is said, and what the dialogue remembers: `awaits` is what the next words are taken for, `language` the one it goes
    on in; an answer that is not `kept` is worked out again when its message comes again. `forgets`: the
    chat is somebody else's or nobody's from here on, and nothing that was said before it is kept."""

    outgoing: tuple[Outgoing, ...]
    awaits: str | None = None
    language: Language | None = None
    kept: bool = True
    forgets: bool = False


def answer(
    talk: Talk,
    lines: str | Iterable[str],
    *rows: Sequence[Button],
    awaits: str | None = None,
    asks_location: bool = False,
    kept: bool = True,
) -> Answer:
    """One message with the way back to the menu under it."""
    text = lines if isinstance(lines, str) else "\n".join(lines)
    menu = (talk.tap(texts.GO_MENU, "menu"),)
    shown = tuple(tuple(row) for row in rows if row)
    return Answer((Outgoing(cut(text, LONGEST_ANSWER), (*shown, menu), asks_location),), awaits, kept=kept)


def menu(talk: Talk, *said: Text) -> Answer:
    """The menu under some sentences."""
    names = ["report", "objections", "nearby", "benefits", "deposit_free", "news", "notices"]
    names += ["unbind" if talk.bound else "bind", "kill_links", "help", "human", "language"]
    buttons = [talk.tap(texts.LABELS[name], name) for name in names]
    rows = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    return Answer((Outgoing("\n".join(talk.say(one) for one in said or (texts.MENU,)), rows),))


def cut(text: str, longest: int = LONGEST_TITLE) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def day(at: datetime) -> Text:
    """The day in Shanghai of an instant."""
    return days.day(shanghai_date(at))
