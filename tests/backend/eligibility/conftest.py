"""The counter, and a resident at it."""

import pytest

from backend.common.actor import Actor
from backend.common.deps import Deps
from tests.backend.eligibility.counter import Counter, make_counter


@pytest.fixture
def counter(deps: Deps) -> Counter:
    return make_counter(deps)


@pytest.fixture
def resident(counter: Counter) -> Actor:
    return counter.resident()
