"""The address that WeChat calls: who is let in, and what comes back."""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from backend.app import create_app
from backend.common.deps import Deps
from backend.common.mongo import ConnectionFailure
from backend.dialogues.model import Outgoing, Sort
from backend.wechat import store
from backend.wechat.rules import sealing, signing
from backend.wechat.store import COLLECTION
from schemas.terms import Crs
from tests.backend.wechat.conftest import (
    AES_KEY,
    APP_ID,
    OPENID,
    TOKEN,
    Heard,
    Server,
    event_xml,
    message_xml,
    sign,
    text_xml,
    wechatpy_crypto,
)
from tests.support.world import Clock

InMode = Callable[..., Server]


def reason(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["reason"]


def test_without_an_account_there_is_no_such_address(in_mode: InMode) -> None:
    server = in_mode("safe", wechat_token=None)
    assert reason(server.web.get("/wechat", query_string=server.signed())) == (404, "wechat.not_set_up")
    assert reason(server.post_sealed(text_xml())) == (404, "wechat.not_set_up")


def test_wechat_proves_the_address(wechat: Server) -> None:
    answer = wechat.web.get("/wechat", query_string=wechat.signed() | {"echostr": "5927782489442352469"})
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "5927782489442352469", "text/plain")


@pytest.mark.parametrize("missing", ["signature", "timestamp", "nonce"])
def test_nobody_else_is_echoed(wechat: Server, missing: str) -> None:
    query = wechat.signed() | {"echostr": "<script>"}
    del query[missing]
    answer = wechat.web.get("/wechat", query_string=query)
    assert reason(answer) == (403, "wechat.bad_signature")
    assert "<script>" not in answer.text


def test_an_echo_that_wechat_would_not_send_is_refused(wechat: Server) -> None:
    for echo in ("回声", "a\nb", "x" * 257):
        answer = wechat.web.get("/wechat", query_string=wechat.signed() | {"echostr": echo})
        assert reason(answer) == (422, "wechat.unreadable")


def test_signatures_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    monkeypatch.setattr(hmac, "compare_digest", lambda one, other: compared.append((one, other)))
    signing.is_signed(TOKEN, "given", "1", "n")
    assert compared == [(sign(TOKEN, "1", "n").encode(), b"given")]


def test_a_sealed_message_gets_a_sealed_answer(wechat: Server, heard: Heard) -> None:
    told = wechat.opened(wechat.post_sealed(text_xml("附近")))
    assert (told["ToUserName"], told["MsgType"], told["Content"]) == (OPENID, "text", "听到：附近")
    assert [(one.sort, one.text, one.user, one.message_id) for one in heard.incoming] == [
        (Sort.TEXT, "附近", OPENID, "1")
    ]


def test_the_other_account_of_a_shared_token_is_refused(wechat: Server, heard: Heard) -> None:
    other = WeChatCrypto(TOKEN, AES_KEY, "wxffffffffffffffff")
    assert reason(wechat.post_sealed(text_xml(), crypto=other)) == (422, "wechat.unreadable")
    assert heard.incoming == []


def test_a_plain_body_is_refused_where_bodies_are_sealed(wechat: Server, heard: Heard) -> None:
    assert reason(wechat.post(text_xml())) == (403, "wechat.wrong_mode")
    assert heard.incoming == []


def test_a_changed_envelope_is_refused(wechat: Server, heard: Heard) -> None:
    said = wechat.signed()
    sealed = wechatpy_crypto().encrypt_message(text_xml(), said["nonce"], said["timestamp"])
    for signature in ("", said["signature"], "0" * 40):
        query = said | {"encrypt_type": "aes", "msg_signature": signature}
        answer = wechat.web.post("/wechat", query_string=query, data=sealed)
        assert reason(answer) == (403, "wechat.bad_signature")
    assert heard.incoming == []


def test_the_plain_mode_speaks_plainly(in_mode: InMode, heard: Heard) -> None:
    server = in_mode("plain", wechat_aes_key=None)
    answer = server.post(text_xml("红包"))
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert "<![CDATA[听到：红包]]>" in answer.text
    assert heard.incoming[0].text == "红包"


