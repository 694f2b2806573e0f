"""What each channel's answers mean, asked at the wire of its stand-in."""

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from backend.common.settings import Settings
from backend.gateways import carriers, posting
from backend.gateways.carrying import Carrier, Handover, Message, Verdict
from backend.gateways.push import FilePush, HttpPush
from backend.gateways.sms import FileSms, HttpSms
from backend.gateways.telegram import TelegramCarrier, text_of
from backend.gateways.wechat import WeChatCarrier
from schemas.terms import Way
from tests.support.bot_api import TOKEN, BotApi
from tests.support.channels import Gateway, WeChatApi

C = TypeVar("C", bound=Carrier)
AT = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)
MESSAGE = Message("n1:telegram", "借用即将到期", "请于 2026年11月23日 24:00 前归还。", AT)


OPEN: list[Carrier] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """Whatever a test opened is closed at its end."""
    yield
    while OPEN:
        OPEN.pop().close()


def opened(carrier: C) -> C:
    OPEN.append(carrier)
    return carrier


@pytest.fixture
def bot_api() -> Iterator[BotApi]:
    with BotApi(floods=True) as served:
        yield served


@pytest.fixture
def wechat() -> Iterator[WeChatApi]:
    with WeChatApi() as served:
        yield served


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as served:
        yield served


def follower(
    api: WeChatApi, secret: str = WeChatApi.SECRET, template: str = WeChatApi.TEMPLATE
) -> WeChatCarrier:
    return opened(WeChatCarrier(api.APP, secret, template, api.url))


def test_telegram_says_that_a_message_arrived(bot_api: BotApi) -> None:
    carrier = opened(TelegramCarrier(TOKEN, bot_api.url))
    assert carrier.carry("7", MESSAGE) == Handover(Verdict.ARRIVED, receipt="1001")
    assert bot_api.sent[0]["text"] == "借用即将到期\n\n请于 2026年11月23日 24:00 前归还。"


def test_telegram_says_what_else_it_does(bot_api: BotApi) -> None:
    carrier = opened(TelegramCarrier(TOKEN, bot_api.url))
    bot_api.blocked, bot_api.unknown = {"1"}, {"2"}
    assert carrier.carry("1", MESSAGE) == Handover(Verdict.GONE, "blocked")
    assert carrier.carry("2", MESSAGE) == Handover(Verdict.GONE, "chat_not_found")
    assert carrier.carry("3", replace(MESSAGE, title="", body="")) == Handover(Verdict.REFUSED, "refused")
    assert carrier.carry("4", MESSAGE).verdict is Verdict.ARRIVED
    assert carrier.carry("4", MESSAGE) == Handover(Verdict.PACED, "too_many", wait_s=1.0)
    bot_api.close_for(4.5)
    assert carrier.carry("5", MESSAGE) == Handover(Verdict.PACED, "too_many", wait_s=5.0)
    bot_api.failing = True
    assert carrier.carry("6", MESSAGE) == Handover(Verdict.AWAY, "server_fault")


def test_a_wrong_token_leaves_the_channel_alone_for_a_while(bot_api: BotApi) -> None:
    answer = opened(TelegramCarrier("42:OTHER", bot_api.url)).carry("7", MESSAGE)
    assert answer == Handover(Verdict.AWAY, "wrong_token", wait_s=30.0)


def test_what_is_too_long_is_cut_where_telegram_counts() -> None:
    text = text_of(replace(MESSAGE, body="𠮷" * 5000))
    assert len(text.encode("utf-16-le")) <= 2 * 4096
    assert text.endswith("𠮷")


def test_wechat_takes_a_template_message_with_one_token_for_many(wechat: WeChatApi) -> None:
    carrier = follower(wechat)
    answers = [carrier.carry(f"o{n}", replace(MESSAGE, id=f"n{n}")) for n in range(3)]
    assert [answer.receipt for answer in answers] == ["9001", "9002", "9003"]
    assert wechat.tokens == 1
    assert wechat.messages[0]["data"]["time"] == {"value": "2026-11-21 23:30"}


def test_a_token_that_ended_early_is_fetched_again(wechat: WeChatApi) -> None:
    carrier = follower(wechat)
    carrier.carry("o1", MESSAGE)
    wechat.end_tokens()
    assert carrier.carry("o2", replace(MESSAGE, id="n2")).verdict is Verdict.TAKEN
    assert wechat.tokens == 2


