"""Claims, leases and kept answers."""

import pytest

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.idempotency import service, store
from backend.idempotency.model import Claim
from schemas.terms import Channel, Role
from tests.support.world import Clock

WHO = Actor(id="a1", role=Role.CITIZEN, channel=Channel.API)


def begin(deps: Deps, digest: bytes = b"d") -> Claim:
    return service.begin(deps, WHO, owner="a1 POST /x", key="k", digest=digest)


def finish(deps: Deps, claim: Claim) -> bool:
    return service.finish(deps, claim, status=201, headers={"Content-Type": "text/plain"}, body=b"x")


def reason(deps: Deps, digest: bytes = b"d") -> str:
    with pytest.raises(ServiceError) as caught:
        begin(deps, digest)
    return caught.value.reason


def test_a_kept_answer_comes_back_whole(deps: Deps) -> None:
    assert finish(deps, begin(deps))
    reply = begin(deps).reply
    assert reply is not None
    assert (reply.status, reply.headers, reply.body) == (201, {"Content-Type": "text/plain"}, b"x")


def test_a_running_request_is_not_run_again(deps: Deps) -> None:
    begin(deps)
    assert reason(deps) == "idempotency.in_progress"
    assert reason(deps, b"other") == "idempotency.mismatch"


def test_the_key_of_a_dead_process_is_free_again_after_its_lease(deps: Deps, clock: Clock) -> None:
    dead = begin(deps)
    clock.advance(seconds=59)
    assert reason(deps) == "idempotency.in_progress"
    clock.advance(seconds=1)
    alive = begin(deps)
    assert alive.reply is None
    assert not finish(deps, dead), "the one who lost the lease must not speak for the new runner"
    assert not service.abandon(deps, dead)
    assert finish(deps, alive)


def test_only_one_takes_over_from_a_dead_process(deps: Deps, clock: Clock) -> None:
    begin(deps)
    clock.advance(seconds=61)
    begin(deps)
    assert reason(deps) == "idempotency.in_progress"


def test_an_abandoned_key_may_carry_other_content(deps: Deps) -> None:
    assert service.abandon(deps, begin(deps))
    assert begin(deps, b"other").reply is None


def test_an_old_answer_is_forgotten_even_before_the_database_clears_it(deps: Deps, clock: Clock) -> None:
    finish(deps, begin(deps))
    clock.advance(hours=24)
    assert begin(deps, b"other").reply is None


def test_the_database_clears_slots_by_itself(deps: Deps) -> None:
    indexes = deps.db["idempotency_slots"].index_information()
    assert [spec["expireAfterSeconds"] for spec in indexes.values() if "expireAfterSeconds" in spec] == [0]


def test_whoever_repeats_too_soon_is_told_how_long_the_lease_still_runs(deps: Deps, clock: Clock) -> None:
    begin(deps)
    for seconds, left in ((0, 60), (17.5, 43), (42, 1)):
        clock.advance(seconds=seconds)
        with pytest.raises(ServiceError) as caught:
            begin(deps)
        assert caught.value.retry_after == left


def test_who_loses_the_race_for_a_dead_lease_is_told_how_long_the_new_one_runs(
    deps: Deps, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(deps)
    clock.advance(seconds=61)
    monkeypatch.setattr(store, "take_over", lambda *_, **__: False)
    with pytest.raises(ServiceError) as caught:
        begin(deps)
    assert caught.value.retry_after == 60