def test_the_compatible_mode_reads_the_envelope_and_nothing_beside_it(in_mode: InMode, heard: Heard) -> None:
    server = in_mode("compatible")
    forged = "<FromUserName>somebody</FromUserName><Content>forged</Content><MsgType>text</MsgType>"
    told = server.opened(server.post_sealed(text_xml("红包"), beside=forged))
    assert told["Content"] == "听到：红包"
    assert "听到：资讯" in server.post(text_xml("资讯", msg_id=2)).text
    assert [(one.user, one.text) for one in heard.incoming] == [(OPENID, "红包"), (OPENID, "资讯")]


@pytest.mark.parametrize(("moved_s", "status"), [(-301, 403), (-300, 200), (300, 200), (301, 403)])
def test_only_a_request_of_the_last_minutes_counts(
    wechat: Server, clock: Clock, moved_s: int, status: int
) -> None:
    at = int(clock().timestamp()) + moved_s
    answer = wechat.post_sealed(text_xml(), timestamp=str(at))
    assert answer.status_code == status
    if status != 200:
        assert answer.json["reason"] == "wechat.stale"


@pytest.mark.parametrize("timestamp", ["", "-1", "1e9", "١٧٩٥٢٦٢٤٠٠", "9" * 40, "1795262400.0"])
def test_a_timestamp_is_whole_seconds(wechat: Server, timestamp: str) -> None:
    query = {"timestamp": timestamp, "nonce": "n", "signature": sign(TOKEN, timestamp, "n")}
    answer = wechat.web.get("/wechat", query_string=query | {"echostr": "1"})
    assert reason(answer) == (403, "wechat.stale")


def test_a_nonce_comes_with_one_message(wechat: Server, heard: Heard) -> None:
    wechat.post_sealed(text_xml("一", msg_id=1), nonce="same")
    assert reason(wechat.post_sealed(text_xml("二", msg_id=2), nonce="same")) == (403, "wechat.replayed")
    assert [one.text for one in heard.incoming] == ["一"]


def test_what_proved_the_address_or_told_of_nothing_proves_no_message(wechat: Server, heard: Heard) -> None:
    """One signature covers the handshake, an event and a plain message alike."""
    at = str(int(wechat.clock().timestamp()))
    query = {"timestamp": at, "nonce": "once", "signature": sign(TOKEN, at, "once")}
    assert wechat.web.get("/wechat", query_string=query | {"echostr": "1"}).status_code == 200
    assert reason(wechat.post_sealed(text_xml("一"), nonce="once")) == (403, "wechat.replayed")
    assert wechat.post_sealed(event_xml("VIEW", "https://x"), nonce="twice").status_code == 200
    assert reason(wechat.post_sealed(text_xml("二", msg_id=2), nonce="twice")) == (403, "wechat.replayed")
    assert heard.incoming == []


def test_a_number_comes_with_one_message(wechat: Server, heard: Heard) -> None:
    wechat.post_sealed(text_xml("一", msg_id=1))
    assert reason(wechat.post_sealed(text_xml("二", msg_id=1))) == (403, "wechat.replayed")
    assert [one.text for one in heard.incoming] == ["一"]


def test_the_nonce_of_a_repetition_is_used_up_too(wechat: Server) -> None:
    wechat.post_sealed(text_xml("一", msg_id=1))
    wechat.post_sealed(text_xml("一", msg_id=1), nonce="second")
    assert reason(wechat.post_sealed(text_xml("二", msg_id=2), nonce="second")) == (403, "wechat.replayed")


def test_a_repeated_message_gets_the_same_answer_and_is_heard_once(wechat: Server, heard: Heard) -> None:
    answers = iter(("第一次", "第二次"))
    heard.says = lambda _: (Outgoing(next(answers)),)
    for nonce in (None, None, "n1"):
        assert wechat.opened(wechat.post_sealed(text_xml("一"), nonce=nonce))["Content"] == "第一次"
    assert len(heard.incoming) == 1


def test_two_people_may_have_the_same_number(wechat: Server, heard: Heard) -> None:
    wechat.post_sealed(text_xml("一", msg_id=1))
    wechat.post_sealed(text_xml("二", msg_id=1, user="o-another"))
    assert len(heard.incoming) == 2


