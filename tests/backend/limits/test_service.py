"""Limits hold for all processes together, and keep nobody's phone or number."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.common.deps import Deps
from backend.common.errors import Kind, ServiceError
from backend.common.mongo import atomic, in_transaction
from backend.limits import errors, rules, service, store
from backend.limits.model import Limit, Tries
from tests.support.world import Clock

THREE = Limit(3, timedelta(minutes=10))
LOCKING = Limit(3, timedelta(minutes=10), cool_down=timedelta(minutes=15))
NAME, WHO = "test.tries", "+8613900001111"


def spend(deps: Deps, times: int = 1, limit: Limit = THREE) -> int:
    return [service.spend(deps, NAME, WHO, limit=limit) for _ in range(times)][-1]


def refused(deps: Deps, limit: Limit = THREE) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        service.spend(deps, NAME, WHO, limit=limit)
    return caught.value


def test_as_many_as_the_limit_are_let_through_and_the_next_is_told_when_to_return(
    deps: Deps, clock: Clock
) -> None:
    assert [spend(deps) for _ in range(3)] == [2, 1, 0]
    clock.advance(minutes=4)
    error = refused(deps)
    assert (error.kind, error.reason, error.retry_after) == (Kind.TOO_MANY, "limits.too_many", 360)


def test_the_window_slides_so_no_border_lets_twice_the_limit_through(deps: Deps, clock: Clock) -> None:
    spend(deps, 2)
    clock.advance(minutes=9, seconds=59)
    spend(deps)
    clock.advance(seconds=1)
    assert spend(deps, 2) == 0
    assert refused(deps).retry_after == 599


def test_a_refused_try_does_not_make_the_wait_longer(deps: Deps, clock: Clock) -> None:
    spend(deps, 3)
    clock.advance(minutes=9)
    refused(deps)
    clock.advance(minutes=1)
    assert spend(deps) == 2


@pytest.mark.parametrize("limit", [THREE, LOCKING])
def test_fifty_at_once_never_get_more_than_the_limit(deps: Deps, limit: Limit) -> None:
    with ThreadPoolExecutor(50) as pool:
        standings = list(
            pool.map(lambda _: service.take(deps, NAME, WHO, limit=limit), range(50), timeout=60)
        )
    assert sum(one.granted for one in standings) == 3


def test_callers_and_names_are_counted_apart(deps: Deps) -> None:
    spend(deps, 3)
    assert service.spend(deps, NAME, "another", limit=THREE) == 2
    assert service.spend(deps, "test.other", WHO, limit=THREE) == 2


def test_the_last_try_locks_for_the_cool_down_and_then_all_tries_are_back(deps: Deps, clock: Clock) -> None:
    spend(deps, 2, LOCKING)
    last = service.take(deps, NAME, WHO, limit=LOCKING)
    assert (last.granted, last.left, last.retry_after) == (True, 0, 900)
    clock.advance(minutes=14, seconds=59)
    assert refused(deps, LOCKING).retry_after == 1
    clock.advance(seconds=1)
    assert spend(deps, 1, LOCKING) == 2


def test_tries_during_a_lock_do_not_prolong_it(deps: Deps, clock: Clock) -> None:
    spend(deps, 3, LOCKING)
    clock.advance(minutes=10)
    assert refused(deps, LOCKING).retry_after == 300


def test_peeking_counts_nothing(deps: Deps) -> None:
    assert service.peek(deps, NAME, WHO, limit=THREE) == service.Standing(True, 3, 0)
    spend(deps, 3)
    assert service.peek(deps, NAME, WHO, limit=THREE) == service.Standing(False, 0, 600)
    assert service.peek(deps, NAME, WHO, limit=THREE).left == 0


def test_a_reset_gives_everything_back_even_a_lock(deps: Deps) -> None:
    spend(deps, 3, LOCKING)
    service.reset(deps, NAME, WHO)
    assert spend(deps, 1, LOCKING) == 2


def test_giving_back_forgets_one_try(deps: Deps) -> None:
    spend(deps, 3)
    service.give_back(deps, NAME, WHO)
    assert spend(deps) == 0


def test_giving_back_what_was_never_spent_changes_nothing(deps: Deps) -> None:
    service.give_back(deps, NAME, WHO)
    assert spend(deps) == 2


def test_of_several_limits_all_are_charged_or_none(deps: Deps) -> None:
    hour = Limit(1, timedelta(hours=1))
    charges = [(NAME, WHO, THREE), ("test.hour", WHO, hour)]
    service.spend_all(deps, charges)
    with pytest.raises(ServiceError):
        service.spend_all(deps, charges)
    assert service.peek(deps, NAME, WHO, limit=THREE).left == 2


def test_a_try_counts_although_its_use_case_is_rolled_back(deps: Deps) -> None:
    @atomic
    def guess(deps: Deps) -> None:
        assert in_transaction()
        deps.db["notices"].insert_one({"_id": "gone"})
        spend(deps)
        raise ValueError("wrong")

    for _ in range(3):
        with pytest.raises(ValueError, match="wrong"):
            guess(deps)
    assert refused(deps).reason == "limits.too_many"
    assert deps.db["notices"].count_documents({}) == 0


def test_who_is_counted_is_kept_only_as_a_mac(deps: Deps) -> None:
    spend(deps)
    kept = deps.db[store.COLLECTION].find_one()
    assert kept is not None
    assert "139" not in kept["_id"].removeprefix(NAME)[:12]
    assert WHO not in str(kept)


def test_the_database_clears_a_document_when_its_window_or_lock_is_over(deps: Deps, clock: Clock) -> None:
    start = clock()
    spend(deps, 3, LOCKING)
    kept = deps.db[store.COLLECTION].find_one()
    assert kept is not None
    assert kept["expires_at"] == start + timedelta(minutes=15)
    [index] = [one for one in deps.db[store.COLLECTION].list_indexes() if "expires_at" in one["key"]]
    assert index["expireAfterSeconds"] == 0


def test_an_address_is_not_charged_when_settings_lift_its_limits(deps: Deps) -> None:
    assert service.by_address(deps, "192.0.2.1", (NAME, THREE)) == []
    limited = replace(deps, settings=replace(deps.settings, limit_per_address=600))
    assert service.by_address(limited, None, (NAME, THREE)) == []
    assert service.by_address(limited, "192.0.2.1", (NAME, THREE)) == [(NAME, "192.0.2.1", THREE)]


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_a_line_of_ipv6_is_one_caller(address: str, counted: str) -> None:
    assert rules.network(address) == counted


@given(
    st.lists(st.integers(0, 3_600), max_size=30),
    st.integers(1, 10),
    st.integers(1, 900),
    st.integers(0, 3_600),
)
def test_whoever_waits_as_long_as_told_has_a_try_and_not_a_second_earlier(
    spent: list[int], count: int, window: int, now: int
) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    limit = Limit(count, timedelta(seconds=window))
    tries = Tries(tuple(start + timedelta(seconds=s) for s in spent if s <= now))
    at = start + timedelta(seconds=now)
    told = rules.standing(tries, limit, at)
    later = at + timedelta(seconds=told.retry_after)
    assert rules.standing(tries, limit, later).left > 0
    if told.retry_after:
        assert rules.standing(tries, limit, later - timedelta(seconds=1)).left == 0


def wrong() -> ServiceError:
    return ServiceError(Kind.CONFLICT, "test.wrong", "错", "Wrong")


def attempt(deps: Deps, ends_in: Exception | None = None) -> str:
    """One try that ends like this, and how the caller sees it."""
    try:
        with service.wrong_only(deps, (NAME, WHO, LOCKING), wrong="test.wrong", refusal=errors.too_many):
            if ends_in is not None:
                raise ends_in
    except (ServiceError, ValueError) as error:
        return getattr(error, "reason", "fault")
    return "right"


def test_only_wrong_tries_count_and_the_last_of_them_locks(deps: Deps, clock: Clock) -> None:
    other = ServiceError(Kind.CONFLICT, "test.other", "他", "Other")
    for _ in range(20):
        assert (attempt(deps), attempt(deps, other)) == ("right", "test.other")
    assert [attempt(deps, wrong()) for _ in range(3)] == ["test.wrong"] * 3
    assert attempt(deps) == "limits.too_many"
    clock.advance(minutes=15)
    assert [attempt(deps, wrong()) for _ in range(3)] == ["test.wrong"] * 3


def test_tries_under_way_take_places_and_do_not_lock(deps: Deps) -> None:
    with ExitStack() as open_ones:
        for _ in range(3):
            charge = (NAME, WHO, LOCKING)
            open_ones.enter_context(
                service.wrong_only(deps, charge, wrong="test.wrong", refusal=errors.too_many)
            )
        with pytest.raises(ServiceError) as caught:
            open_ones.enter_context(
                service.wrong_only(deps, charge, wrong="test.wrong", refusal=errors.too_many)
            )
        assert caught.value.retry_after == 1
    assert attempt(deps) == "right"


def test_the_place_of_a_try_whose_process_died_is_free_after_a_minute(deps: Deps, clock: Clock) -> None:
    assert [attempt(deps, ValueError()) for _ in range(3)] == ["fault"] * 3
    assert attempt(deps) == "limits.too_many"
    clock.advance(seconds=60)
    assert attempt(deps) == "right"
