"""API keys: right ones come in, all others alike do not; what is kept of a key opens nothing."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.errors import Kind, ServiceError
from backend.common.ids import new_code
from backend.merchants import errors, rules, service
from schemas.terms import Channel, Role
from tests.backend.merchants.conftest import MANAGER, Market
from tests.support.people import all_acts
from tests.support.refusals import at_once, refused
from tests.support.world import Clock


def test_a_key_makes_its_caller_the_merchant(market: Market) -> None:
    merchant = market.merchant()
    made = market.key(merchant)
    actor = market.enter(made.key)
    assert actor == Actor(
        merchant.id, Role.MERCHANT, Channel.API, name=merchant.name, through=f"key:{made.id}"
    )
    me = service.me(market.deps, actor)
    assert (me.id, me.state_label.en, me.rate_per_minute, me.rate_left) == (merchant.id, "Active", 120, 119)
    assert (me.through.kind.value, me.through.id, me.through.label) == ("key", made.id, "一号收银台")


def test_several_keys_work_beside_each_other_and_one_is_revoked_alone(market: Market, clock: Clock) -> None:
    merchant = market.merchant()
    first = market.key(merchant)
    clock.advance(seconds=1)
    second = market.key(merchant, "二号收银台")
    service.revoke_key(market.deps, MANAGER, merchant_id=merchant.id, key_id=first.id)
    assert market.enter(second.key).id == merchant.id
    refused("auth.invalid_key", market.enter, first.key)
    service.revoke_key(market.deps, MANAGER, merchant_id=merchant.id, key_id=first.id)
    shown = service.keys(market.deps, MANAGER, merchant_id=merchant.id).items
    assert [(key.label, key.revoked_by_name) for key in shown] == [
        ("二号收银台", None),
        ("一号收银台", "song.hui"),
    ]
    history = [line.act.value for line in service.find(market.deps, MANAGER, merchant_id=merchant.id).history]
    assert history == ["create", "create_key", "create_key", "revoke_key"]


def test_unknown_wrong_and_revoked_keys_are_answered_alike(market: Market) -> None:
    merchant = market.merchant()
    gone, kept = market.key(merchant), market.key(merchant)
    service.revoke_key(market.deps, MANAGER, merchant_id=merchant.id, key_id=gone.id)
    _, unknown = rules.key_of(new_code(44))
    _, guessed = rules.key_of(kept.id + new_code(32))
    said = [refused("auth.invalid_key", market.enter, key) for key in (unknown, guessed, gone.key)]
    assert {(one.kind, one.text, str(one.data)) for one in said} == {
        (Kind.UNAUTHENTICATED, errors.invalid_key().text, "None")
    }


@pytest.mark.parametrize("cut", [1, 4, 20, 47])
def test_a_key_that_was_cut_off_is_told_so(market: Market, cut: int) -> None:
    made = market.key(market.merchant())
    refused("auth.mistyped_key", market.enter, made.key[:-cut])


def test_a_key_moved_to_another_merchant_in_the_database_opens_nothing(market: Market) -> None:
    mine, other = market.merchant(), market.merchant("乙超市")
    made = market.key(mine)
    market.deps.db["merchant_keys"].update_one({"_id": made.id}, {"$set": {"merchant_id": other.id}})
    refused("auth.invalid_key", market.enter, made.key)


def test_neither_database_nor_log_nor_repr_holds_a_key(market: Market) -> None:
    merchant = market.merchant()
    made = market.key(merchant)
    market.enter(made.key)
    secret = made.key.removeprefix("mk_")[12:]
    everything = " ".join(
        str(document)
        for name in market.deps.db.list_collection_names()
        for document in market.deps.db[name].find()
    )
    assert made.id in everything
    for part in (secret, secret[:10], secret[-10:], "周莉", "63210000"):
        assert part not in everything
    assert secret not in repr(made)
    acts = all_acts(market.deps)
    assert acts == ["merchants.create", "merchants.create_key"]


def test_what_a_merchant_does_is_logged_with_the_key_it_came_by(market: Market) -> None:
    made = market.key(market.merchant())
    entry = audit.record(market.deps, market.enter(made.key), "test.act", mode="x")
    assert entry.details == {"mode": "x", "through": f"key:{made.id}"}
    assert list(audit.verify_log(market.deps)) == []


def test_the_last_use_is_noted_to_the_minute(market: Market, clock: Clock) -> None:
    merchant = market.merchant()
    made = market.key(merchant)

    def last() -> timedelta | None:
        (key,) = service.keys(market.deps, MANAGER, merchant_id=merchant.id).items
        return None if key.last_used_at is None else clock() - key.last_used_at

    assert last() is None
    market.enter(made.key)
    clock.advance(seconds=59)
    market.enter(made.key)
    assert last() == timedelta(seconds=59)
    clock.advance(seconds=1)
    market.enter(made.key)
    assert last() == timedelta(0)
    refused("auth.invalid_key", market.enter, rules.key_of(made.id + new_code(32))[1])


def test_ten_keys_work_at_once_and_no_more_even_made_together(market: Market) -> None:
    merchant = market.merchant()
    for _ in range(8):
        market.key(merchant)
    ended = at_once(lambda: _made(market, merchant.id), 4)
    assert Counter(ended) == {"made": 2, "merchants.too_many_keys": 2}
    made = service.keys(market.deps, MANAGER, merchant_id=merchant.id).items[0]
    service.revoke_key(market.deps, MANAGER, merchant_id=merchant.id, key_id=made.id)
    assert market.key(merchant).key


def _made(market: Market, merchant_id: str) -> str:
    while True:
        try:
            service.create_key(market.deps, MANAGER, merchant_id=merchant_id, label="till")
        except ServiceError as error:
            if error.reason != "database.busy":
                return error.reason
        else:
            return "made"


def test_keys_come_in_pages_and_of_the_own_merchant(market: Market) -> None:
    merchant, other = market.merchant(), market.merchant("乙超市")
    made = [market.key(merchant).id for _ in range(3)]
    foreign = market.key(other)
    first = service.keys(market.deps, MANAGER, merchant_id=merchant.id, limit=2)
    rest = service.keys(market.deps, MANAGER, merchant_id=merchant.id, limit=2, cursor=first.next_cursor)
    assert sorted(key.id for key in (*first.items, *rest.items)) == sorted(made)
    assert rest.next_cursor is None
    elsewhere = {"merchant_id": merchant.id, "key_id": foreign.id}
    refused("merchants.key_not_found", service.revoke_key, market.deps, MANAGER, **elsewhere)
    assert market.enter(foreign.key)


@pytest.mark.parametrize("label", ["", "  ", "\u200b", "a\nb", "x" * 61])
def test_a_key_has_a_label_that_can_be_read(market: Market, label: str) -> None:
    refused("merchants.invalid_name", market.key, market.merchant(), label)


def test_an_address_that_shows_wrong_keys_is_slowed_and_a_right_one_is_not(
    market: Market, clock: Clock
) -> None:
    limited = Market(replace(market.deps, settings=replace(market.deps.settings, limit_per_address=600)))
    made = limited.key(limited.merchant())

    def wrong(address: str) -> str:
        try:
            limited.enter(rules.key_of(new_code(44))[1], address)
        except ServiceError as error:
            return error.reason
        return "in"

    said = Counter(wrong("192.0.2.1") for _ in range(32))
    assert said == {"auth.invalid_key": 30, "limits.too_many": 2}
    assert wrong("192.0.2.2") == "auth.invalid_key"
    assert limited.enter(made.key, "192.0.2.1")
    clock.advance(minutes=10)
    assert wrong("192.0.2.1") == "auth.invalid_key"


def test_a_mistyped_key_costs_no_look_at_the_database(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = market.key(market.merchant())
    away = replace(market.deps, db=market.deps.client["no_such_database"])
    refused("auth.mistyped_key", service.authenticate, away, made.key[:-1], Channel.API)
    refused("auth.invalid_key", service.authenticate, away, made.key, Channel.API)
