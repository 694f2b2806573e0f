"""One address may ask so many times a minute, over all processes."""

import threading
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.addresses import rules
from backend.addresses.service import Gate
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from tests.support import commands
from tests.support.world import Clock


def limited(deps: Deps, limit: int) -> Deps:
    return replace(deps, settings=replace(deps.settings, limit_per_address=limit))


def admitted(gate: Gate, deps: Deps, times: int, address: str = "198.51.100.7") -> int:
    return sum(_admits(gate, deps, address) for _ in range(times))


def _admits(gate: Gate, deps: Deps, address: str) -> bool:
    try:
        gate.admit(deps, address)
    except ServiceError:
        return False
    return True


def test_the_refusal_says_when_to_come_again(deps: Deps, clock: Clock) -> None:
    gate, few = Gate(), limited(deps, 1)
    gate.admit(few, "198.51.100.7")
    clock.advance(seconds=20)
    with pytest.raises(ServiceError) as caught:
        gate.admit(few, "198.51.100.7")
    assert (caught.value.reason, caught.value.retry_after) == ("limits.address", 40)


@pytest.mark.parametrize("limit", [1, 2, 15, 16, 17, 100])
def test_exactly_the_limit_is_let_through(deps: Deps, limit: int) -> None:
    assert admitted(Gate(), limited(deps, limit), limit + 20) == limit


def test_zero_means_no_limit_and_no_write(deps: Deps) -> None:
    assert admitted(Gate(), limited(deps, 0), 50) == 50
    assert deps.db["address_minutes"].count_documents({}) == 0


def test_the_next_minute_begins_anew(deps: Deps, clock: Clock) -> None:
    gate, few = Gate(), limited(deps, 3)
    admitted(gate, few, 5)
    clock.advance(seconds=60)
    assert admitted(gate, few, 5) == 3


def test_addresses_are_counted_apart_and_one_ipv6_household_together(deps: Deps) -> None:
    gate, few = Gate(), limited(deps, 3)
    assert admitted(gate, few, 5, "198.51.100.1") == admitted(gate, few, 5, "198.51.100.2") == 3
    assert admitted(gate, few, 2, "2001:db8:1:2::1") + admitted(gate, few, 5, "2001:db8:1:2:ffff::9") == 3
    assert admitted(gate, few, 5, "2001:db8:1:3::1") == 3
    assert admitted(gate, few, 5, "::ffff:198.51.100.1") == 0


def test_processes_share_the_limit(deps: Deps) -> None:
    few, gates = limited(deps, 200), [Gate(), Gate(), Gate()]
    counts = [0, 0, 0]

    def ask(place: int) -> None:
        counts[place] = admitted(gates[place], few, 150)

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 190 <= sum(counts) <= 200, counts


def test_threads_of_one_process_share_its_lease(deps: Deps) -> None:
    few, gate, counts = limited(deps, 100), Gate(), []
    together = threading.Barrier(20)

    def ask() -> None:
        together.wait()
        counts.append(admitted(gate, few, 7))

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 100


def test_most_requests_cost_no_write(deps: Deps) -> None:
    gate, many = Gate(), limited(deps, 600)
    admitted(gate, many, 1)
    with commands.watched(many) as (own, sent):
        assert admitted(gate, own, 299) == 299
        assert set(sent.commands) == {"findAndModify"}
        assert len(sent.commands) < 20


def test_an_address_is_not_kept_in_clear(deps: Deps) -> None:
    admitted(Gate(), limited(deps, 5), 1)
    assert "198.51.100" not in str(list(deps.db["address_minutes"].find()))


@given(st.integers(1, 10_000), st.integers(0, 20_000), st.integers(1, 700))
def test_what_is_granted_never_passes_the_limit(limit: int, before: int, asked: int) -> None:
    given_now = rules.granted(limit, before + asked, asked)
    assert 0 <= given_now <= asked
    assert min(before, limit) + given_now <= limit
    assert given_now == asked or before + given_now >= limit
    assert rules.batch(limit, before) >= 1