def test_an_event_is_known_by_person_second_name_and_key(wechat: Server, heard: Heard) -> None:
    for xml in (
        event_xml("CLICK", "report"),
        event_xml("CLICK", "report"),
        event_xml("CLICK", "nearby"),
        event_xml("CLICK", "report", created=1795262401),
    ):
        assert wechat.post_sealed(xml).status_code == 200
    assert [one.text for one in heard.incoming] == ["report", "nearby", "report"]


def test_what_is_kept_tells_nobody(wechat: Server, account: Deps) -> None:
    wechat.post_sealed(text_xml("我的秘密"))
    (kept,) = account.db[COLLECTION].find()
    told = json.dumps(kept, default=lambda value: value.hex() if isinstance(value, bytes) else str(value))
    assert OPENID not in told
    assert "秘密" not in told
    assert "秘密".encode() not in kept["sealed_reply"]
    assert (kept["expires_at"] - account.now()).total_seconds() > 2 * signing.WINDOW.total_seconds()


def test_the_log_names_nobody(wechat: Server, heard: Heard, lines: Any) -> None:
    def fail(_: Any) -> Any:
        raise RuntimeError(f"{OPENID} 我的秘密")

    heard.says = fail
    wechat.post_sealed(text_xml("我的秘密", msg_id=5))
    wechat.post_sealed(text_xml("别的", msg_id=5))
    told = "\n".join(map(json.dumps, lines()))
    assert {"wechat.failed", "wechat.replayed"} <= {line["event"] for line in lines()}
    for word in (OPENID, "秘密", json.dumps("秘密").strip('"'), TOKEN):
        assert word not in told


def test_a_fault_of_ours_is_told_in_words(wechat: Server, heard: Heard) -> None:
    def fail(_: Any) -> Any:
        raise RuntimeError("private")

    heard.says = fail
    told = wechat.opened(wechat.post_sealed(text_xml()))["Content"]
    assert "12345" in told
    assert "private" not in told


def test_after_a_fault_the_same_message_is_worked_on_again(wechat: Server, heard: Heard) -> None:
    told = iter((RuntimeError(), (Outgoing("好了"),)))

    def once_wrong(_: Any) -> Any:
        found = next(told)
        if isinstance(found, Exception):
            raise found
        return found

    heard.says = once_wrong
    assert "12345" in wechat.opened(wechat.post_sealed(text_xml()))["Content"]
    assert wechat.opened(wechat.post_sealed(text_xml()))["Content"] == "好了"


def test_when_the_database_is_away_a_signed_message_gets_words(
    wechat: Server, account: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> Any:
        raise ConnectionFailure

    monkeypatch.setattr(store, "insert", away)
    assert "12345" in wechat.opened(wechat.post_sealed(text_xml()))["Content"]
    assert reason(wechat.web.post("/wechat", data="x")) == (403, "wechat.bad_signature")


@pytest.mark.parametrize(
    "xml",
    [
        event_xml("VIEW", "https://credit.example/"),
        event_xml("view_miniprogram", "pages/index"),
        event_xml("scancode_push", "k", "<ScanCodeInfo><ScanResult>1</ScanResult></ScanCodeInfo>"),
        event_xml("pic_weixin", "k"),
        event_xml("location_select", "k"),
        event_xml("LOCATION", "", "<Latitude>31.2</Latitude><Longitude>121.4</Longitude>"),
        event_xml("TEMPLATESENDJOBFINISH", "", "<MsgID>200163836</MsgID><Status>success</Status>"),
        event_xml("something_new"),
    ],
)
def test_where_nobody_waits_for_words_there_are_none(
    wechat: Server, heard: Heard, account: Deps, xml: str
) -> None:
    answer = wechat.post_sealed(xml)
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "success", "text/plain")
    assert heard.incoming == []
    (kept,) = account.db[COLLECTION].find()
    assert kept["_id"] == kept["fingerprint"], (
        "a position that nobody asked for is not kept: this is made of the nonce alone"
    )


def test_an_empty_answer_is_success(wechat: Server, heard: Heard) -> None:
    heard.says = lambda _: ()
    assert wechat.post_sealed(event_xml("unsubscribe")).text == "success"
    assert heard.incoming[0].sort is Sort.GONE


