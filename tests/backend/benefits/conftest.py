"""A campaign, its partners, and residents with and without records."""

import pytest

from backend.common.actor import Actor
from backend.common.deps import Deps
from tests.backend.benefits.fair import Fair
from tests.backend.reports.conftest import bound, log_refused, other, subject, verified

__all__ = ["bound", "log_refused", "other", "subject", "verified"]


@pytest.fixture
def fair(deps: Deps, bound: Actor) -> Fair:
    return Fair(deps, bound)
