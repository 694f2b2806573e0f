"""A file's content as it is stored: AES-256-GCM under a key of its own, in segments of one chunk each.

The nonce is the segment's number and whether it is the last one, so that segments cannot be moved, left out or cut off
(the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015); the file's id is authenticated with each.
A key seals one file once, which is what makes counted nonces safe.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK = 255 * 1024
"""Bytes of a sealed segment: the chunk size GridFS itself would choose."""
TAG = 16
SEGMENT = CHUNK - TAG


class Damaged(Exception):
    """What is stored is not, or not wholly, what was sealed."""


def new_key() -> bytes:
    return AESGCM.generate_key(256)


def digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def seal(key: bytes, file_id: str, content: bytes) -> Iterator[bytes]:
    """The sealed segments of a content of at least one byte."""
    cipher, whole = AESGCM(key), memoryview(content)
    starts = range(0, len(content), SEGMENT)
    for number, start in enumerate(starts):
        nonce = _nonce(number, last=number == len(starts) - 1)
        yield cipher.encrypt(nonce, whole[start : start + SEGMENT], file_id.encode())


def open_sealed(key: bytes, file_id: str, segments: Iterable[bytes], sha256: bytes) -> bytes:
    """The content, once every segment and the whole are proved; raises `Damaged` and gives nothing otherwise."""
    cipher = AESGCM(key)
    try:
        opened = [
            cipher.decrypt(_nonce(number, last=after is None), segment, file_id.encode())
            for number, (segment, after) in enumerate(pairwise(chain(segments, (None,))))
            if segment is not None
        ]
    except InvalidTag as error:
        raise Damaged from error
    content = b"".join(opened)
    if not hmac.compare_digest(digest(content), sha256):
        raise Damaged
    return content


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
