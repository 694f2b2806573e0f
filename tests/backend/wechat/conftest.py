"""WeChat's server as its two dead public SDKs speak, and an account that talks to it."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import xmltodict
from flask import Flask
from flask.testing import FlaskClient
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

from backend.app import create_app, use
from backend.common.deps import Deps
from backend.dialogues.model import Incoming, Outgoing
from tests.support.web import loud
from tests.support.world import Clock

TOKEN, APP_ID = "c0ffeeC0ffee", "wx0123456789abcdef"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OPENID, ACCOUNT = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M", "gh_0123456789ab"


@dataclass
class Heard:
    """The dialogue of these tests: keeps what it was given, and answers as the test says."""

    incoming: list[Incoming] = field(default_factory=list)
    says: Callable[[Incoming], tuple[Outgoing, ...]] = lambda one: (Outgoing(f"听到：{one.text[:20]}"),)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, deps: Deps, incoming: Incoming) -> tuple[Outgoing, ...]:
        with self.turn:
            self.incoming.append(incoming)
        return self.says(incoming)


@dataclass
class Server:
    """What WeChat does: signs, seals, posts, and reads the answer, all of it by wechatpy."""

    web: FlaskClient
    clock: Clock
    sent: int = 0

    def signed(self, *, timestamp: str | None = None, nonce: str | None = None) -> dict[str, str]:
        self.sent += 1
        said = {
            "timestamp": timestamp or str(int(self.clock().timestamp())),
            "nonce": nonce or f"n{self.sent}",
        }
        return said | {"signature": sign(TOKEN, *said.values())}

    def post(self, xml: str, **signed: Any) -> Any:
        """A plain body."""
        return self.web.post("/wechat", query_string=self.signed(**signed), data=xml.encode())

    def post_sealed(self, xml: str, *, beside: str = "", crypto: Any = None, **signed: Any) -> Any:
        """A body in an envelope; `beside` is what stands plain in it, as in the compatible mode."""
        said = self.signed(**signed)
        sealed = (crypto or wechatpy_crypto()).encrypt_message(xml, said["nonce"], said["timestamp"])
        signature = parse_envelope(sealed)["MsgSignature"]
        query = said | {"encrypt_type": "aes", "msg_signature": signature}
        return self.web.post(
            "/wechat", query_string=query, data=sealed.replace("<xml>", f"<xml>{beside}").encode()
        )

    def opened(self, answer: Any) -> Any:
        """A sealed answer as wechatpy reads it: its fields by their names."""
        assert answer.status_code == 200, answer.text
        told = parse_envelope(answer.text)
        xml = wechatpy_crypto().decrypt_message(
            answer.text, told["MsgSignature"], told["TimeStamp"], told["Nonce"]
        )
        return parse_envelope(xml)


def sign(*parts: str) -> str:
    signer = WeChatSigner()
    signer.add_data(*parts)
    return str(signer.signature)


def wechatpy_crypto() -> Any:
    return WeChatCrypto(TOKEN, AES_KEY, APP_ID)


def parse_envelope(xml: str) -> dict[str, str]:
    """Fields of an XML text, as both SDKs read them."""
    found: dict[str, str] = xmltodict.parse(xml)["xml"]
    return found


def text_xml(content: str = "报告", *, msg_id: int = 1, user: str = OPENID, **more: str) -> str:
    extra = "".join(f"<{name}>{value}</{name}>" for name, value in more.items())
    return (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><FromUserName><![CDATA[{user}]]></FromUserName>"
        f"<CreateTime>1795262400</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{content}]]></Content><MsgId>{msg_id}</MsgId>{extra}</xml>"
    )


def message_xml(kind: str, inside: str = "", *, created: int = 1795262400, msg_id: int | None = None) -> str:
    number = "" if msg_id is None else f"<MsgId>{msg_id}</MsgId>"
    return (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><FromUserName><![CDATA[{OPENID}]]></FromUserName>"
        f"<CreateTime>{created}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{inside}{number}</xml>"
    )


def event_xml(event: str, key: str = "", inside: str = "", *, created: int = 1795262400) -> str:
    named = f"<Event><![CDATA[{event}]]></Event><EventKey><![CDATA[{key}]]></EventKey>{inside}"
    return message_xml("event", named, created=created)


def parsed(xml: str) -> Any:
    """The message as wechatpy understands it."""
    return parse_message(xml)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def account(deps: Deps) -> Deps:
    """An installation with an account in the safe mode."""
    return with_mode(deps, "safe")


def with_mode(deps: Deps, mode: str, **more: Any) -> Deps:
    changed = {"wechat_app_id": APP_ID, "wechat_token": TOKEN, "wechat_aes_key": AES_KEY, "wechat_mode": mode}
    return replace(deps, settings=replace(deps.settings, **changed | more))


class Now:
    """Whose test it is at the moment; the app is made once."""

    def __init__(self) -> None:
        self.heard = Heard()
        self.app: Flask | None = None

    def __call__(self, deps: Deps, incoming: Incoming) -> tuple[Outgoing, ...]:
        return self.heard(deps, incoming)


@pytest.fixture(scope="session")
def _now() -> Now:
    return Now()


@pytest.fixture
def chat_app(account: Deps, heard: Heard, _now: Now) -> Iterator[Flask]:
    _now.heard = heard
    if _now.app is None:
        _now.app = create_app(account, dialogue=_now)
    use(_now.app, account)
    with loud(_now.app) as app:
        yield app


@pytest.fixture
def wechat(chat_app: Flask, clock: Clock) -> Server:
    return Server(chat_app.test_client(), clock)


@pytest.fixture
def in_mode(chat_app: Flask, clock: Clock, deps: Deps) -> Callable[..., Server]:
    """The server of an account in another mode."""

    def make(mode: str, **more: Any) -> Server:
        use(chat_app, with_mode(deps, mode, **more))
        return Server(chat_app.test_client(), clock)

    return make
