"""A resident who hands in files."""

import pytest

from backend.common.actor import Actor
from schemas.terms import Channel, Level, Role


@pytest.fixture
def resident() -> Actor:
    return Actor(id="a1", role=Role.CITIZEN, channel=Channel.API, subject_id="s1", level=Level.REAL_NAME)
