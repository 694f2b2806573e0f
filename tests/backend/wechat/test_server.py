"""WeChat speaks to the web processes as production runs them: two workers, the real dialogue, real time."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from backend.common.mongo import Client
from backend.local import mongod as embedded
from tests.backend.wechat.conftest import (
    AES_KEY,
    APP_ID,
    OPENID,
    TOKEN,
    parse_envelope,
    sign,
    text_xml,
    wechatpy_crypto,
)
from tests.support.processes import Process

pytestmark = pytest.mark.slow


@pytest.fixture
def port(client: Client, mongodb_uri: str, database_name: str, tmp_path: Path) -> Iterator[int]:
    name, port = f"{database_name}_wechat", embedded.free_port(0)
    client.drop_database(name)
    env = {
        "MONGODB_URI": mongodb_uri, "MONGODB_DATABASE": name, "DATA_DIR": str(tmp_path), "PORT": str(port), "WEB_WORKERS": "2",
        "LIMIT_PER_ADDRESS": "1", "WECHAT_APP_ID": APP_ID, "WECHAT_TOKEN": TOKEN, "WECHAT_AES_KEY": AES_KEY,
    }  # fmt: skip
    with Process("backend.manage", "ensure-indexes", env=env) as made:
        assert made.wait(within_s=60) == 0, made.lines
    with Process("backend.serve", env=env) as server:
        for _ in range(300):
            if is_up(port):
                break
            time.sleep(0.2)
        yield port
        assert server.end() == 0
    told = "\n".join(server.lines)
    assert '"route": "/wechat"' in told
    assert not [word for word in (OPENID, TOKEN, "signature", "报告") if word in told]
    client.drop_database(name)


def is_up(port: int) -> bool:
    try:
        return ask(port, "GET", "/healthz")[0] == 200
    except OSError:
        return False


def ask(port: int, method: str, path: str, body: bytes | None = None) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, {"Content-Type": "text/xml"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def send(port: int, number: int, nonce: str) -> str:
    """One message to whichever worker; the text of its answer, by wechatpy."""
    timestamp = str(int(datetime.now(UTC).timestamp()))
    sealed = wechatpy_crypto().encrypt_message(text_xml("报告", msg_id=number), nonce, timestamp)
    query: dict[str, Any] = {
        "signature": sign(TOKEN, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "openid": OPENID,
        "encrypt_type": "aes",
        "msg_signature": parse_envelope(sealed)["MsgSignature"],
    }
    status, told = ask(port, "POST", f"/wechat?{urlencode(query)}", sealed.encode())
    assert status == 200, told
    answer = parse_envelope(told)
    xml = wechatpy_crypto().decrypt_message(
        told, answer["MsgSignature"], answer["TimeStamp"], answer["Nonce"]
    )
    return parse_envelope(xml)["Content"]


def test_both_workers_give_one_answer_to_a_message(port: int) -> None:
    sent = [(number, f"{number}-{attempt}") for number in range(8) for attempt in range(3)]
    with ThreadPoolExecutor(5) as threads:
        told = list(threads.map(lambda one: (one[0], send(port, *one)), sent))
    for number in range(8):
        (answer,) = {text for which, text in told if which == number}
        assert "绑定" in answer
