"""Cursor pages: `{items, next_cursor}`. A cursor is opaque, signed, and bound to the list it came from."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from backend.common.errors import Kind, ServiceError

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
MAC_BYTES = 12


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list; `next_cursor` is null on the last one."""

    items: tuple[T, ...]
    next_cursor: str | None


@dataclass(frozen=True)
class Position:
    """After which entry a page begins: the instant it is sorted by and its id."""

    at: datetime
    id: str


class PositionOf(Protocol[T_contra]):
    """The type of a function from an entry to its `Position`."""

    def __call__(self, entry: T_contra, /) -> Position: ...


class Cursors:
    """Makes and reads cursors; `scope` names the list and its owner, so that another's cursor is refused."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def read(self, cursor: str | None, scope: str) -> Position | None:
        if cursor is None:
            return None
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            body, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
            if not hmac.compare_digest(mac, self._mac(body, scope)):
                raise ValueError("foreign cursor")
            at, ident = json.loads(body)
            return Position(datetime.fromisoformat(at), ident)
        except (ValueError, TypeError) as error:
            raise bad_cursor() from error

    def write(self, position: Position, scope: str) -> str:
        body = json.dumps([position.at.isoformat(), position.id], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(body + self._mac(body, scope)).decode().rstrip("=")

    def page(self, found: Sequence[T], limit: int, scope: str, position: PositionOf[T]) -> Page[T]:
        """Cut `limit + 1` found entries to a page; the extra one only tells that there is more."""
        items = tuple(found[:limit])
        more = len(found) > limit
        return Page(items, self.write(position(items[-1]), scope) if more else None)

    def _mac(self, body: bytes, scope: str) -> bytes:
        return hmac.new(self._key, scope.encode() + b"\0" + body, hashlib.sha256).digest()[:MAC_BYTES]


def bad_cursor() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "list.bad_cursor",
        "翻页标记无效，请从第一页重新查看",
        "This cursor is not valid; please start again from the first page",
    )
