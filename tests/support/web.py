"""The HTTP edge in tests: the real app with its real guard; only the tokens are made up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask, got_request_exception
from flask.testing import FlaskClient

from backend.app import create_app
from backend.common import errors
from backend.common.actor import Actor
from backend.common.deps import Deps
from schemas.terms import Channel

ClientAs = Callable[[Actor], FlaskClient]


class Tokens:
    """Stands where `accounts.service.authenticate` stands: each actor a test names gets a bearer word."""

    def __init__(self) -> None:
        self._actors: dict[str, Actor] = {}

    def give(self, actor: Actor) -> str:
        word = f"test-{len(self._actors)}"
        self._actors[word] = actor
        return word

    def authenticate(self, deps: Deps, bearer: str, channel: Channel) -> Actor:
        if bearer not in self._actors:
            raise errors.not_signed_in()
        return self._actors[bearer]


@contextmanager
def loud(app: Flask) -> Iterator[Flask]:
    """An unexpected exception behind a 500 fails the test with its own trace."""
    seen: list[BaseException] = []

    def keep(_: Flask, exception: BaseException, **__: Any) -> None:
        seen.append(exception)

    with got_request_exception.connected_to(keep, app):
        yield app
    if seen:
        raise seen[0]


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


@pytest.fixture
def app(deps: Deps, tokens: Tokens) -> Iterator[Flask]:
    with loud(create_app(deps, authenticate=tokens.authenticate)) as made:
        yield made


@pytest.fixture
def web(app: Flask) -> FlaskClient:
    """A caller without a token."""
    return app.test_client()


@pytest.fixture
def web_as(app: Flask, tokens: Tokens) -> ClientAs:
    """A caller whom the guard takes for `actor`."""

    def sign_in(actor: Actor) -> FlaskClient:
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {tokens.give(actor)}"
        return client

    return sign_in
