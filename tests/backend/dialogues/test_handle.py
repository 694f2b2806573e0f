"""What no message may do to the dialogue, and what it never says."""

import threading
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.chats.service.speaking import chat_of, dialogue_id
from backend.common.deps import Deps
from backend.dialogues import service
from backend.dialogues.model import Incoming, Outgoing, Sort
from backend.dialogues.service import answering
from schemas.terms import Crs, Way
from tests.backend.dialogues.conftest import bound, press, say
from tests.backend.objections.town import Town
from tests.support.conversations import SECRETS, CorePort, Doing
from tests.support.people import together
from tests.support.plans import scans

VALUES = [*answering.TOPICS, *answering.ABOUT]
VALUES += ["kill:", "claim:x", "switch:on:push", "switch:maybe:x", "news:x", "🧧"]
WORDS = [
    "报告",
    "绑定",
    "解绑",
    "附近",
    "1",
    "9",
    "/start",
    "/r/0123456789abcdefghjkmn",
    "停用链接",
    "\0",
    "\ud800",
    "english",
]
NUMBERS = st.one_of(st.none(), st.floats(), st.sampled_from([121.47, 31.23, 1e308]))
INCOMING = st.builds(
    Incoming,
    channel=st.sampled_from([Way.TELEGRAM, Way.WECHAT]),
    user=st.sampled_from(["7", "8", ""]),
    message_id=st.one_of(st.integers(1, 40).map(str), st.text(max_size=80)),
    sort=st.sampled_from(list(Sort)),
    text=st.one_of(
        st.sampled_from(VALUES + WORDS),
        st.text(max_size=300),
        st.text(min_size=1, max_size=3).map(lambda t: t * 20_000),
    ),
    lng=NUMBERS,
    lat=NUMBERS,
    crs=st.one_of(st.none(), st.sampled_from(list(Crs))),
    language=st.sampled_from([None, "zh", "en"]),
    private=st.sampled_from([True, True, True, False]),
)


@settings(settings.get_profile("over fixtures"), max_examples=150)
@given(sent=INCOMING)
def test_no_message_raises_or_is_answered_out_of_bounds(town: Town, sent: Incoming) -> None:
    if town.deps.db["chat_bindings"].count_documents({}) == 0:
        bound(CorePort(town.deps), town, town.resident)
    in_bounds(service.handle(town.deps, sent))


def in_bounds(said: tuple[Outgoing, ...]) -> None:
    buttons = [one for each in said for row in each.buttons for one in row]
    assert sum(len(each.text) for each in said) <= 600
    assert len(buttons) <= 12
    for one in buttons:
        assert (one.value is None) is not (one.url is None)
        assert one.value is None or (one.value.isascii() and 0 < len(one.value) <= 48)
    assert not [word for word in SECRETS for each in said if word in each.text]


def test_two_quick_messages_of_one_person_are_answered_in_order(town: Town) -> None:
    """Twenty people each send two at once; the second needs what the first has set."""
    ports = [CorePort(town.deps, user=str(number)) for number in range(20)]
    for port in ports:
        say(port, "帮助")

    def both(port: CorePort) -> str:
        first = threading.Thread(target=say, args=(port, "资讯"))
        queued = town.deps.db["chat_dialogues"]
        chat_id = dialogue_id(port.way, chat_of(town.deps, port.way, port.user))
        first.start()
        while first.is_alive() and not queued.find_one({"_id": chat_id, "queue.0": {"$exists": True}}):
            threading.Event().wait(0.001)
        answer = say(port, "2", f"second-{port.user}")
        first.join()
        return answer

    ended = together([partial(both, port) for port in ports])
    assert [answer.partition("\n")[0] for answer in ended] == ["这一类还没有资讯。"] * len(ports)


def test_a_fault_of_ours_is_an_apology_and_the_next_message_goes_on(
    deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("王小明 310101199001011234")

    monkeypatch.setitem(answering.TOPICS, "news", broken)
    port = CorePort(deps)
    assert "出了点问题" in say(port, "资讯")
    assert "12345" in say(port, "人工")


def test_a_button_of_another_day_is_asked_about_anew(town: Town, port: CorePort) -> None:
    assert "按钮已失效" in press(port, "report:old")
    assert "按钮已失效" in press(port, "switch:on:no_such_kind")
    assert "按钮已失效" in press(port, "switch:off:objection_received")
    assert "没有找到该权益活动" in press(port, "claim:01abc")
    assert "没有找到该报告链接" in press(port, "kill:01abc")


def test_a_location_is_kept_nowhere(town: Town, port: CorePort) -> None:
    place = (121.47371, 31.23041)
    for _ in range(2):
        (said,) = port.send(Doing(Sort.LOCATION, place=place), "m-1")
    assert "没有名单上的商家" in said.text
    held = str([list(town.deps.db[name].find()) for name in town.deps.db.list_collection_names()])
    assert "121.4737" not in held
    (answered,) = [
        one
        for dialogue in town.deps.db["chat_dialogues"].find()
        for one in dialogue["answered"]
        if one["id"] == "m-1"
    ]
    assert answered["reply_sealed"] is None


def test_the_same_message_claims_and_switches_once(town: Town, port: CorePort) -> None:
    first = press(port, "switch:off:push", "m-1")
    press(port, "switch:on:push", "m-2")
    assert press(port, "switch:off:push", "m-1") == first
    assert "✓ 资讯推送" in [
        one.label for each in port.send(Doing(Sort.BUTTON, "notices")) for row in each.buttons for one in row
    ]


def test_what_stands_in_a_group_is_never_about_a_person(town: Town, port: CorePort) -> None:
    sent = replace(port.incoming(Doing(Sort.TEXT, "/objections"), "m-9"), private=False)
    (said,) = service.handle(town.deps, sent)
    assert (said.text, said.buttons) == ("为保护您的隐私，请与我单独聊天。", ())


def test_no_answer_reads_a_whole_collection(town: Town, port: CorePort) -> None:
    town.submit()
    port.send(Doing(Sort.BUTTON, "switch:off:push"))
    wanted = (
        "帮助",
        "报告",
        "异议",
        "停用链接",
        "资讯",
        "2",
        "消息",
        "红包",
        "免押",
        "解绑",
        "绑定 aaaaaaa1",
    )
    read = scans(town.deps, lambda: [say(port, text) for text in wanted])
    assert set(read) <= {"calendars"}  # a document a year, all of them wanted
    assert scans(town.deps, lambda: press(port, "unbind:yes")) == []
