"""Signing in looks an account up by its phone, everybody at once; reading every account for that would be felt."""

from backend.accounts import service
from backend.common.deps import Deps
from tests.support.plans import scans
from tests.support.residents import PHONE, sign_in


def test_no_lookup_reads_every_account(deps: Deps) -> None:
    assert scans(deps, lambda: sign_in(deps, PHONE)) == []
    assert scans(deps, lambda: service.account_of(deps, "s1")) == []
