"""The safe mode's envelope: AES-256-CBC, padded to 32 bytes, with the account's id behind the message.

16 random bytes, the message's length (4 bytes, network order), the message, the id of the account. The initial vector is the
first half of the key, as WeChat has fixed it; the random bytes in front keep equal messages from looking equal.
"""

import base64
import binascii
import hmac

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
SALT_BYTES = 16
_LENGTH_BYTES = 4


class NotSealed(Exception):
    """This is no envelope for this account; which part of it is wrong is told to nobody."""


def key_of(encoded: str) -> bytes:
    """The 32 bytes of the console's EncodingAESKey (43 characters). Raises `ValueError`."""
    if len(encoded) != 43 or not (encoded.isascii() and encoded.isalnum()):
        raise ValueError("must be the 43 letters and digits of the console's EncodingAESKey")
    return base64.b64decode(encoded + "=")


def seal(key: bytes, app_id: str, message: bytes, salt: bytes) -> str:
    plain = salt + len(message).to_bytes(_LENGTH_BYTES, "big") + message + app_id.encode()
    padding = BLOCK - len(plain) % BLOCK
    encryptor = _cipher(key).encryptor()
    return base64.b64encode(
        encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()
    ).decode()


def opened(key: bytes, app_id: str, sealed: str) -> bytes:
    """The message in an envelope. Raises `NotSealed`."""
    try:
        raw = base64.b64decode(sealed.strip(), validate=True)
        decryptor = _cipher(key).decryptor()
        plain = decryptor.update(raw) + decryptor.finalize()
    except (ValueError, binascii.Error) as error:
        raise NotSealed from error
    content = _unpadded(plain)[SALT_BYTES:]
    length = int.from_bytes(content[:_LENGTH_BYTES], "big")
    message, owner = content[_LENGTH_BYTES:][:length], content[_LENGTH_BYTES + length :]
    if len(content) < _LENGTH_BYTES or not hmac.compare_digest(owner, app_id.encode()):
        raise NotSealed
    return message


def _unpadded(plain: bytes) -> bytes:
    padding = plain[-1] if plain else 0
    if not 1 <= padding <= BLOCK or not plain.endswith(bytes([padding]) * padding):
        raise NotSealed
    return plain[:-padding]


def _cipher(key: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