@pytest.mark.parametrize(
    ("xml", "sort", "text"),
    [
        (event_xml("subscribe"), Sort.BEGUN, ""),
        (event_xml("subscribe", "qrscene_ab12cd34"), Sort.BEGUN, "ab12cd34"),
        (event_xml("subscribe", "last_trade_no_123"), Sort.BEGUN, ""),
        (event_xml("SCAN", "ab12cd34"), Sort.BEGUN, "ab12cd34"),
        (event_xml("CLICK", "report"), Sort.BUTTON, "report"),
        (
            event_xml("scancode_waitmsg", "k", "<ScanCodeInfo><ScanResult>ab12</ScanResult></ScanCodeInfo>"),
            Sort.TEXT,
            "ab12",
        ),
        (text_xml("查看", bizmsgmenuid="claim:7"), Sort.BUTTON, "claim:7"),
        (message_xml("voice", "<Recognition>附近</Recognition>", msg_id=1), Sort.TEXT, "附近"),
        (message_xml("voice", "<MediaId>m</MediaId>", msg_id=1), Sort.OTHER, ""),
        (message_xml("image", "<PicUrl>u</PicUrl>", msg_id=1), Sort.OTHER, ""),
        (message_xml("shortvideo", msg_id=1), Sort.OTHER, ""),
        (message_xml("link", "<Title>t</Title><Url>u</Url>", msg_id=1), Sort.OTHER, ""),
        (message_xml("hologram", msg_id=1), Sort.OTHER, ""),
        (text_xml("【收到不支持的消息类型，暂无法显示】"), Sort.OTHER, ""),
        (text_xml(""), Sort.TEXT, ""),
        (text_xml("😀𠮷"), Sort.TEXT, "😀𠮷"),
    ],
)
def test_what_a_person_did_reaches_the_dialogue(
    wechat: Server, heard: Heard, xml: str, sort: Sort, text: str
) -> None:
    wechat.opened(wechat.post_sealed(xml))
    assert [(one.sort, one.text) for one in heard.incoming] == [(sort, text)]


def test_a_position_is_on_tencents_map(wechat: Server, heard: Heard) -> None:
    inside = "<Location_X>31.23</Location_X><Location_Y>121.47</Location_Y><Scale>20</Scale><Label>家</Label>"
    wechat.post_sealed(message_xml("location", inside, msg_id=1))
    (one,) = heard.incoming
    assert (one.sort, one.lng, one.lat, one.crs, one.text) == (Sort.LOCATION, 121.47, 31.23, Crs.GCJ02, "")


@pytest.mark.parametrize("x", ["nan", "inf", "91", "", "31,2", "1_0e400"])
def test_what_is_no_position_is_something_else(wechat: Server, heard: Heard, x: str) -> None:
    inside = f"<Location_X>{x}</Location_X><Location_Y>121.47</Location_Y>"
    wechat.post_sealed(message_xml("location", inside, msg_id=1))
    assert [one.sort for one in heard.incoming] == [Sort.OTHER]


def test_a_very_long_text_reaches_the_dialogue_whole(wechat: Server, heard: Heard) -> None:
    wechat.opened(wechat.post_sealed(text_xml("长" * 33_000)))
    assert heard.incoming[0].text == "长" * 33_000


def test_a_body_beyond_the_limit_is_refused_unread(wechat: Server, heard: Heard) -> None:
    assert wechat.post_sealed(text_xml("x" * 300_000)).status_code == 413
    assert heard.incoming == []


BILLION = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + text_xml("&b;")
OUTSIDE = '<!DOCTYPE x SYSTEM "file:///etc/passwd">' + text_xml()


@pytest.mark.parametrize(
    "body",
    [
        BILLION,
        OUTSIDE,
        "",
        "<xml>",
        "<html/>",
        "<xml/>",
        "<xml>" * 20_000,
        "<xml>" + "<a>" * 25_000 + "</a>" * 25_000 + "</xml>",
        "\x00",
        '<?xml version="1.0" encoding="utf-7"?><xml/>',
        text_xml().replace("<MsgId>1</MsgId>", ""),
        text_xml().replace(OPENID, "a b"),
        text_xml().replace("1795262400", "soon"),
        event_xml(""),
    ],
    ids=lambda body: body[:20],
)
@pytest.mark.parametrize("mode", ["plain", "safe"])
def test_what_is_no_message_is_refused(in_mode: InMode, heard: Heard, mode: str, body: str) -> None:
    server = in_mode(mode)
    answer = server.post(body) if mode == "plain" else server.post_sealed(body)
    assert reason(answer) == (422, "wechat.unreadable")
    assert heard.incoming == []


