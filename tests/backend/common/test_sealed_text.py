"""Texts opened here open as the library opens them, and what does not open fails as the library fails."""

import hashlib
import hmac
from collections.abc import Iterator

import pytest
from bson.binary import Binary
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given, settings
from hypothesis import strategies as st
from pymongo.errors import EncryptionError

from backend.common import sealed_text, sealing
from backend.common.deps import Deps
from backend.common.mongo import Client
from backend.common.sealing import VAULT, Sealer
from tests.support.world import MASTER_KEY

ROOM = "registry"
OTHER_KEY = Binary(bytes(16), 4)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=70)
repeated = settings(settings.get_profile("over fixtures"), max_examples=60)


class OnlyHere(Sealer):
    """A sealer that may not ask the library to open anything."""

    def _opened(self, sealed: bytes) -> object:
        raise AssertionError("left to the library")


@pytest.fixture
def here(client: Client, database_name: str) -> Iterator[OnlyHere]:
    sealer = OnlyHere(client, database_name, MASTER_KEY)
    yield sealer
    sealer.close()


def of_library(sealer: Sealer, sealed: bytes) -> object:
    return sealer._encryption.decrypt(Binary(sealed, 6))


@given(text=words, lookup=st.booleans())
@repeated
def test_what_the_library_seals_opens_here(deps: Deps, here: OnlyHere, text: str, lookup: bool) -> None:
    sealed = deps.sealer.seal_for_lookup(ROOM, text) if lookup else deps.sealer.seal(ROOM, text)
    assert here.open(sealed) == of_library(deps.sealer, sealed) == text


@given(text=words, iv=st.binary(min_size=16, max_size=16))
@repeated
def test_what_is_sealed_by_the_format_as_it_is_read_here_opens_in_the_library(
    deps: Deps, here: OnlyHere, text: str, iv: bytes
) -> None:
    key_id = sealed_key_id(deps)
    key = here._data_key(key_id)
    assert key is not None
    raw = text.encode() + b"\0"
    sealed = by_the_format(key, b"\x02" + key_id + b"\x02", iv, len(raw).to_bytes(4, "little") + raw)
    assert of_library(deps.sealer, sealed) == here.open(sealed) == text


@given(place=st.integers(0, 10_000), flip=st.integers(1, 255), text=words)
@repeated
def test_one_changed_byte_fails_as_in_the_library(deps: Deps, place: int, flip: int, text: str) -> None:
    sealed = bytearray(deps.sealer.seal(ROOM, text))
    sealed[place % len(sealed)] ^= flip
    with pytest.raises(EncryptionError) as ours:
        deps.sealer.open(bytes(sealed))
    with pytest.raises(EncryptionError) as theirs:
        of_library(deps.sealer, bytes(sealed))
    assert str(ours.value) == str(theirs.value)


@given(cut=st.integers(0, 200), text=words)
@repeated
def test_a_shortened_text_does_not_open(deps: Deps, cut: int, text: str) -> None:
    sealed = deps.sealer.seal(ROOM, text)
    with pytest.raises(EncryptionError):
        deps.sealer.open(sealed[: cut % len(sealed)])


def test_a_key_of_another_master_key_or_of_nobody_is_left_to_the_library(
    deps: Deps, client: Client, database_name: str
) -> None:
    sealed = deps.sealer.seal(ROOM, "甲")
    stranger = OnlyHere(client, database_name, bytes(96))
    with pytest.raises(AssertionError, match="left to the library"):
        stranger.open(sealed)
    with pytest.raises(EncryptionError):
        deps.sealer.open(sealed[:1] + OTHER_KEY + sealed[17:])
    stranger.close()


@pytest.mark.parametrize("value", [b"bytes", 12, {"a": 1}, True])
def test_what_is_no_text_is_left_to_the_library(deps: Deps, here: OnlyHere, value: object) -> None:
    with pytest.raises(AssertionError, match="left to the library"):
        here.open(deps.sealer.seal(ROOM, value))


@pytest.mark.parametrize(
    "plain",
    [b"", b"\x02\0\0\0a", b"\x02\0\0\0ab", b"\x03\0\0\0a\0", b"\x02\0\0\0\xff\0"],
    ids=["empty", "cut", "no zero", "wrong length", "no UTF-8"],
)
def test_a_genuine_seal_over_no_whole_text_is_none(plain: bytes) -> None:
    key = bytes(range(96))
    assert (
        sealed_text.text_of(key, by_the_format(key, b"\x02" + bytes(16) + b"\x02", bytes(16), plain)) is None
    )


def test_a_key_is_fetched_again_when_its_time_is_over(
    client: Client, database_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = f"{database_name}_sealed_text"
    sealer = OnlyHere(client, place, MASTER_KEY)
    sealed = sealer.seal(ROOM, "甲")
    assert sealer.open(sealed) == "甲"
    client[place][VAULT].delete_many({})
    assert sealer.open(sealed) == "甲"
    monkeypatch.setattr(sealing, "KEY_LASTS_S", 0)
    with pytest.raises(AssertionError, match="left to the library"):
        sealer.open(sealed)
    sealer.close()
    client.drop_database(place)


def test_a_key_fetched_in_a_transaction_is_read_outside_of_it(deps: Deps, here: OnlyHere) -> None:
    sealed = deps.sealer.seal(ROOM, "甲")
    with deps.transaction():
        assert here.open(sealed) == "甲"


def sealed_key_id(deps: Deps) -> bytes:
    return bytes(deps.sealer.seal(ROOM, "")[sealed_text.KEY_ID])


def by_the_format(key: bytes, head: bytes, iv: bytes, plain: bytes) -> bytes:
    """The sealing side, written from the draft apart from the code under test."""
    count = 16 - len(plain) % 16
    cipher = Cipher(AES256(key[32:64]), CBC(iv)).encryptor()
    body = iv + cipher.update(plain + bytes([count]) * count) + cipher.finalize()
    tag = hmac.new(key[:32], head + body + (len(head) * 8).to_bytes(8, "big"), hashlib.sha512).digest()[:32]
    return head + body + tag
