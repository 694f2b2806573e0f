"""Signatures, envelopes and XML both ways against the two public SDKs, which nobody keeps any more."""

import secrets
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werobot.crypto import MessageCrypt
from werobot.parser import parse_user_msg
from werobot.utils import get_signature

from backend.wechat.rules import reading, sealing, signing, writing
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

KEY = sealing.key_of(AES_KEY)
XML_TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=300
)
WORDS = st.text(string.ascii_letters + string.digits, min_size=1, max_size=30)


@given(WORDS, WORDS, WORDS)
def test_signatures_are_those_of_both(token: str, timestamp: str, nonce: str) -> None:
    ours = signing.signature(token, timestamp, nonce)
    assert ours == sign(token, timestamp, nonce) == get_signature(token, timestamp, nonce)
    assert signing.is_signed(token, ours, timestamp, nonce)
    assert not signing.is_signed(token, ours[:-1] + ("0" if ours[-1] != "0" else "1"), timestamp, nonce)


@given(XML_TEXTS)
def test_what_wechatpy_seals_is_opened_here_and_the_other_way(text: str) -> None:
    crypto = wechatpy_crypto()
    told = parse_envelope(crypto.encrypt_message(text_xml(text.replace("]]>", "")), "n", "1"))
    opened = sealing.opened(KEY, APP_ID, told["Encrypt"]).decode()
    assert opened == text_xml(text.replace("]]>", ""))
    ours = sealing.seal(KEY, APP_ID, text.encode(), secrets.token_bytes(16))
    envelope = writing.envelope(
        sealed=ours, signature=signing.signature(TOKEN, "1", "n", ours), timestamp="1", nonce="n"
    )
    assert crypto.decrypt_message(envelope, parse_envelope(envelope)["MsgSignature"], "1", "n") == text


@given(XML_TEXTS)
def test_what_werobot_seals_is_opened_here_and_the_other_way(text: str) -> None:
    crypto = MessageCrypt(TOKEN, AES_KEY, APP_ID)
    told = crypto.encrypt_message(text_xml(text.replace("]]>", "")), timestamp="1", nonce="n")
    sealed = parse_envelope(told)["Encrypt"]
    assert sealing.opened(KEY, APP_ID, sealed).decode() == text_xml(text.replace("]]>", ""))
    ours = sealing.seal(KEY, APP_ID, text.encode(), secrets.token_bytes(16))
    signature = signing.signature(TOKEN, "1", "n", ours)
    assert crypto.decrypt_message("1", "n", signature, ours).decode() == text


@pytest.mark.parametrize("length", range(64))
def test_every_length_is_padded_as_they_pad(length: int) -> None:
    text = "x" * length
    ours = sealing.seal(KEY, APP_ID, text.encode(), bytes(16))
    signature = signing.signature(TOKEN, "1", "n", ours)
    assert MessageCrypt(TOKEN, AES_KEY, APP_ID).decrypt_message("1", "n", signature, ours).decode() == text


@given(XML_TEXTS)
def test_both_read_a_reply_as_it_was_written(text: str) -> None:
    xml = writing.reply(user=OPENID, account="gh_1", created=7, text=text)
    told = parse_envelope(xml)
    assert (told["ToUserName"], told["FromUserName"], told["CreateTime"], told["MsgType"]) == (
        OPENID,
        "gh_1",
        "7",
        "text",
    )
    assert (told["Content"] or "").strip() == text.strip()


@given(XML_TEXTS.filter(lambda text: "]]>" not in text and text.strip()))
def test_a_message_is_read_as_both_read_it(text: str) -> None:
    xml = text_xml(text, msg_id=23)
    ours, theirs = reading.message(reading.elements(xml.encode())), parse_user_msg(xml)
    assert (ours.user, ours.account, ours.kind, ours.msg_id) == (
        theirs.source,
        theirs.target,
        theirs.type,
        str(theirs.message_id),
    )
    assert ours.content.strip() == theirs.content.strip()
