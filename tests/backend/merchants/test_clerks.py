"""Clerks: accounts of their own, no further than the counter, and gone when they are closed."""

from dataclasses import replace

import pytest

from backend.accounts import service as accounts
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.merchants import service
from backend.staff import rules as staff_rules
from backend.staff import service as staff
from schemas.terms import Role
from tests.backend.merchants.conftest import MANAGER, PASSWORD, Market
from tests.support.refusals import at_once, refused
from tests.support.residents import STRANGER
from tests.support.world import Clock


def test_a_clerk_is_the_merchant_by_another_door(market: Market) -> None:
    merchant = market.merchant()
    actor = market.enter(market.clerk(merchant))
    (clerk,) = service.clerks(market.deps, MANAGER, merchant_id=merchant.id)
    assert (actor.id, actor.role, actor.name) == (merchant.id, Role.MERCHANT, merchant.name)
    assert (actor.through, actor.unit, actor.level) == (f"clerk:{clerk.id}", None, None)
    assert clerk.signed_in_at == market.deps.now()
    me = service.me(market.deps, actor)
    assert (me.through.kind.value, me.through.label) == ("clerk", "liangyou.zhou")


def test_a_password_is_made_up_and_a_one_time_code_asked_for_when_wanted(market: Market) -> None:
    merchant = market.merchant()
    made = service.create_clerk(market.deps, MANAGER, merchant_id=merchant.id, username="a", totp=True)
    assert made.totp_uri
    assert made.password not in repr(made) + str(list(market.deps.db["staff"].find()))
    entry = {"username": "a", "password": made.password}
    refused("staff.wrong_credentials", service.sign_in, market.deps, STRANGER, **entry)
    sealed = market.deps.db["staff"].find_one()["totp_sealed"]
    step = int(market.deps.now().timestamp()) // 30
    code = staff_rules.code_of(market.deps.sealer.open(sealed), step)
    assert service.sign_in(market.deps, STRANGER, **entry, totp=code)


def test_production_does_not_ask_clerks_for_a_one_time_code(market: Market) -> None:
    settings = replace(market.deps.settings, app_env="production")
    shop = Market(replace(market.deps, settings=settings))
    assert shop.enter(shop.clerk(shop.merchant())).role is Role.MERCHANT


def test_user_names_are_one_list_for_shops_and_desks(market: Market, deps: Deps, system_actor: Actor) -> None:
    one, other = market.merchant(), market.merchant("乙")
    market.clerk(one)
    wanted = {"merchant_id": other.id, "username": "LiangYou.Zhou"}
    refused("staff.name_taken", service.create_clerk, deps, MANAGER, **wanted)
    desk = {"name": "liangyou.zhou", "role": Role.AUDITOR, "unit": None, "password": PASSWORD, "totp": False}
    refused("staff.name_taken", staff.create, deps, system_actor, **desk)
    assert service.clerks(deps, MANAGER, merchant_id=other.id) == ()


def test_each_has_one_door_only(market: Market, deps: Deps, system_actor: Actor) -> None:
    market.clerk(market.merchant())
    staff.create(
        deps, system_actor, name="he.rui", role=Role.AUDITOR, unit=None, password=PASSWORD, totp=False
    )
    at_desk = {"username": "liangyou.zhou", "password": PASSWORD}
    refused("staff.wrong_credentials", staff.sign_in, deps, STRANGER, **at_desk)
    refused("staff.wrong_credentials", market.sign_in, "he.rui")
    assert staff.sign_in(deps, STRANGER, username="he.rui", password=PASSWORD)


def test_no_command_makes_a_clerk_of_no_merchant(deps: Deps, system_actor: Actor) -> None:
    wanted = {"name": "x", "role": Role.MERCHANT, "unit": "m", "password": PASSWORD, "totp": False}
    refused("staff.invalid_role", staff.create, deps, system_actor, **wanted)


def test_five_wrong_passwords_lock_a_clerk_at_both_doors(market: Market, clock: Clock) -> None:
    market.clerk(market.merchant())
    for _ in range(5):
        refused("staff.wrong_credentials", market.sign_in, "liangyou.zhou", "wrong")
    assert refused("staff.locked", market.sign_in).retry_after == 900
    entry = {"username": "liangyou.zhou", "password": PASSWORD}
    refused("staff.locked", staff.sign_in, market.deps, STRANGER, **entry)
    clock.advance(minutes=15)
    assert market.sign_in()


