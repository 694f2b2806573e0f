"""A resident with WeChat: what they write, tap and send goes through the real address, and the answer is read back."""

import re
from collections.abc import Sequence

from backend.common.coordinates import LngLat, converted
from backend.common.deps import Deps
from backend.dialogues.model import Button, Outgoing, Sort
from backend.wechat import texts
from backend.wechat.rules.reading import UNSHOWN
from schemas.terms import Crs, Way
from tests.backend.wechat.conftest import OPENID, Server, event_xml, message_xml, text_xml
from tests.support.conversations import CorePort, Doing

LINE = re.compile(r'^(\d+)\. <a href="([^"]*)">(.*)</a>$', re.MULTILINE)
TAP = re.compile(r"weixin://bizmsgmenu\?msgmenucontent=[^&]*&msgmenuid=(.*)")


class Resident:
    """Writes, taps and sends; every message has its number and gets its answer."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.count = 100
        self.shown = ""

    def writes(self, words: str, **more: str) -> str:
        self.count += 1
        return self._sent(text_xml(words, msg_id=self.count, **more))

    def taps(self, label: str) -> str:
        """The link of that label in the last answer, as the WeChat app sends it."""
        found = re.search(rf'msgmenucontent=([^&"]*)&msgmenuid=([^"]*)">{label}</a>', self.shown)
        assert found, self.shown
        return self.writes(found[1], bizmsgmenuid=found[2])

    def does(self, event: str, key: str = "") -> str:
        self.count += 1
        return self._sent(event_xml(event, key, created=1795262400 + self.count))

    def is_at(self, lng: float, lat: float) -> str:
        self.count += 1
        inside = (
            f"<Location_X>{lat}</Location_X><Location_Y>{lng}</Location_Y><Scale>15</Scale><Label>家</Label>"
        )
        return self._sent(message_xml("location", inside, msg_id=self.count))

    def sends(self, kind: str) -> str:
        self.count += 1
        return self._sent(message_xml(kind, "<MediaId>m</MediaId>", msg_id=self.count))

    def _sent(self, xml: str) -> str:
        answer = self.server.post_sealed(xml)
        self.shown = "" if answer.text == "success" else self.server.opened(answer)["Content"]
        return self.shown


class WeChatPort:
    """The account as one channel of a written conversation: real requests, and the text read back as its parts. What WeChat
    has no way to do (change a sent message, speak in a group) goes to the core."""

    way = Way.WECHAT

    def __init__(self, deps: Deps, resident: Resident) -> None:
        self.core = CorePort(deps, Way.WECHAT, Crs.GCJ02, user=OPENID)
        self.resident = resident

    def send(self, doing: Doing) -> Sequence[Outgoing]:
        if doing.sort is Sort.EDITED or not doing.private:
            return self.core.send(doing, f"core-{doing.text}")
        return read_back(self._sent(doing))

    def _sent(self, doing: Doing) -> str:
        if doing.place is not None:
            return self.resident.is_at(*converted(LngLat(*doing.place), Crs.WGS84, Crs.GCJ02))
        if doing.sort is Sort.BEGUN:
            return self.resident.does("subscribe", f"qrscene_{doing.text}" if doing.text else "")
        if doing.sort is Sort.GONE:
            return self.resident.does("unsubscribe")
        if doing.sort is Sort.OTHER:
            return self.resident.sends("voice") if doing.kind == "voice" else self.resident.writes(UNSHOWN)
        if doing.sort is Sort.BUTTON:
            return self.resident.writes("按钮", bizmsgmenuid=doing.text)
        return self.resident.writes(doing.text)


def read_back(content: str) -> Sequence[Outgoing]:
    """The parts of an answer; a label counts with and without its number."""
    if not content:
        return ()
    buttons = [
        Button(name, value=tap[1]) if (tap := TAP.fullmatch(address)) else Button(name, url=address)
        for number, address, label in LINE.findall(content)
        for name in (label, f"{number}. {label}")
    ]
    asks = f"\n{texts.LOCATION}" in content
    text = LINE.sub("", content).replace(texts.LOCATION, "").rstrip("\n")
    return (Outgoing(text, (tuple(buttons),), asks),)