def test_wechat_knows_a_message_again(wechat: WeChatApi) -> None:
    carrier = follower(wechat)
    assert [carrier.carry("o1", MESSAGE).verdict for _ in range(2)] == [Verdict.TAKEN] * 2
    assert len(wechat.messages) == 1


@pytest.mark.parametrize(
    ("code", "verdict", "reason", "wait_s"),
    [
        (43004, Verdict.GONE, "not_following", None),
        (40003, Verdict.GONE, "unknown_openid", None),
        (45009, Verdict.PACED, "quota_used_up", 1860.0),
        (45011, Verdict.PACED, "too_often", 60.0),
        (-1, Verdict.AWAY, "server_fault", None),
        (47003, Verdict.REFUSED, "refused", None),
    ],
)
def test_wechat_says_what_else_it_does(
    wechat: WeChatApi, code: int, verdict: Verdict, reason: str, wait_s: float | None
) -> None:
    wechat.codes["o1"] = code
    assert follower(wechat).carry("o1", MESSAGE) == Handover(verdict, reason, wait_s=wait_s)


def test_what_is_wrongly_set_up_blames_no_follower(wechat: WeChatApi) -> None:
    assert follower(wechat, secret="other").carry("o1", MESSAGE).reason == "no_token"
    answer = follower(wechat, template="other").carry("o1", MESSAGE)
    assert answer == Handover(Verdict.AWAY, "wrong_template", wait_s=30.0)


def test_the_push_gateway(gateway: Gateway) -> None:
    gateway.statuses = {"gone": 410, "busy": 429, "bad": 422, "ill": 500}
    carrier = opened(HttpPush(f"{gateway.url}/v1/push", gateway.KEY))
    assert carrier.carry("d1", MESSAGE) == Handover(Verdict.TAKEN, receipt="receipt-n1:telegram")
    assert carrier.carry("gone", MESSAGE) == Handover(Verdict.GONE, "device_gone")
    assert carrier.carry("busy", MESSAGE) == Handover(Verdict.PACED, "too_many", wait_s=7.0)
    assert carrier.carry("bad", MESSAGE) == Handover(Verdict.REFUSED, "refused")
    assert carrier.carry("ill", MESSAGE) == Handover(Verdict.AWAY, "server_fault")
    assert opened(HttpPush(gateway.url, "other")).carry("d1", MESSAGE).reason == "wrong_key"
    assert gateway.asked[0][1]["Idempotency-Key"] == MESSAGE.id


def test_without_a_server_nothing_was_sent() -> None:
    for carrier in (TelegramCarrier(TOKEN, "http://127.0.0.1:9"), HttpPush("http://127.0.0.1:9", "k")):
        assert carrier.carry("7", MESSAGE) == Handover(Verdict.AWAY, "unreachable")
    assert WeChatCarrier("a", "s", "t", "http://127.0.0.1:9").carry("o", MESSAGE).reason == "unreachable"


def test_a_lost_answer_is_told_apart_from_a_server_that_is_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        base = f"http://127.0.0.1:{mute.getsockname()[1]}"
        poster = posting.Poster(base, answer_s=0.3)
        with pytest.raises(posting.NoAnswer):
            poster.post("/x", {})
    carrier = TelegramCarrier(TOKEN, _cut_off())
    assert carrier.carry("7", MESSAGE) == Handover(Verdict.UNKNOWN, "no_answer")


def test_the_files_of_a_demonstration(tmp_path: Path) -> None:
    carrier = FilePush(tmp_path / "outbox" / "app_push.jsonl")
    assert carrier.carry("d1", MESSAGE) == Handover(Verdict.TAKEN, receipt="n1:telegram")
    assert '"to": "d1"' in (tmp_path / "outbox" / "app_push.jsonl").read_text()
    (tmp_path / "file").write_text("")
    assert FilePush(tmp_path / "file" / "x").carry("d1", MESSAGE).verdict is Verdict.AWAY


