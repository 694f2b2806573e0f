"""The challenge store: each change of state happens once."""

from datetime import timedelta

import pytest

from backend.common.deps import Deps
from backend.facechecks import store
from backend.facechecks.model import Challenge, ChallengeState
from schemas.faces import FaceStep
from tests.support.world import Clock

NONCE = b"h" * 32


@pytest.fixture
def challenge(deps: Deps, clock: Clock) -> Challenge:
    made = Challenge(
        "c1",
        "s1",
        "session",
        "consent",
        NONCE,
        (FaceStep.TURN_LEFT,),
        clock(),
        clock() + timedelta(seconds=45),
    )
    store.insert(deps.db, made)
    return made


def state(deps: Deps) -> Challenge:
    return store.find_own(deps.db, "s1", "session", "c1")


def test_it_is_found_by_its_person_in_its_session_only(deps: Deps, challenge: Challenge) -> None:
    assert state(deps) == challenge
    assert store.find_own(deps.db, "s2", "session", "c1") is None
    assert store.find_own(deps.db, "s1", "other", "c1") is None
    assert store.find_own(deps.db, "s1", None, "c1") is None


def test_it_is_claimed_once_by_the_right_nonce_before_its_end(
    deps: Deps, clock: Clock, challenge: Challenge
) -> None:
    assert not store.claim(deps.db, "c1", b"x" * 32, clock(), faults=0)
    assert not store.claim(deps.db, "c1", NONCE, challenge.expires_at, faults=0)
    assert store.claim(deps.db, "c1", NONCE, clock(), faults=0)
    assert not store.claim(deps.db, "c1", NONCE, clock(), faults=0)


def test_only_a_claimed_one_is_settled_and_only_once(deps: Deps, clock: Clock, challenge: Challenge) -> None:
    assert not store.settle(deps.db, "c1", passed=True)
    store.claim(deps.db, "c1", NONCE, clock(), faults=0)
    assert store.settle(deps.db, "c1", passed=False)
    assert not store.settle(deps.db, "c1", passed=True)
    assert (state(deps).state, state(deps).passed) == (ChallengeState.JUDGED, False)


def test_a_released_one_can_be_claimed_again(deps: Deps, clock: Clock, challenge: Challenge) -> None:
    assert not store.release(deps.db, "c1", again=True)
    store.claim(deps.db, "c1", NONCE, clock(), faults=0)
    assert store.release(deps.db, "c1", again=True)
    assert (state(deps).state, state(deps).faults) == (ChallengeState.OPEN, 1)
    assert not store.claim(deps.db, "c1", NONCE, clock(), faults=0)
    assert store.claim(deps.db, "c1", NONCE, clock(), faults=1)


def test_one_that_is_released_for_the_last_time_stays_closed(
    deps: Deps, clock: Clock, challenge: Challenge
) -> None:
    store.claim(deps.db, "c1", NONCE, clock(), faults=0)
    assert store.release(deps.db, "c1", again=False)
    assert not store.claim(deps.db, "c1", NONCE, clock(), faults=0)
