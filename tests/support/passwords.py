"""Passwords in tests: argon2id as in the service, at its least cost, for a hash is made to take long."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from backend.staff import rules

CHEAP = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1)


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[PasswordHasher]:
    kept = rules._HASHER
    rules._HASHER = CHEAP
    yield kept
    rules._HASHER = kept


@pytest.fixture
def service_passwords(_cheap_passwords: PasswordHasher, monkeypatch: pytest.MonkeyPatch) -> PasswordHasher:
    """The settings that the service has, where they are what is tested."""
    monkeypatch.setattr(rules, "_HASHER", _cheap_passwords)
    return _cheap_passwords
