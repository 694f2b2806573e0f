"""Taking merchants on, changing, pausing and ending them; their limit; their figures."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from backend.accounts import service as accounts
from backend.common import mongo
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.common.mongo import atomic
from backend.merchants import service
from backend.merchants.model import Shown
from backend.merchants.service import counting
from schemas.terms import Channel, MerchantFigure, MerchantKind, MerchantState, Role
from tests.backend.merchants.conftest import MANAGER, OTHER_MANAGER, PASSWORD, WANTED, Market
from tests.support.commands import watched
from tests.support.refusals import at_once, refused
from tests.support.residents import STRANGER
from tests.support.world import Clock


def test_a_merchant_is_taken_on_and_read_back_whole(market: Market) -> None:
    merchant = market.merchant()
    assert (merchant.name, merchant.uscc, merchant.state) == (WANTED.name, WANTED.uscc, MerchantState.ACTIVE)
    assert (merchant.contact_name, merchant.contact_phone) == ("周莉", "+862163210000")
    assert (merchant.created_by_name, merchant.version, merchant.history[0].act.value) == (
        "song.hui",
        1,
        "create",
    )
    assert service.find(market.deps, MANAGER, merchant_id=merchant.id) == merchant


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"name": " "}, "invalid_name"),
        ({"name": "x" * 81}, "invalid_name"),
        ({"district": "a\nb"}, "invalid_name"),
        ({"district": "zz"}, "invalid_district"),
        ({"district": "310199"}, "invalid_district"),
        ({"contact_name": "\u200b"}, "invalid_name"),
        ({"contact_phone": "021-SHOP"}, "invalid_phone"),
        ({"kinds": ()}, "invalid_kinds"),
        ({"kinds": (MerchantKind.CAR, MerchantKind.CAR)}, "invalid_kinds"),
        ({"rate_per_minute": 9}, "invalid_rate"),
        ({"rate_per_minute": 601}, "invalid_rate"),
        ({"uscc": "9131019990000009X0"}, "invalid_uscc"),
    ],
)
def test_what_makes_no_sense_is_said(deps: Deps, wrong: dict[str, Any], reason: str) -> None:
    refused(f"merchants.{reason}", service.create, deps, MANAGER, wanted=replace(WANTED, **wrong))
    assert deps.db["merchants"].count_documents({}) == 0


@pytest.mark.parametrize("district", ["310101", "黄浦区", " 黄浦区 "])
def test_a_district_is_named_by_its_code_or_its_name_and_kept_by_its_name(deps: Deps, district: str) -> None:
    assert service.create(deps, MANAGER, wanted=replace(WANTED, district=district)).district == "黄浦区"


def test_everything_wrong_is_told_at_once_with_its_field(market: Market) -> None:
    wrong: dict[str, Any] = {
        "name": " ",
        "district": "zz",
        "contact_phone": "021-SHOP",
        "rate_per_minute": 1,
        "kinds": (),
    }
    wanted = replace(WANTED, **wrong, uscc="1")
    made = market.merchant()
    changing = partial(service.change, market.deps, MANAGER, merchant_id=made.id, version=1)
    for asked in (partial(service.create, market.deps, MANAGER), changing):
        told = refused("merchants.invalid_name", asked, wanted=wanted).data["errors"]
        assert {one["field"] for one in told} == {*wrong, "uscc"}
        assert all(one["zh"] and one["en"] for one in told)


def test_a_wrong_code_says_what_is_wrong_with_it(deps: Deps) -> None:
    said = {
        code: refused(
            "merchants.invalid_uscc", service.create, deps, MANAGER, wanted=replace(WANTED, uscc=code)
        ).text.en
        for code in ("123", "9131019990000009X0", "I131019990000009XP")
    }
    assert ["18 places" in said["123"], "last place" in said["9131019990000009X0"]] == [True, True]
    assert len(set(said.values())) == 3


def test_a_code_is_kept_as_the_standard_writes_it(deps: Deps) -> None:
    typed = replace(WANTED, uscc=" 9131019990000009xp ")
    assert service.create(deps, MANAGER, wanted=typed).uscc == "9131019990000009XP"


def test_a_name_is_one_merchants_until_it_closes(market: Market) -> None:
    merchant = market.merchant("Café ABC")
    refused("merchants.name_taken", market.merchant, "ＣＡＦÉ ABC")
    other = market.merchant("乙")
    wanted = replace(WANTED, name="café abc")
    changes = {"merchant_id": other.id, "version": 1, "wanted": wanted}
    refused("merchants.name_taken", service.change, market.deps, MANAGER, **changes)
    service.close(market.deps, MANAGER, merchant_id=merchant.id, reason="歇业")
    assert market.merchant("Café ABC").id != merchant.id


def test_a_change_names_what_changed_and_the_version_it_was_made_from(market: Market) -> None:
    merchant = market.merchant()
    wanted = replace(WANTED, contact_name="吴敏", rate_per_minute=60)
    put: dict[str, Any] = {"merchant_id": merchant.id, "version": 1, "wanted": wanted}
    changed = service.change(market.deps, MANAGER, **put)
    assert (changed.contact_name, changed.rate_per_minute, changed.version) == ("吴敏", 60, 2)
    assert changed.contact_phone == "+862163210000"
    stale = refused("merchants.stale", service.change, market.deps, OTHER_MANAGER, **put)
    assert stale.data == {"version": 2}
    again = service.change(market.deps, MANAGER, **put | {"version": 2})
    assert (again.version, len(again.history)) == (2, 2)
    entry = market.deps.db["audit_log"].find_one({"action": "merchants.change"})
    assert entry["details"] == {"state": "active", "fields": "rate_per_minute contact_name"}


def test_a_paused_merchant_is_kept_out_and_let_in_again(market: Market) -> None:
    merchant = market.merchant()
    key, clerk = market.key(merchant).key, market.clerk(merchant)
    service.pause(market.deps, MANAGER, merchant_id=merchant.id, reason="整改")
    for bearer in (key, clerk):
        refused("merchants.paused", market.enter, bearer)
    refused("merchants.paused", service.find_active, market.deps, merchant_id=merchant.id)
    resumed = service.resume(market.deps, MANAGER, merchant_id=merchant.id)
    assert [market.enter(bearer).id for bearer in (key, clerk)] == [merchant.id] * 2
    assert service.find_active(market.deps, merchant_id=merchant.id).id == merchant.id
    assert [(line.act.value, line.reason) for line in resumed.history[-2:]] == [
        ("pause", "整改"),
        ("resume", None),
    ]
    assert "整改" not in str(list(market.deps.db["merchants"].find())) + str(
        list(market.deps.db["audit_log"].find())
    )


def test_a_closed_merchant_is_over_for_good(market: Market) -> None:
    merchant = market.merchant()
    key, clerk = market.key(merchant), market.clerk(merchant)
    closed = service.close(market.deps, MANAGER, merchant_id=merchant.id, reason="歇业")
    assert closed.state is MerchantState.CLOSED
    refused("merchants.closed", market.enter, key.key)
    refused("auth.session_ended", market.enter, clerk)
    refused("staff.wrong_credentials", market.sign_in)
    which = {"merchant_id": merchant.id}
    acts: tuple[tuple[Any, dict[str, Any]], ...] = (
        (service.pause, {"reason": "x"}),
        (service.resume, {}),
        (service.close, {"reason": "x"}),
        (service.create_key, {"label": "x"}),
        (service.create_clerk, {"username": "x"}),
        (service.change, {"version": closed.version, "wanted": WANTED}),
    )
    for verb, inputs in acts:
        error = refused("merchants.changed", partial(verb, market.deps, MANAGER, **which, **inputs))
        assert error.data == {"state": "closed"}
    service.revoke_key(market.deps, MANAGER, **which, key_id=key.id)
    refused("auth.invalid_key", market.enter, key.key)


def test_two_managers_pause_together_and_one_did(market: Market) -> None:
    merchant = market.merchant()
    ended = at_once(lambda: service.pause(market.deps, MANAGER, merchant_id=merchant.id, reason="x"), 2)
    assert sorted(_outcome(one) for one in ended) == ["done", "merchants.changed"]
    acts = [line.act.value for line in service.find(market.deps, MANAGER, merchant_id=merchant.id).history]
    assert acts == ["create", "pause"]


def test_closing_while_keys_are_made_and_it_is_paused_ends_closed(market: Market) -> None:
    merchant = market.merchant()
    which = {"merchant_id": merchant.id, "reason": "x"}
    works: Iterator[Callable[[], Any]] = iter(
        [
            lambda: _surely(partial(service.close, market.deps, OTHER_MANAGER, **which)),
            lambda: service.pause(market.deps, MANAGER, merchant_id=merchant.id, reason="x"),
            lambda: market.key(merchant),
            lambda: market.clerk(merchant),
        ]
    )

    def work() -> Any:
        return next(works)()

    ended = at_once(work, 4)
    said = {_outcome(one) for one in ended}
    assert said <= {
        "done",
        "merchants.changed",
        "merchants.closed",
        "staff.wrong_credentials",
        "database.busy",
    }
    now = service.find(market.deps, MANAGER, merchant_id=merchant.id)
    assert (now.state, now.history[-1].act.value) == (MerchantState.CLOSED, "close")
    assert service.clerks(market.deps, MANAGER, merchant_id=merchant.id) == ()
    assert market.deps.db["sessions"].count_documents({"ended_at": None}) == 0


def _surely(verb: Callable[[], Any]) -> Any:
    """As somebody who comes back when asked to."""
    while True:
        try:
            return verb()
        except ServiceError as error:
            if error.reason != "database.busy":
                raise


def _outcome(one: Any) -> str:
    return one.reason if isinstance(one, ServiceError) else "done"


def test_merchants_are_listed_newest_first_by_state_and_kind(market: Market, clock: Clock) -> None:
    made = []
    for name in ("甲", "乙", "丙"):
        made.append(market.merchant(name))
        clock.advance(seconds=1)
    service.pause(market.deps, MANAGER, merchant_id=made[1].id, reason="x")
    first = service.listed(market.deps, MANAGER, limit=2)
    rest = service.listed(market.deps, MANAGER, limit=2, cursor=first.next_cursor)
    assert [one.name for one in (*first.items, *rest.items)] == ["丙", "乙", "甲"]
    paused = service.listed(market.deps, MANAGER, state=MerchantState.PAUSED)
    assert [one.name for one in paused.items] == ["乙"]
    assert service.listed(market.deps, MANAGER, kind=MerchantKind.CAR).items == ()
    assert len(service.listed(market.deps, MANAGER, kind=MerchantKind.SUPERMARKET).items) == 3


@pytest.mark.parametrize(
    "role", sorted(set(Role) - {Role.BENEFIT_MANAGER, Role.ADMIN, Role.SYSTEM, Role.ANONYMOUS})
)
def test_nobody_else_looks_after_merchants(market: Market, role: Role) -> None:
    merchant = market.merchant()
    actor = Actor(merchant.id, role, Channel.API, through="key:x")
    which = {"merchant_id": merchant.id}
    for verb, inputs in (
        (service.create, {"wanted": WANTED}),
        (service.create_with_key, {"wanted": WANTED, "label": "x"}),
        (service.listed, {}),
        (service.find, which),
        (service.keys, which),
        (service.clerks, which),
        (service.figures, which),
        (service.pause, which | {"reason": "x"}),
        (service.close, which | {"reason": "x"}),
        (service.create_key, which | {"label": "x"}),
        (service.create_clerk, which | {"username": "x"}),
    ):
        refused("auth.not_allowed", partial(verb, market.deps, actor, **inputs))


def test_the_limit_of_a_minute_is_one_for_all_tills_and_processes(market: Market, clock: Clock) -> None:
    merchant = market.merchant(rate=10)
    key, clerk = market.key(merchant).key, market.clerk(merchant)
    with mongo.connect(market.deps.settings.mongodb_uri) as client:
        other = Market(replace(market.deps, client=client, db=client[market.deps.settings.mongodb_database]))
        for place in range(10):
            (market, other)[place % 2].enter((key, clerk)[place // 2 % 2])
            clock.advance(seconds=1)
        for each in (market, other):
            assert refused("limits.too_many", each.enter, key).retry_after == 50
        clock.advance(seconds=50)
        assert other.enter(clerk)
        refused("limits.too_many", market.enter, key)
    another = market.merchant("乙")
    assert market.enter(market.key(another).key).id == another.id


def test_what_ends_in_one_process_is_over_in_the_other_at_once(market: Market) -> None:
    merchant = market.merchant()
    key, clerk = market.key(merchant), market.clerk(merchant)
    with mongo.connect(market.deps.settings.mongodb_uri) as client:
        other = Market(replace(market.deps, client=client, db=client[market.deps.settings.mongodb_database]))
        assert [other.enter(bearer).id for bearer in (key.key, clerk)] == [merchant.id] * 2
        service.revoke_key(market.deps, MANAGER, merchant_id=merchant.id, key_id=key.id)
        (person,) = service.clerks(market.deps, MANAGER, merchant_id=merchant.id)
        service.close_clerk(market.deps, MANAGER, merchant_id=merchant.id, clerk_id=person.id)
        refused("auth.invalid_key", other.enter, key.key)
        refused("auth.session_ended", other.enter, clerk)


def test_tills_together_get_no_more_than_the_limit(market: Market) -> None:
    key = market.key(market.merchant(rate=10)).key
    ended = at_once(lambda: market.enter(key), 24)
    assert Counter(_outcome(one) for one in ended) == {"done": 10, "limits.too_many": 14}


def test_a_higher_limit_counts_at_once(market: Market) -> None:
    merchant = market.merchant(rate=10)
    key = market.key(merchant).key
    for _ in range(10):
        market.enter(key)
    refused("limits.too_many", market.enter, key)
    wanted = replace(WANTED, rate_per_minute=11)
    service.change(market.deps, MANAGER, merchant_id=merchant.id, version=2, wanted=wanted)
    assert service.me(market.deps, market.enter(key)).rate_left == 0


def count(deps: Deps, merchant: Shown, what: MerchantFigure, on: date = date(2026, 11, 21)) -> None:
    service.count(deps, merchant.id, what, on=on)


def figures(deps: Deps, merchant: Shown, month: str | None = None) -> dict[str, int]:
    found = service.figures(deps, MANAGER, merchant_id=merchant.id, month=month)
    return {one.what.value: one.count for one in found.figures}


def test_figures_are_counted_by_month_and_merchant(market: Market) -> None:
    merchant, other = market.merchant(), market.merchant("乙")
    for _ in range(5):
        count(market.deps, merchant, MerchantFigure.CHECKS)
    count(market.deps, merchant, MerchantFigure.ORDERS, date(2026, 10, 31))
    count(market.deps, other, MerchantFigure.REDEMPTIONS)
    assert figures(market.deps, merchant) == {"checks": 5, "orders": 0, "redemptions": 0}
    assert figures(market.deps, merchant, "2026-10") == {"checks": 0, "orders": 1, "redemptions": 0}
    own = service.own_figures(market.deps, market.enter(market.key(other).key))
    assert ([one.count for one in own.figures], own.month, own.final) == ([0, 0, 1], "2026-11", False)
    assert service.figures(market.deps, MANAGER, merchant_id=other.id, month="2026-10").final
    refused("merchants.invalid_month", figures, market.deps, merchant, "2026-12")


def test_what_is_rolled_back_was_not_counted(market: Market) -> None:
    merchant = market.merchant()

    @atomic
    def fails(deps: Deps) -> None:
        count(deps, merchant, MerchantFigure.CHECKS)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails(market.deps)
    assert figures(market.deps, merchant)["checks"] == 0


def test_tills_that_count_together_lose_nothing(market: Market) -> None:
    merchant = market.merchant()

    @atomic
    def sell(deps: Deps) -> None:
        count(deps, merchant, MerchantFigure.CHECKS)
        count(deps, merchant, MerchantFigure.ORDERS)

    ended = at_once(lambda: sell(market.deps), 12)
    done = [_outcome(one) for one in ended].count("done")
    assert done >= 6
    assert figures(market.deps, merchant) == {"checks": done, "orders": done, "redemptions": 0}


def test_counters_hold_numbers_and_nothing_else(market: Market) -> None:
    merchant = market.merchant()
    for _ in range(40):
        count(market.deps, merchant, MerchantFigure.CHECKS)
    kept = list(market.deps.db["merchant_figures"].find())
    assert 1 < len(kept) <= counting.STRIPES
    assert {tuple(sorted(one)) for one in kept} == {("_id", "counts", "merchant_id", "month")}


def test_a_session_of_a_clerk_lasts_a_day_in_the_shop(market: Market, clock: Clock) -> None:
    token = market.clerk(market.merchant())
    assert PASSWORD not in token
    session = market.deps.db["sessions"].find_one()
    assert session["expires_at"] - clock() == timedelta(hours=12)
    assert session["idle_until"] - clock() == timedelta(hours=2)
    tokens = service.sign_in(market.deps, STRANGER, username="liangyou.zhou", password=PASSWORD)
    clock.advance(hours=1, minutes=59)
    renewed = accounts.refresh(market.deps, STRANGER, refresh_token=tokens.refresh_token)
    assert market.enter(renewed.access_token).role is Role.MERCHANT
    clock.advance(hours=2)
    refused(
        "auth.invalid_refresh", accounts.refresh, market.deps, STRANGER, refresh_token=renewed.refresh_token
    )


def test_whom_a_form_offers_is_one_read_however_many_there_are(market: Market) -> None:
    paused, first = market.merchant("停业商店"), market.merchant("第一家商店")
    service.pause(market.deps, MANAGER, merchant_id=paused.id, reason="核查")
    kept = market.deps.db["merchants"].find_one({"_id": first.id})
    assert kept is not None
    copies = [
        kept | {"_id": f"copy-{n:03}", "name": f"分店 {n}", "name_key": f"branch {n}"} for n in range(250)
    ]
    market.deps.db["merchants"].insert_many(copies)
    with watched(market.deps) as (deps, sent):
        found = service.to_choose(deps, MANAGER, limit=1_000)
        assert "find" in sent.commands
        assert len(sent.commands) == 1 + sent.commands.count("getMore") <= 2
    assert {one.id for one in found} == {first.id, *(copy["_id"] for copy in copies)}
    assert len(service.to_choose(market.deps, MANAGER, limit=7)) == 7
