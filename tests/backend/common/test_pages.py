"""Cursors: opaque, signed, and good only for the list they came from."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.common.errors import Kind, ServiceError
from backend.common.pages import Cursors, Position

CURSORS = Cursors(b"k" * 32)
HERE = Position(datetime(2026, 11, 21, 12, 0, 0, 123_000, tzinfo=UTC), "entry-1")


@pytest.mark.parametrize("cursor", ["", "x", "=", "€", "\0", "\ud800", "A" * 400, "AAAA====", "null", "-_-_"])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(ServiceError) as caught:
        CURSORS.read(cursor, "list")
    assert (caught.value.kind, caught.value.reason) == (Kind.INVALID, "list.bad_cursor")


def test_no_cursor_is_the_beginning() -> None:
    assert CURSORS.read(None, "list") is None


def test_a_cursor_of_another_list_person_or_service_is_refused() -> None:
    cursor = CURSORS.write(HERE, "notices:account-1")
    assert CURSORS.read(cursor, "notices:account-1") == HERE
    for other, scope in (
        (CURSORS, "notices:account-2"),
        (CURSORS, "records:account-1"),
        (Cursors(b"x" * 32), "notices:account-1"),
    ):
        with pytest.raises(ServiceError):
            other.read(cursor, scope)


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    st.text(max_size=20),
)
def test_a_cursor_leads_back_to_its_place(at: datetime, ident: str, scope: str) -> None:
    scope = scope.encode("utf-8", "replace").decode()
    position = Position(at, ident)
    assert CURSORS.read(CURSORS.write(position, scope), scope) == position


@given(st.data())
def test_a_changed_cursor_is_refused(data: st.DataObject) -> None:
    raw = bytearray(base64.urlsafe_b64decode(CURSORS.write(HERE, "list") + "=="))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ServiceError):
        CURSORS.read(base64.urlsafe_b64encode(raw).decode().rstrip("="), "list")


@given(st.integers(0, 30), st.integers(1, 10))
def test_pages_show_everything_once_and_in_order(count: int, limit: int) -> None:
    entries = [Position(HERE.at - timedelta(seconds=number), f"e{number}") for number in range(count)]
    seen: list[Position] = []
    cursor: str | None = None
    for _ in range(count + 1):
        after = CURSORS.read(cursor, "list")
        rest = [entry for entry in entries if after is None or entry.at < after.at]
        page = CURSORS.page(rest[: limit + 1], limit, "list", lambda entry: entry)
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == entries
