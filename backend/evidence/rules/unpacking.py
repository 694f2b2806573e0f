"""Unpacking in passing: nothing is kept, and what goes in and comes out is counted against a budget.

`follow` goes through the layers that a stream is packed in (deflate, base 85, hexadecimal), told by the bytes
themselves, since what a file says about its layers is its maker's word.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

STEP = 64 * 1024
DEEPEST = 4
"""Layers of one stream; real files have two."""
SLOW = 16 * 1024**2
"""Bytes of base 85 and hexadecimal, which are decoded slowly."""
_SPACE = re.compile(rb"[\s\0]+")
_PAIRS = re.compile(rb"[0-9A-Fa-f]+")
_A85_GROUP = 5

Source = Iterator[bytes | memoryview]


class TooMuch(Exception):
    """More comes out, or lies deeper, than the budget allows."""


class Budget:
    """How many bytes may still come out (`left`), be read, and be decoded slowly; `TooMuch` when they do not suffice."""

    def __init__(self, left: int, reading: int = 1 << 62) -> None:
        self.left, self.reading, self.slow = left, reading, SLOW

    def spend(self, *, out: int = 0, read: int = 0, slow: int = 0) -> None:
        self.left -= out
        self.reading -= read
        self.slow -= slow
        if min(self.left, self.reading, self.slow) < 0:
            raise TooMuch


def weigh(parts: Iterable[memoryview], budget: Budget) -> bool:
    """Unpack a zlib stream that lies in `parts`; whether it came to its end and was sound. Holds no more than a step."""
    engine = zlib.decompressobj()
    try:
        for out in _inflating(engine, (part for whole in parts for part in steps(whole))):
            budget.spend(out=len(out))
    except zlib.error:
        return False
    return engine.eof


def steps(whole: memoryview, start: int = 0, size: int = STEP) -> Iterator[memoryview]:
    """`whole` from `start` on, piece by piece, without copying."""
    return (whole[at : at + size] for at in range(start, len(whole), size))


def follow(source: Source, budget: Budget, depth: int = 0) -> None:
    """Unpack a stream layer by layer as long as there is one. What is in no layer at all is not read."""
    head = bytes(next(source, b""))
    unpack = _layer(head)
    source = chain((head,), source)
    if unpack is not None:
        if depth == DEEPEST:
            raise TooMuch
        follow(unpack(source, budget), budget, depth + 1)
    if depth:
        for _ in source:  # what is left of the layer above comes out too
            continue


def _layer(head: bytes) -> Callable[[Source, Budget], Source] | None:
    """What unpacks a stream that begins with `head`; a text only when deflate is behind it."""
    if _is_zlib(head):
        return _inflated
    start = _SPACE.sub(b"", head[:64])
    if _PAIRS.match(start[:4]) and _is_zlib(_from_hex(start[:4])):
        return _from_hexadecimal
    if _is_zlib(_from_a85(start.removeprefix(b"<~")[:_A85_GROUP])):
        return _from_base85
    return None


def _is_zlib(head: bytes) -> bool:
    """RFC 1950: method 8, a window that exists, the check bits right, no preset dictionary."""
    return (
        len(head) > 1
        and head[0] & 15 == 8
        and head[0] >> 4 < 8
        and not (head[0] << 8 | head[1]) % 31
        and not head[1] & 32
    )


def _inflated(source: Source, budget: Budget) -> Source:
    try:
        for out in _inflating(zlib.decompressobj(), _counted(source, budget)):
            budget.spend(out=len(out))
            yield out
    except zlib.error:
        return


def _inflating(engine: "zlib._Decompress", source: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    for waiting in source:
        while waiting and not engine.eof:
            yield engine.decompress(waiting, STEP)
            waiting = engine.unconsumed_tail
        if engine.eof:
            return
    while out := engine.decompress(b"", STEP):
        yield out


def _counted(source: Source, budget: Budget) -> Source:
    for part in source:
        budget.spend(read=len(part))
        yield part


def _from_hexadecimal(source: Source, budget: Budget) -> Source:
    left = b""
    for part in source:
        budget.spend(slow=len(part))
        text, end, _ = (left + _SPACE.sub(b"", part)).partition(b">")
        whole = len(text) // 2 * 2
        yield _from_hex(text[:whole])
        left = text[whole:]
        if end:
            return


def _from_base85(source: Source, budget: Budget) -> Source:
    left = b""
    for part in source:
        budget.spend(slow=len(part))
        text, end, _ = (left + _SPACE.sub(b"", part).removeprefix(b"<~")).partition(b"~")
        text = text.replace(b"z", b"!!!!!")
        whole = len(text) if end else len(text) // _A85_GROUP * _A85_GROUP
        yield _from_a85(text[:whole])
        left = text[whole:]
        if end:
            return


def _from_hex(text: bytes) -> bytes:
    try:
        return binascii.unhexlify(text)
    except binascii.Error:
        return b""


def _from_a85(text: bytes) -> bytes:
    try:
        return base64.a85decode(text)
    except ValueError:
        return b""