def test_a_closed_clerk_is_out_at_once_and_the_others_go_on(market: Market) -> None:
    merchant = market.merchant()
    gone, stays = market.clerk(merchant), market.clerk(merchant, "liangyou.wu")
    first, _ = service.clerks(market.deps, MANAGER, merchant_id=merchant.id)
    which = {"merchant_id": merchant.id, "clerk_id": first.id}
    service.close_clerk(market.deps, MANAGER, **which)
    refused("auth.session_ended", market.enter, gone)
    refused("staff.wrong_credentials", market.sign_in)
    assert market.enter(stays).id == merchant.id
    refused("merchants.clerk_not_found", service.close_clerk, market.deps, MANAGER, **which)


def test_a_clerk_of_another_merchant_and_a_member_of_staff_are_out_of_reach(
    market: Market, deps: Deps, system_actor: Actor
) -> None:
    mine, other = market.merchant(), market.merchant("乙")
    market.clerk(other)
    (foreign,) = service.clerks(deps, MANAGER, merchant_id=other.id)
    auditor, _ = staff.create(
        deps, system_actor, name="he.rui", role=Role.AUDITOR, unit=None, password=PASSWORD, totp=False
    )
    for ident in (foreign.id, auditor.id):
        which = {"merchant_id": mine.id, "clerk_id": ident}
        refused("merchants.clerk_not_found", service.close_clerk, deps, MANAGER, **which)


def test_fifty_clerks_are_enough(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.merchants.rules.MOST_CLERKS", 1)
    merchant = market.merchant()
    market.clerk(merchant)
    refused("merchants.too_many_clerks", market.clerk, merchant, "b")


def test_a_clerk_signs_out_and_a_key_has_nothing_to_sign_out_of(market: Market) -> None:
    merchant = market.merchant()
    token, key = market.clerk(merchant), market.key(merchant).key
    accounts.sign_out(market.deps, market.enter(token))
    refused("auth.session_ended", market.enter, token)
    refused("auth.session_ended", accounts.sign_out, market.deps, market.enter(key))
    entry = market.deps.db["audit_log"].find_one({"action": "accounts.sign_out"})
    assert (entry["actor_id"], entry["details"]["through"].partition(":")[0]) == (merchant.id, "clerk")


NEW = "a wholly different sentence"


def test_a_clerk_changes_the_own_password_and_every_other_session_ends(market: Market, deps: Deps) -> None:
    own, other = market.clerk(market.merchant()), market.sign_in()
    service.change_password(deps, market.enter(own), password=PASSWORD, new_password=NEW)
    refused("auth.session_ended", market.enter, other)
    assert market.enter(own)
    refused("staff.wrong_credentials", market.sign_in)
    assert market.sign_in(password=NEW)
    (line,) = deps.db["audit_log"].find({"action": "staff.change_password"})
    assert line["details"]["through"].startswith("clerk:")
    assert NEW not in repr(list(deps.db["audit_log"].find()) + list(deps.db["staff"].find()))


def test_guesses_at_the_old_password_lock_it_here_and_at_the_door(
    market: Market, deps: Deps, clock: Clock
) -> None:
    clerk = market.enter(market.clerk(market.merchant()))
    wrong = {"password": "not the right one", "new_password": NEW}
    for _ in range(5):
        refused("staff.wrong_password", service.change_password, deps, clerk, **wrong)
    right = {"password": PASSWORD, "new_password": NEW}
    refused("staff.locked", service.change_password, deps, clerk, **right)
    refused("staff.locked", market.sign_in)
    clock.advance(minutes=15)
    service.change_password(deps, clerk, **right)


def test_a_weak_password_is_refused_and_costs_no_try(market: Market, deps: Deps) -> None:
    clerk = market.enter(market.clerk(market.merchant()))
    for weak in ("short", "liangyou.zhou", "LiangYou.Zhou"):
        wrong = {"password": "guess", "new_password": weak}
        for _ in range(3):
            refused("staff.weak_password", service.change_password, deps, clerk, **wrong)
    service.change_password(deps, clerk, password=PASSWORD, new_password=NEW)


def test_a_key_has_no_password(market: Market, deps: Deps) -> None:
    till = market.enter(market.key(market.merchant()).key)
    asked = {"password": PASSWORD, "new_password": NEW}
    refused("merchants.not_a_clerk", service.change_password, deps, till, **asked)


def test_of_two_changes_at_once_one_is_made(market: Market, deps: Deps) -> None:
    clerk = market.enter(market.clerk(market.merchant()))
    words = iter(["the first new sentence", "the second new sentence"])

    def change() -> None:
        service.change_password(deps, clerk, password=PASSWORD, new_password=next(words))

    ended = at_once(change, 2)
    assert [one.reason for one in ended if one is not None] == ["staff.wrong_password"]
