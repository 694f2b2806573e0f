"""Which requests count against their network address."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize("path", ["/api/v1/probe/open", "/api/v1/nothing", "/r/x", "/verify/x?code=x"])
def test_the_api_counts_also_where_it_has_a_short_address(
    with_settings: Callable[..., FlaskClient], path: str
) -> None:
    few = with_settings(limit_per_address=1)
    assert few.get(path).status_code != 429
    answer = few.get(path)
    assert (answer.status_code, answer.json["reason"]) == (429, "limits.address")


@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/docs", "/.well-known/jwks.json"])
def test_what_operations_and_readers_ask_does_not(
    with_settings: Callable[..., FlaskClient], path: str
) -> None:
    few = with_settings(limit_per_address=1)
    assert [few.get(path).status_code for _ in range(3)] == [200] * 3
