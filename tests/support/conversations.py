"""Written conversations: read from files, played through the core or through a channel's adapter, and compared.

A turn says what the person does (one of `DOINGS`) and what comes back: `hears` (parts of the texts), `hears_not`, `offers`
(labels of buttons). A channel takes part by a `Port`, which carries what was done and returns what the person then sees.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import yaml

from backend.benefits.model import Tier
from backend.chats import service as chats
from backend.common.actor import Actor
from backend.common.coordinates import LngLat, converted
from backend.common.deps import Deps
from backend.dialogues import service as dialogues
from backend.dialogues.model import Incoming, Outgoing, Sort
from backend.places import service as places
from schemas.terms import Crs, GradeValue, NewsCategory, ObjectionState, Way
from tests.backend.benefits.fair import Fair
from tests.backend.eligibility.counter import make_counter
from tests.backend.news.press import Press
from tests.backend.objections.town import Town, make_town
from tests.backend.places.conftest import LISTED, SHOP, STEWARD
from tests.support.world import Clock

FOLDER = Path(__file__).parents[1] / "data" / "conversations"
DOINGS = (
    "say",
    "tap",
    "place",
    "sends",
    "edits",
    "begins",
    "blocks",
    "binds",
    "waits",
    "shares",
    "in_group",
    "unbinds_in_app",
)
SECRETS = ("王小明", "19610804", "二号线", "no_ticket", "优秀", "良好", "excellent")
"""Names, numbers, words of records and grades that nobody may ever read in a chat."""


@dataclass(frozen=True)
class Doing:
    """What a person does, as a channel carries it: the sort and its words, or a place in WGS-84."""

    sort: Sort
    text: str = ""
    place: tuple[float, float] | None = None
    private: bool = True
    kind: str = ""


class Port(Protocol):
    """One channel of one person. `pressed`: the value of a button is carried as the channel carries taps."""

    way: Way

    def send(self, doing: Doing) -> Sequence[Outgoing]:
        """What the person sees as the answer."""


@dataclass
class CorePort:
    """The core without any channel."""

    deps: Deps
    way: Way = Way.TELEGRAM
    crs: Crs = Crs.WGS84
    user: str = "7"
    language: Any = "zh"
    number: int = 0

    def send(self, doing: Doing, message_id: str | None = None) -> tuple[Outgoing, ...]:
        self.number += 1
        return dialogues.handle(self.deps, self.incoming(doing, message_id or str(self.number)))

    def incoming(self, doing: Doing, message_id: str) -> Incoming:
        made = Incoming(
            self.way,
            self.user,
            message_id,
            doing.sort,
            doing.text,
            language=self.language,
            private=doing.private,
        )
        if doing.place is None:
            return made
        position = converted(LngLat(*doing.place), Crs.WGS84, self.crs)
        return replace(made, lng=position.lng, lat=position.lat, crs=self.crs)


@dataclass
class Stage:
    """The city in which conversations take place; every `given` of a file is a method here."""

    deps: Deps
    clock: Clock
    town: Town
    port: Port
    last: Sequence[Outgoing] = ()
    link: str = ""

    @property
    def resident(self) -> Actor:
        return self.town.resident

    def objections(self) -> None:
        self.town.bring_to(ObjectionState.FORWARDED)
        self.town.bring_to(ObjectionState.CLOSED)

    def benefits(self) -> None:
        fair = Fair(self.deps, self.resident)
        fair.start(tiers=(Tier(None, 500),))
        fair.start(title_zh="守信出行券", title_en="Travel voucher", tiers=(Tier(GradeValue.GOOD, 500),))

    def shops(self) -> None:
        places.create(self.deps, STEWARD, given=SHOP, listed=LISTED)
        lng, lat = SHOP.position
        far = replace(SHOP, name="申邻超市（外滩店）", address="中山东一路1号", lng=lng + 0.016, lat=lat)
        places.create(self.deps, STEWARD, given=far, listed=LISTED)

    def news(self) -> None:
        press = Press(self.deps)
        press.published(category=NewsCategory.POLICY, title="上海市社会信用条例解读")
        press.published(category=NewsCategory.KNOWLEDGE, title="信用修复怎么办")

    def services(self) -> None:
        make_counter(self.deps)

    def bound(self) -> None:
        self.do({"binds": True})

    def nameless(self) -> None:
        """The account has no person behind it."""
        self.deps.db["accounts"].update_one({"_id": self.resident.id}, {"$set": {"subject_id": None}})

    def do(self, turn: dict[str, Any]) -> Sequence[Outgoing]:
        (name,) = [each for each in turn if each in DOINGS]
        doing = getattr(self, f"_{name}")(turn[name])
        if doing is not None:
            self.last = self.port.send(doing)
        for said in self.last:
            for button in (one for row in said.buttons for one in row):
                if button.url and "/r/" in button.url:
                    self.link = button.url
        return self.last

    def _say(self, text: str) -> Doing:
        return Doing(Sort.TEXT, text * 50_000 if text == "长" else text)

    def _tap(self, label: str) -> Doing:
        buttons = [one for said in self.last for row in said.buttons for one in row]
        values = [one.value for one in buttons if one.label == label and one.value]
        assert values, f"no button {label!r} among {[one.label for one in buttons]}"
        return Doing(Sort.BUTTON, values[0])

    def _place(self, place: list[float]) -> Doing:
        return Doing(Sort.LOCATION, place=(place[0], place[1]))

    def _sends(self, kind: str) -> Doing:
        return Doing(Sort.OTHER, kind=kind)

    def _edits(self, text: str) -> Doing:
        return Doing(Sort.EDITED, text)

    def _begins(self, payload: str) -> Doing:
        return Doing(Sort.BEGUN, self._code() if payload == "CODE" else payload)

    def _blocks(self, _: bool) -> Doing:
        return Doing(Sort.GONE)

    def _binds(self, how: Any) -> Doing:
        code = self._code()
        return Doing(Sort.TEXT, f"绑定 {code}" if how is True else str(how).replace("CODE", code))

    def _waits(self, minutes: int) -> None:
        self.clock.advance(minutes=minutes)

    def _shares(self, _: bool) -> Doing:
        return Doing(Sort.TEXT, f"看看这个 {self.link}")

    def _in_group(self, text: str) -> Doing:
        return Doing(Sort.TEXT, text, private=False)

    def _unbinds_in_app(self, _: bool) -> None:
        chats.unbind_all(self.deps, self.resident)

    def _code(self) -> str:
        return chats.make_code(self.deps, self.resident, channel=self.port.way).code


@dataclass(frozen=True)
class Conversation:
    name: str
    about: str
    given: Sequence[str] = ()
    turns: Sequence[dict[str, Any]] = field(default_factory=list)

    def play(self, deps: Deps, clock: Clock, port: Port) -> list[list[str]]:
        """Act it out, check every turn, and return the texts of each answer."""
        stage = Stage(deps, clock, make_town(deps), port)
        for name in self.given:
            getattr(stage, name)()
        heard = []
        for number, turn in enumerate(self.turns, 1):
            answer = stage.do(turn)
            if "waits" not in turn and "unbinds_in_app" not in turn:
                check(turn, answer, f"{self.name}, turn {number}")
                heard.append([said.text for said in answer])
        return heard


def check(turn: dict[str, Any], answer: Sequence[Outgoing], where: str) -> None:
    text = "\n".join(said.text for said in answer)
    labels = [one.label for said in answer for row in said.buttons for one in row]
    for part in turn.get("hears", []):
        assert part in text, f"{where}: {part!r} is not in {text!r}"
    for part in (*turn.get("hears_not", []), *SECRETS):
        assert part not in text, f"{where}: {part!r} is in {text!r}"
    for label in turn.get("offers", []):
        assert label in labels, f"{where}: {label!r} is not among {labels}"
    if turn.get("silence"):
        assert not answer, where
    if "asks_location" in turn:
        assert any(said.asks_location for said in answer), where


def every() -> list[Conversation]:
    files = sorted(FOLDER.glob("*.yaml"))
    return [Conversation(path.stem, **yaml.safe_load(path.read_text(encoding="utf-8"))) for path in files]
