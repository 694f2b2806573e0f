"""A town with an objection in it."""

import pytest

from backend.common.deps import Deps
from tests.backend.objections.town import Town, make_town


@pytest.fixture
def town(deps: Deps) -> Town:
    return make_town(deps)
