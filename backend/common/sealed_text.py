"""Opening one sealed text as client-side field level encryption wrote it, without the library's calls back into Python.

The format is the documented one of the driver's specification: AEAD_AES_256_CBC_HMAC_SHA_512 of
draft-mcgrew-aead-aes-cbc-hmac-sha2, keys of 96 bytes (the first 32 for the MAC, the next 32 for the cipher), SHA-512 cut to 32
bytes. What these functions do not know they give back as None; the library then says what it is (docs/adr/0012).
"""

import hmac

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from backend.common.macs import mac

KEY_BYTES = 96
HEAD_BYTES = 18
"""One byte names the algorithm, 16 the data key, one the BSON type of the value."""
KEY_ID = slice(1, 17)
_TEXT_HEADS = (1, 2)
"""Deterministic and random sealing, which open alike."""
_BSON_TEXT = 2
_HALF = 32
_BLOCK = 16
_TAG = 32
_SHORTEST = 2 * _BLOCK + _TAG


def key_of(master_key: bytes, wrapped: bytes) -> bytes | None:
    """A data key of the vault (`keyMaterial`), wrapped by the local master key; None when it does not open."""
    key = _decrypted(master_key, b"", wrapped)
    return key if key is not None and len(key) == KEY_BYTES else None


def is_text(sealed: bytes) -> bool:
    return len(sealed) >= HEAD_BYTES + _SHORTEST and sealed[0] in _TEXT_HEADS and sealed[17] == _BSON_TEXT


def text_of(key: bytes, sealed: bytes) -> str | None:
    """The text under a data key; None when it does not open, or holds no whole text (4 bytes of length, UTF-8, a zero)."""
    plain = _decrypted(key, sealed[:HEAD_BYTES], sealed[HEAD_BYTES:])
    if plain is None or len(plain) < 5 or plain[-1] or int.from_bytes(plain[:4], "little") != len(plain) - 4:
        return None
    try:
        return plain[4:-1].decode()
    except UnicodeDecodeError:
        return None


def _decrypted(key: bytes, head: bytes, body: bytes) -> bytes | None:
    """`body` is IV, ciphertext and tag; the tag is over `head`, IV, ciphertext, and the bits of `head` as 64 bits."""
    if len(body) < _SHORTEST or len(body) % _BLOCK:
        return None
    said = head + body[:-_TAG] + (8 * len(head)).to_bytes(8, "big")
    if not hmac.compare_digest(mac(key[:_HALF], said, "sha512")[:_TAG], body[-_TAG:]):
        return None
    cipher = Cipher(AES256(key[_HALF : 2 * _HALF]), CBC(body[:_BLOCK])).decryptor()
    padded = cipher.update(body[_BLOCK:-_TAG]) + cipher.finalize()
    count = padded[-1]
    if not 1 <= count <= _BLOCK or padded[-count:] != bytes([count]) * count:
        return None
    return padded[:-count]