def test_a_text_message_is_one_line_with_the_signature(tmp_path: Path) -> None:
    sms = FileSms(tmp_path / "sms.jsonl")
    carrier = carriers.SmsCarrier(sms)
    assert carrier.carry("+8613800138000", replace(MESSAGE, body="很" * 400)).verdict is Verdict.TAKEN
    written = (tmp_path / "sms.jsonl").read_text()
    assert "【信用上海】借用即将到期：很" in written
    assert written.count("很") < 300


@pytest.mark.parametrize(
    ("status", "verdict", "reason", "wait_s"),
    [
        (400, Verdict.GONE, "number_refused", None),
        (410, Verdict.GONE, "number_refused", None),
        (422, Verdict.GONE, "number_refused", None),
        (413, Verdict.REFUSED, "refused", None),
        (429, Verdict.PACED, "too_many", 7.0),
        (403, Verdict.AWAY, "wrong_key", 30.0),
        (404, Verdict.AWAY, "wrong_address", 30.0),
        (302, Verdict.AWAY, "wrong_address", 30.0),
        (408, Verdict.AWAY, "server_fault", None),
        (500, Verdict.AWAY, "server_fault", None),
        (503, Verdict.AWAY, "server_fault", None),
    ],
)
def test_the_gateway_of_text_messages(
    gateway: Gateway, status: int, verdict: Verdict, reason: str, wait_s: float | None
) -> None:
    gateway.statuses = {"+8613800138000": status}
    carrier = carriers.SmsCarrier(HttpSms(gateway.url, gateway.KEY))
    assert carrier.carry("+8613800138000", MESSAGE) == Handover(verdict, reason, wait_s=wait_s)
    assert carrier.carry("+8613900139000", MESSAGE) == Handover(Verdict.TAKEN)


def test_a_text_message_that_was_not_sent_is_told_apart_from_a_lost_answer(tmp_path: Path) -> None:
    away = Handover(Verdict.AWAY, "unreachable")
    (tmp_path / "file").write_text("")
    for sms in (HttpSms("http://127.0.0.1:9", "k"), FileSms(tmp_path / "file" / "sms.jsonl")):
        assert carriers.SmsCarrier(sms).carry("+8613800138000", MESSAGE) == away
    lost = carriers.SmsCarrier(HttpSms(_cut_off(), "k")).carry("+8613800138000", MESSAGE)
    assert lost == Handover(Verdict.UNKNOWN, "no_answer")


@pytest.mark.parametrize("body", ["请于 2026年11月23日 24:00 前归还。", "很" * 400])
def test_a_text_message_ends_with_the_whole_address(tmp_path: Path, body: str) -> None:
    url = "https://credit.example/news/0197a0c2-5ac4-7c1e-b9a4-3d1f0a5f6b7c"
    carrier = carriers.SmsCarrier(FileSms(tmp_path / "sms.jsonl"))
    carrier.carry("+8613800138000", replace(MESSAGE, body=body, url=url))
    carrier.carry("+8613800138000", replace(MESSAGE, body=body, url=f"{url}?{'x' * 300}"))
    texts = [json.loads(line)["text"] for line in (tmp_path / "sms.jsonl").read_text().splitlines()]
    assert texts[0].endswith(f" {url}")
    assert texts[0].startswith("【信用上海】借用即将到期：" + body[:12])
    assert all(len(text) <= carriers.SMS_CHARACTERS for text in texts)
    assert "http" not in texts[1]


def test_an_installation_has_the_channels_that_its_settings_name(tmp_path: Path) -> None:
    sms = FileSms(tmp_path / "sms.jsonl")
    bare = Settings(app_env="production", data_dir=tmp_path)
    assert set(carriers.build(bare, sms)) == {Way.SMS}
    whole = replace(
        bare,
        bot_token=TOKEN,
        push_gateway_url="https://push.example",
        push_gateway_key="k",
        wechat_app_id="a",
        wechat_app_secret="s",
        wechat_template_id="t",
    )
    made: dict[Way, Carrier] = dict(carriers.build(whole, sms))
    assert set(made) == set(Way)
    assert isinstance(made[Way.APP_PUSH], HttpPush)
    assert isinstance(carriers.build(Settings(data_dir=tmp_path), sms)[Way.APP_PUSH], FilePush)


def _cut_off() -> str:
    """The address of a server that takes one request and closes without a word."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with server, server.accept()[0] as connection:
            connection.recv(4096)

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{server.getsockname()[1]}"