@pytest.mark.parametrize("body", [b"\xff\xfe", text_xml().encode("utf-16"), text_xml("报").encode("gbk")])
def test_what_is_no_utf8_is_refused(in_mode: InMode, body: bytes) -> None:
    server = in_mode("plain")
    answer = server.web.post("/wechat", query_string=server.signed(), data=body)
    assert reason(answer) == (422, "wechat.unreadable")


ANY_BODY = st.one_of(
    st.binary(max_size=400),
    st.text(max_size=200).map(lambda text: text_xml(text).encode(errors="replace")),
    st.dictionaries(
        st.sampled_from(["MsgType", "Event", "EventKey", "MsgId", "CreateTime", "FromUserName", "Content"]),
        st.sampled_from(["event", "text", "CLICK", "1", "", "<a/>", "<![CDATA[x]]>", "location", "-1"]),
    ).map(
        lambda told: (
            f"<xml>{''.join(f'<{name}>{value}</{name}>' for name, value in told.items())}</xml>".encode()
        )
    ),
)


@settings(settings.get_profile("over fixtures"))
@given(ANY_BODY)
def test_no_body_brings_the_service_down(in_mode: InMode, body: bytes) -> None:
    """Of somebody who knows the token, plain and in an envelope."""
    plain = in_mode("plain")
    answer = plain.web.post("/wechat", query_string=plain.signed(), data=body)
    assert answer.status_code in (200, 403, 422), answer.text
    safe = in_mode("safe")
    said = safe.signed()
    sealed = sealing.seal(sealing.key_of(AES_KEY), APP_ID, body, bytes(16))
    query = said | {"encrypt_type": "aes"}
    query["msg_signature"] = sign(TOKEN, said["timestamp"], said["nonce"], sealed)
    answer = safe.web.post("/wechat", query_string=query, data=f"<xml><Encrypt>{sealed}</Encrypt></xml>")
    assert answer.status_code in (200, 403, 422), answer.text


@settings(settings.get_profile("over fixtures"))
@given(st.binary(max_size=200), st.dictionaries(st.text(max_size=20), st.text(max_size=200), max_size=4))
def test_no_stranger_gets_further_than_the_signature(
    wechat: Server, heard: Heard, body: bytes, query: dict[str, str]
) -> None:
    made = {
        "signature": "0",
        "timestamp": "1",
        "nonce": "1",
        "encrypt_type": "aes",
        "msg_signature": "0",
    } | query
    for answer in (
        wechat.web.post("/wechat", query_string=made, data=body),
        wechat.web.get("/wechat", query_string=made),
    ):
        assert reason(answer) == (403, "wechat.bad_signature")
    assert heard.incoming == []


@given(st.binary(max_size=300).map(bytes), st.integers(0, 299))
def test_no_envelope_raises_anything_but_not_sealed(raw: bytes, place: int) -> None:
    key = sealing.key_of(AES_KEY)
    whole = base64.b64decode(sealing.seal(key, APP_ID, raw, bytes(16)))
    broken = (
        whole[: place % len(whole)] + bytes([whole[place % len(whole)] ^ 1]) + whole[place % len(whole) + 1 :]
    )
    for sealed in (base64.b64encode(raw).decode(), raw.decode("latin-1"), base64.b64encode(broken).decode()):
        try:
            sealing.opened(key, APP_ID, sealed)
        except sealing.NotSealed:
            continue


def test_the_address_is_not_counted(account: Deps, heard: Heard, clock: Clock) -> None:
    """All people's messages come from a few servers of WeChat's."""
    limited = replace(account, settings=replace(account.settings, limit_per_address=2))
    server = Server(create_app(limited, dialogue=heard).test_client(), clock)
    for number in range(5):
        assert server.post_sealed(text_xml(msg_id=number)).status_code == 200
    assert [server.web.get("/api/v1/news").status_code for _ in range(3)][-1] == 429


def test_head_tells_no_more_than_get(wechat: Server) -> None:
    answer = wechat.web.head("/wechat", query_string={"echostr": "x"})
    assert answer.status_code == 403
