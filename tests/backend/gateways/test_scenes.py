"""QR codes that open the WeChat account, asked at the wire of the stand-in. Nothing that WeChat does raises."""

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from backend.common.settings import Settings, SettingsError
from backend.gateways import scenes
from backend.gateways.scenes import WeChatScenes
from backend.gateways.wechat_account import WeChatAccount
from tests.support.channels import WeChatApi
from tests.support.people import together


@pytest.fixture
def wechat() -> Iterator[WeChatApi]:
    with WeChatApi() as served:
        yield served


@pytest.fixture
def codes(wechat: WeChatApi) -> Iterator[WeChatScenes]:
    made = at(wechat.url)
    yield made
    made.close()


def at(url: str, secret: str = WeChatApi.SECRET, answer_s: float = 1.5) -> WeChatScenes:
    return WeChatScenes(WeChatAccount(WeChatApi.APP, secret, url, connect_s=1.5, answer_s=answer_s))


def test_a_link_holds_the_scene_for_as_long_as_was_asked(wechat: WeChatApi, codes: WeChatScenes) -> None:
    links = [codes.link(f"ab12cd3{n}", lasts_s=600) for n in range(3)]
    assert [wechat.scenes[link or ""] for link in links] == [(f"ab12cd3{n}", 600) for n in range(3)]
    assert wechat.tokens == 1, "one token for many"


def test_a_token_that_ended_early_is_fetched_again_once(wechat: WeChatApi, codes: WeChatScenes) -> None:
    codes.link("ab12cd34", lasts_s=600)
    wechat.end_tokens()
    assert codes.link("ab12cd35", lasts_s=600) is not None
    assert wechat.tokens == 2
    wechat.qr_fault = {"errcode": 40001, "errmsg": "invalid credential"}
    asked = len(wechat.asked)
    assert codes.link("ab12cd36", lasts_s=600) is None
    paths = [path.partition("?")[0] for path, _, _ in wechat.asked[asked:]]
    assert paths == ["/cgi-bin/qrcode/create", "/cgi-bin/stable_token", "/cgi-bin/qrcode/create"]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"errcode": 45009, "errmsg": "reach max api daily quota limit"}, "quota_used_up"),
        ({"errcode": 45011}, "too_often"),
        ({"errcode": 48001}, "no_right"),
        ({"errcode": -1}, "server_fault"),
        ({"errcode": 47001}, "refused"),
        ({}, "server_fault"),
        ({"errcode": "0"}, "server_fault"),
        ({"ticket": "t", "url": "javascript:alert(1)"}, "server_fault"),
        ({"ticket": "t", "url": "http://weixin.qq.com/q/ " + "x" * 300}, "server_fault"),
        ({"ticket": "t", "url": 7}, "server_fault"),
    ],
)
def test_without_a_link_wechat_is_left_alone_for_a_while(
    wechat: WeChatApi,
    codes: WeChatScenes,
    capsys: pytest.CaptureFixture[str],
    fault: dict[str, Any],
    reason: str,
) -> None:
    wechat.qr_fault = fault
    assert codes.link("ab12cd34", lasts_s=600) is None
    asked, wechat.qr_fault = len(wechat.asked), None
    assert codes.link("ab12cd35", lasts_s=600) is None
    assert len(wechat.asked) == asked
    assert codes._rests_until - time.monotonic() > (500 if reason == "quota_used_up" else 10)
    codes._rests_until = 0.0
    assert codes.link("ab12cd36", lasts_s=600) is not None


def test_no_code_and_no_token_is_logged(
    wechat: WeChatApi, codes: WeChatScenes, caplog: pytest.LogCaptureFixture, capsys: Any
) -> None:
    wechat.qr_fault = {"errcode": 45009, "errmsg": "ab12cd34 token-1"}
    codes.link("ab12cd34", lasts_s=600)
    said = caplog.text + "".join(capsys.readouterr())
    assert "quota_used_up" in said
    assert "ab12cd34" not in said
    assert "token-1" not in said


def test_a_wrong_secret_gives_none(wechat: WeChatApi) -> None:
    made = at(wechat.url, secret="other")
    assert made.link("ab12cd34", lasts_s=600) is None
    made.close()


def test_a_server_that_is_away_or_mute_gives_none() -> None:
    assert at("http://127.0.0.1:9").link("ab12cd34", lasts_s=600) is None
    with socket.create_server(("127.0.0.1", 0)) as mute:
        base = f"http://127.0.0.1:{mute.getsockname()[1]}"
        assert at(base, answer_s=0.3).link("ab12cd34", lasts_s=600) is None


def test_however_many_ask_a_mute_server_few_wait_for_it() -> None:
    """The first ones meet its silence, and all others are told at once."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        made = at(f"http://127.0.0.1:{mute.getsockname()[1]}", answer_s=0.2)
        ended = together([partial(made.link, f"ab12cd{n}", lasts_s=600) for n in range(10, 30)])
        assert ended == [None] * 20
        assert 1 <= _came(mute) <= scenes.AT_ONCE


def test_only_an_account_that_wechat_calls_and_that_may_call_it_has_them(tmp_path: Path) -> None:
    whole = Settings(
        app_env="test", data_dir=tmp_path, wechat_token="abc", wechat_app_id="a", wechat_app_secret="s"
    )
    made = scenes.build(whole)
    assert isinstance(made, WeChatScenes)
    for missing in ("wechat_token", "wechat_app_id", "wechat_app_secret"):
        assert scenes.build(replace(whole, **{missing: None})) is None
    with pytest.raises(SettingsError, match="WECHAT_API_URL"):
        scenes.build(replace(whole, wechat_api_url="ftp://x"))


def _came(server: socket.socket) -> int:
    """How many connections wait to be taken."""
    server.setblocking(False)
    number = 0
    while True:
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return number
        number += 1
