"""A newsroom: Anna writes, Bo reviews, Chen is there too."""

import pytest

from backend.common.deps import Deps
from tests.backend.news.press import Press


@pytest.fixture
def press(deps: Deps) -> Press:
    return Press(deps)
