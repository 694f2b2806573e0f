"""The HTTP edge in tests: the real app with its real guard; only the tokens are made up."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask import Flask, got_request_exception
from flask.testing import FlaskClient

from backend.app import by_key_or_session, create_app, use
from backend.common import errors, logs
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.settings import Settings
from backend.web.auth import Authenticate
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


class Standing:
    """The apps of this test worker, one for each set of settings, and whom they ask at the moment who is calling."""

    def __init__(self) -> None:
        self._apps: dict[Settings, Flask] = {}
        self._asked: Authenticate = by_key_or_session

    def app(self, deps: Deps, tokens: Tokens | None = None) -> Flask:
        """The app over `deps`, which takes `tokens`, or else those that the service gives out itself."""
        self._asked = tokens.authenticate if tokens else by_key_or_session
        settings = replace(deps.settings, data_dir=Path())
        if settings.limit_per_address > 0:  # the app counts in memory
            return create_app(deps, authenticate=self._asked)
        if settings not in self._apps:
            self._apps[settings] = create_app(deps, authenticate=self._authenticate)
        use(self._apps[settings], deps)
        return self._apps[settings]

    def _authenticate(self, deps: Deps, bearer: str, channel: Channel) -> Actor:
        return self._asked(deps, bearer, channel)


@pytest.fixture(scope="session")
def standing() -> Standing:
    return Standing()


@pytest.fixture
def app(deps: Deps, tokens: Tokens, standing: Standing) -> Iterator[Flask]:
    with loud(standing.app(deps, tokens)) as made:
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


@pytest.fixture
def lines() -> Iterator[Any]:
    """The log as the web process writes it."""
    stream = io.StringIO()
    before = logging.root.handlers[:], logging.root.level, structlog.get_config()
    logs.configure("DEBUG", "web")
    for handler in logging.root.handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.root.handlers[:], structlog_config = before[0], before[2]
    logging.root.setLevel(before[1])
    structlog.configure(**structlog_config)
    structlog.contextvars.clear_contextvars()
