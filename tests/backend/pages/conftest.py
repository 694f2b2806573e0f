"""Pages in tests: over the test client, and in a real browser over real HTTP."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.common.deps import Deps
from tests.support import browser as browsing
from tests.support.browser import Visit
from tests.support.web import Standing, loud
from tests.support.windows import Windows

Visiting = Callable[..., Visit]


@pytest.fixture
def pages_app(deps: Deps, standing: Standing) -> Iterator[Flask]:
    """The whole app over `deps`; visitors are known by their cookies."""
    with loud(standing.app(deps)) as made:
        yield made


@pytest.fixture
def visitor(pages_app: Flask) -> FlaskClient:
    """A browser without scripts: keeps cookies, wants pages."""
    client = pages_app.test_client()
    client.environ_base["HTTP_ACCEPT"] = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"
    return client


@pytest.fixture
def home(pages_app: Flask) -> Iterator[str]:
    with browsing.served(pages_app) as address:
        yield address


@pytest.fixture
def visiting(windows: Windows, home: str) -> Iterator[Visiting]:
    """`visiting()` opens a visit at phone size; `visiting(size=browsing.DESK)` at a desk."""
    with ExitStack() as stack:

        def begin(**more: Any) -> Visit:
            return stack.enter_context(windows.visit(home, **more))

        yield begin
