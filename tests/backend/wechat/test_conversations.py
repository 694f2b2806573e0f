"""A resident talks to the account: the real dialogue behind the real address, and WeChat's side by wechatpy."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.chats import service as chats
from backend.common.coordinates import LngLat, converted
from backend.common.deps import Deps
from backend.deliveries import service as deliveries
from backend.dialogues import service as dialogues
from backend.dialogues.model import Button, Outgoing, Sort
from backend.gateways.carrying import Handover, Verdict
from backend.recipients import service as recipients
from backend.wechat import service, texts
from backend.wechat.rules.reading import UNSHOWN
from backend.wechat.store import COLLECTION
from schemas.terms import Crs, Way
from tests.backend.deliveries.test_service import Silent, owe, take
from tests.backend.places.conftest import SQUARE, put
from tests.backend.wechat.conftest import OPENID, Server, event_xml, message_xml, text_xml
from tests.support.conversations import Conversation, CorePort, Doing, every
from tests.support.followers import WORKER, bound
from tests.support.people import signed_in
from tests.support.web import Standing, loud
from tests.support.world import Clock, empty

__all__ = ["put"]


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


@pytest.fixture
def resident(account: Deps, clock: Clock, standing: Standing) -> Iterator[Resident]:
    with loud(standing.app(account)) as app:
        yield Resident(Server(app.test_client(), clock))


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


LINE = re.compile(r'^(\d+)\. <a href="([^"]*)">(.*)</a>$', re.MULTILINE)
TAP = re.compile(r"weixin://bizmsgmenu\?msgmenucontent=[^&]*&msgmenuid=(.*)")


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


@pytest.mark.parametrize("conversation", every(), ids=lambda one: one.name)
def test_a_written_conversation_reads_here_as_it_does_in_the_core(
    resident: Resident, account: Deps, clock: Clock, conversation: Conversation
) -> None:
    began = clock()
    here = conversation.play(account, clock, WeChatPort(account, resident))
    empty(account)
    clock.set(began)
    core = conversation.play(account, clock, CorePort(account, Way.WECHAT, Crs.GCJ02, user=OPENID))
    assert here == [["\n\n".join(said)] if said else [] for said in core]


def test_everything_in_one_or_two_taps(resident: Resident) -> None:
    assert "信用上海" in resident.does("subscribe")
    assert "12345" in resident.taps("人工（12345）")
    resident.writes("菜单")
    menu = resident.shown
    number = re.findall(r"(\d+)\. <a [^>]*msgmenuid=human\"", menu)
    assert "12345" in resident.writes(number[0])
    assert "12345" in resident.does("CLICK", "human")


def test_a_qr_code_with_a_binding_code_binds_and_nothing_personal_is_said(
    resident: Resident, account: Deps
) -> None:
    actor = signed_in(account)
    code = chats.make_code(account, actor, channel=Way.WECHAT)
    assert "绑定" in resident.does("subscribe", f"qrscene_{code.code}")
    assert [one.channel for one in chats.mine(account, actor)] == [Way.WECHAT]
    assert recipients.address_of(account, recipients.reachable(account, [actor.id])[actor.id][0]) == OPENID
    used = resident.does("SCAN", code.code)
    assert "绑定成功" not in used, "a code is used once"


def test_whoever_stops_following_is_not_reached_until_they_are_back(
    resident: Resident, account: Deps
) -> None:
    actor = signed_in(account)
    recipients.bind(account, account_id=actor.id, way=Way.WECHAT, address=OPENID)
    assert resident.does("unsubscribe") == ""
    assert recipients.reachable(account, [actor.id]) == {}
    resident.does("subscribe")
    assert [one.way for one in recipients.reachable(account, [actor.id])[actor.id]] == [Way.WECHAT]


def test_shops_are_found_from_a_position_on_tencents_map_and_the_answer_is_not_kept(
    resident: Resident, account: Deps, put: object
) -> None:
    put(name="申邻便利（人民广场店）")  # type: ignore[operator]  # the fixture of places
    here = converted(LngLat(*SQUARE), Crs.WGS84, Crs.GCJ02)
    told = resident.is_at(*here)
    assert "申邻便利（人民广场店）" in told
    assert "10 米" in told, "with the shift unheeded it would be some 500"
    assert "1. 1." not in told
    assert [one["sealed_reply"] for one in account.db[COLLECTION].find()] == [None]


ANY_WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=80).filter(
    lambda words: not set(words) & {"\ufffe", "\uffff"} and "]]>" not in words
)


@settings(settings.get_profile("over fixtures"), max_examples=60)
@given(ANY_WORDS, st.sampled_from(["say", "tap", "menu", "scan", "follow", "leave"]))
def test_nothing_that_a_person_does_goes_wrong(
    resident: Resident, clock: Clock, words: str, doing: str
) -> None:
    clock.advance(minutes=1)
    keyed = {"menu": "CLICK", "scan": "SCAN", "follow": "subscribe", "leave": "unsubscribe"}
    if doing in keyed:
        told = resident.does(keyed[doing], words)
    elif doing == "tap":
        told = resident.writes("点", bizmsgmenuid=escape(words[:40]))
    else:
        told = resident.writes(words)
    assert bool(told) is (doing != "leave")
    assert texts.FAILED not in told


@pytest.mark.parametrize("kind", ["image", "voice", "video", "shortvideo", "link", "file"])
def test_what_has_no_words_is_answered_kindly(resident: Resident, kind: str) -> None:
    told = resident.sends(kind)
    assert "请用文字说明" in told
    assert "msgmenuid=report" in told


def test_a_hundred_kilobytes_and_rare_characters_get_an_answer(resident: Resident) -> None:
    for words in ("x" * 100_000, "𠮷野家😀\u202e", "]]&gt;<a href='x'>", "1" * 5_000):
        assert resident.writes(words.replace("<", "&lt;") if "]]" in words else words)


def test_whoever_is_not_bound_sees_nothing_of_anybody(resident: Resident) -> None:
    for words in ("报告", "异议", "停用链接"):
        assert "绑定" in resident.writes(words)


@pytest.mark.parametrize(
    ("status", "state", "reached"),
    [
        ("success", "delivered", True),
        ("failed:user block", "failed", False),
        ("failed: system failed", "failed", True),
    ],
)
@pytest.mark.parametrize("marked", ["before", "after"])
def test_what_wechat_tells_of_a_template_message_is_noted(
    resident: Resident, account: Deps, status: str, state: str, reached: bool, marked: str
) -> None:
    """Also when it comes before the worker has marked the message as sent."""
    set_up = replace(account, carriers={Way.WECHAT: Silent()})
    actor = bound(set_up, "anna")
    recipients.bind(set_up, account_id=actor.id, way=Way.WECHAT, address=OPENID)
    owe(set_up, actor.id)
    deliveries.plan(set_up, WORKER)
    parcel, taken = take(set_up, Way.WECHAT)[0], Handover(Verdict.TAKEN, receipt="200163836")
    if marked == "before":
        deliveries.settle(set_up, parcel, taken)
    report = f"<MsgID>200163836</MsgID><Status><![CDATA[{status}]]></Status>"
    for _ in range(2):
        answer = resident.server.post_sealed(event_xml("TEMPLATESENDJOBFINISH", "", report))
        assert answer.text == "success"
    if marked == "after":
        deliveries.settle(set_up, parcel, taken)
    assert [one["state"] for one in account.db["deliveries"].find()] == [state]
    assert (actor.id in recipients.reachable(account, [actor.id])) is reached


@pytest.mark.parametrize("number", ["", "abc", "9" * 33, "1 2", "$ne"])
def test_a_report_on_what_is_no_message_leaves_nothing(
    resident: Resident, account: Deps, number: str
) -> None:
    report = f"<MsgID>{number}</MsgID><Status><![CDATA[success]]></Status>"
    answer = resident.server.post_sealed(event_xml("TEMPLATESENDJOBFINISH", "", report))
    assert answer.text == "success"
    assert account.db["delivery_verdicts"].count_documents({}) == 0


def test_every_command_of_the_dialogue_is_in_the_menu_once_and_is_understood(resident: Resident) -> None:
    entries = service.menu()["button"]
    below = [one for entry in entries for one in entry["sub_button"]]
    assert sorted(one["key"] for one in below) == sorted(one.value for one in dialogues.commands())
    assert len(entries) <= 3
    assert all(1 <= len(entry["sub_button"]) <= 5 for entry in entries)
    assert all(len(entry["name"].encode()) <= 16 for entry in entries)
    assert all(len(one["name"].encode()) <= 60 for one in below)
    for one in below:
        assert "已失效" not in resident.does("CLICK", one["key"])
