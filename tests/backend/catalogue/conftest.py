"""What the catalogue's tests share."""

import pytest

from backend.catalogue.rules import forbidden


@pytest.fixture(scope="session", autouse=True)
def _lexicon() -> None:
    """Compiled before the first property test, whose deadline it would break."""
    forbidden.lexicon()
