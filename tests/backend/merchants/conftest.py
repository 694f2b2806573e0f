"""A merchant, the manager who looks after it, and its way in."""

from dataclasses import dataclass, replace

import pytest

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.merchants import service
from backend.merchants.model import NewKey, Particulars, Shown
from schemas.terms import Channel, MerchantKind, Role
from tests.support.residents import STRANGER

WANTED = Particulars(
    name="良友超市（淮海中路店）",
    kinds=(MerchantKind.SUPERMARKET,),
    rate_per_minute=120,
    district="黄浦区",
    uscc="9131019990000009XP",
    contact_name="周莉",
    contact_phone="021-63210000",
)
MANAGER = Actor("manager-1", Role.BENEFIT_MANAGER, Channel.CONSOLE, name="song.hui")
OTHER_MANAGER = Actor("manager-2", Role.BENEFIT_MANAGER, Channel.CONSOLE, name="xu.jie")
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Market:
    deps: Deps

    def merchant(self, name: str = WANTED.name, rate: int = 120) -> Shown:
        wanted = replace(WANTED, name=name, rate_per_minute=rate)
        return service.create(self.deps, MANAGER, wanted=wanted)

    def key(self, merchant: Shown, label: str = "一号收银台") -> NewKey:
        return service.create_key(self.deps, MANAGER, merchant_id=merchant.id, label=label)

    def clerk(self, merchant: Shown, username: str = "liangyou.zhou") -> str:
        """The access token of a new clerk."""
        service.create_clerk(
            self.deps, MANAGER, merchant_id=merchant.id, username=username, password=PASSWORD
        )
        return self.sign_in(username)

    def sign_in(self, username: str = "liangyou.zhou", password: str = PASSWORD) -> str:
        tokens = service.sign_in(self.deps, STRANGER, username=username, password=password)
        return tokens.access_token

    def enter(self, bearer: str, address: str | None = None) -> Actor:
        return service.authenticate(self.deps, bearer, Channel.API, address=address)


@pytest.fixture
def market(deps: Deps) -> Market:
    return Market(deps)
