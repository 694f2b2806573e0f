"""Sessions: who is calling, how a sign-in is renewed, and that an end is an end everywhere at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from backend.accounts import rules, service, store
from backend.accounts.model import Holder, Tokens
from backend.accounts.service import signing_in
from backend.audit import service as audit
from backend.common import mongo
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import Kind, ServiceError
from backend.common.mongo import atomic
from backend.common.tokens import TokenKeys
from schemas.terms import Channel, Level, Role
from tests.support import world
from tests.support.people import all_acts
from tests.support.residents import PHONE, STRANGER, authenticate, sign_in
from tests.support.world import Clock

MINUTE = timedelta(minutes=1)


def reason_of(call: Callable[[], object]) -> str:
    with pytest.raises(ServiceError) as caught:
        call()
    assert caught.value.kind is Kind.UNAUTHENTICATED
    return caught.value.reason


def ended(deps: Deps, tokens: Tokens) -> str:
    return reason_of(partial(authenticate, deps, tokens.access_token))


def refresh(deps: Deps, tokens: Tokens) -> Tokens:
    return service.refresh(deps, STRANGER, refresh_token=tokens.refresh_token or "")


def refused_refresh(deps: Deps, tokens: Tokens) -> str:
    return reason_of(partial(refresh, deps, tokens))


def clerk(deps: Deps) -> Tokens:
    holder = Holder("staff-1", Role.WINDOW_CLERK, name="窗口甲", unit="HRSS")
    return service.open_session(deps, holder)[1]


def notices_of(deps: Deps, account_id: str) -> list[str]:
    return [notice["kind"] for notice in deps.db["notices"].find({"account_id": account_id})]


@pytest.fixture
def elsewhere(deps: Deps, mongodb_uri: str) -> Iterator[Deps]:
    """Another web process: its own connections and its own memory of tokens, the same keys and database."""
    with mongo.connect(mongodb_uri) as client:
        yield replace(
            deps,
            client=client,
            db=client[deps.settings.mongodb_database],
            tokens=TokenKeys([world.TOKEN_SEED]),
            transaction=partial(mongo.transaction, client),
        )


def test_a_token_makes_the_actor_of_its_session(deps: Deps) -> None:
    actor = sign_in(deps).actor
    assert actor == Actor(
        id=actor.id,
        role=Role.CITIZEN,
        channel=Channel.API,
        session_id=actor.session_id,
        level=Level.PHONE,
    )


def test_the_same_phone_is_the_same_account(deps: Deps) -> None:
    first, second, other = sign_in(deps), sign_in(deps), sign_in(deps, "13900002222")
    assert first.actor.id == second.actor.id
    assert first.actor.session_id != second.actor.session_id
    assert other.actor.id != first.actor.id


def test_two_first_sign_ins_at_once_make_one_account(deps: Deps) -> None:
    make = atomic(signing_in._account_of)
    with ThreadPoolExecutor(12) as pool:
        made = list(pool.map(lambda _: make(deps, "+8613900001111"), range(12), timeout=60))
    assert len({account.id for account in made}) == 1
    assert deps.db[store.COLLECTION].count_documents({}) == 1


def test_the_database_itself_refuses_a_phone_twice(deps: Deps) -> None:
    sign_in(deps)
    kept = deps.db[store.COLLECTION].find_one()
    assert kept is not None
    account = store.find(deps.db, kept["_id"])
    assert account is not None
    assert store.insert(deps.db, replace(account, id="another")) is False


def test_a_session_that_ends_is_over_in_every_process_at_once(deps: Deps, elsewhere: Deps) -> None:
    here = sign_in(deps)
    assert authenticate(elsewhere, here.tokens.access_token) == here.actor
    service.sign_out(deps, here.actor)
    assert ended(elsewhere, here.tokens) == "auth.session_ended"
    assert ended(deps, here.tokens) == "auth.session_ended"
    assert refused_refresh(elsewhere, here.tokens) == "auth.invalid_refresh"


def test_signing_out_ends_this_session_only_and_twice_does_nothing(deps: Deps) -> None:
    here, other = sign_in(deps), sign_in(deps)
    service.sign_out(deps, here.actor)
    service.sign_out(deps, here.actor)
    assert authenticate(deps, other.tokens.access_token) == other.actor
    assert all_acts(deps).count("accounts.sign_out") == 1


def test_signing_out_everywhere_ends_all_sessions_and_tells_the_resident(deps: Deps) -> None:
    sessions = [sign_in(deps) for _ in range(3)]
    stranger = sign_in(deps, "13900002222")
    actor = sessions[0].actor
    assert service.end_sessions(deps, actor, actor.id) == 3
    assert {ended(deps, one.tokens) for one in sessions} == {"auth.session_ended"}
    assert authenticate(deps, stranger.tokens.access_token)
    assert notices_of(deps, actor.id) == ["sessions_ended"]
    assert service.end_sessions(deps, actor, actor.id) == 0
    assert all_acts(deps).count("accounts.end_sessions") == 1


def test_an_access_token_runs_out_after_ten_minutes(deps: Deps, clock: Clock) -> None:
    tokens = sign_in(deps).tokens
    clock.advance(minutes=10, milliseconds=-1)
    assert authenticate(deps, tokens.access_token)
    clock.advance(milliseconds=1)
    assert ended(deps, tokens) == "auth.expired_token"


def test_a_token_of_a_session_of_somebody_else_is_refused(deps: Deps) -> None:
    session_id = sign_in(deps).actor.session_id
    token, _ = deps.tokens.sign({"sub": "another", "sid": session_id}, now=deps.now())
    assert reason_of(lambda: authenticate(deps, token)) == "auth.session_ended"


def test_a_refresh_gives_new_tokens_of_the_same_session(deps: Deps, clock: Clock) -> None:
    first = sign_in(deps)
    clock.advance(minutes=10)
    second = refresh(deps, first.tokens)
    assert second.refresh_token != first.tokens.refresh_token
    assert authenticate(deps, second.access_token) == first.actor


def test_a_reused_refresh_token_ends_the_whole_family(deps: Deps, elsewhere: Deps) -> None:
    first = sign_in(deps)
    second = refresh(deps, first.tokens)
    third = refresh(elsewhere, second)
    assert refused_refresh(elsewhere, first.tokens) == "auth.refresh_reused"
    for tokens in (first.tokens, second, third):
        assert ended(deps, tokens) == "auth.session_ended"
    assert refused_refresh(deps, third) == "auth.invalid_refresh"
    assert notices_of(deps, first.actor.id) == ["refresh_reused"]
    assert all_acts(deps).count("accounts.refresh_reused") == 1


def test_replaying_an_old_token_again_tells_nobody_twice(deps: Deps) -> None:
    first = sign_in(deps)
    refresh(deps, first.tokens)
    assert [refused_refresh(deps, first.tokens) for _ in range(3)] == ["auth.refresh_reused"] * 3
    assert notices_of(deps, first.actor.id) == ["refresh_reused"]


def test_another_sign_in_of_the_same_account_survives_a_reuse(deps: Deps) -> None:
    stolen, own = sign_in(deps), sign_in(deps)
    refresh(deps, stolen.tokens)
    refused_refresh(deps, stolen.tokens)
    assert authenticate(deps, own.tokens.access_token) == own.actor


def test_of_two_refreshes_at_once_one_wins_and_the_other_ends_the_family(deps: Deps, elsewhere: Deps) -> None:
    for _ in range(5):
        first = sign_in(deps)

        def attempt(process: Deps, tokens: Tokens = first.tokens) -> Tokens | str:
            try:
                return refresh(process, tokens)
            except ServiceError as error:
                return error.reason

        with ThreadPoolExecutor(8) as pool:
            results = list(pool.map(attempt, [deps, elsewhere] * 4, timeout=60))
        renewed = [one for one in results if isinstance(one, Tokens)]
        assert len(renewed) == 1
        assert {one for one in results if isinstance(one, str)} == {"auth.refresh_reused"}
        assert ended(deps, renewed[0]) == "auth.session_ended"


@pytest.mark.parametrize("token", ["", "x", "0" * 44, "\0", "钥匙"])
def test_an_invented_refresh_token_has_no_effect(deps: Deps, token: str) -> None:
    here = sign_in(deps)
    assert reason_of(lambda: service.refresh(deps, STRANGER, refresh_token=token)) == "auth.invalid_refresh"
    assert authenticate(deps, here.tokens.access_token)


def test_an_access_token_does_not_refresh(deps: Deps) -> None:
    token = sign_in(deps).tokens.access_token
    assert reason_of(lambda: service.refresh(deps, STRANGER, refresh_token=token)) == "auth.invalid_refresh"


def test_a_sign_in_that_rests_for_a_week_is_over(deps: Deps, clock: Clock) -> None:
    tokens = sign_in(deps).tokens
    clock.advance(days=7, milliseconds=-1)
    tokens = refresh(deps, tokens)
    clock.advance(days=7)
    assert refused_refresh(deps, tokens) == "auth.invalid_refresh"


def test_a_sign_in_lasts_thirty_days_however_busy(deps: Deps, clock: Clock) -> None:
    tokens = sign_in(deps).tokens
    for _ in range(5):
        clock.advance(days=5)
        tokens = refresh(deps, tokens)
    clock.advance(days=5)
    assert refused_refresh(deps, tokens) == "auth.invalid_refresh"


def test_an_old_token_is_known_as_reused_as_long_as_its_family_lives(deps: Deps, clock: Clock) -> None:
    first = sign_in(deps).tokens
    tokens = first
    for _ in range(4):
        clock.advance(days=6)
        tokens = refresh(deps, tokens)
    assert refused_refresh(deps, first) == "auth.refresh_reused"
    assert ended(deps, tokens) == "auth.session_ended"


def test_refresh_tokens_lie_in_the_database_only_as_hashes(deps: Deps) -> None:
    tokens = sign_in(deps).tokens
    kept = str(list(deps.db[store.REFRESH_TOKENS].find())) + str(list(deps.db[store.SESSIONS].find()))
    assert tokens.refresh_token is not None
    assert tokens.refresh_token not in kept
    assert tokens.access_token not in kept
    assert tokens.refresh_token not in repr(tokens)


def test_staff_sessions_rest_half_an_hour_and_last_eight(deps: Deps, clock: Clock) -> None:
    tokens = clerk(deps)
    for _ in range(3):
        clock.advance(minutes=9)
        authenticate(deps, tokens.access_token)
        tokens = refresh(deps, tokens)
    clock.advance(minutes=30)
    assert refused_refresh(deps, tokens) == "auth.invalid_refresh"

    tokens, began = clerk(deps), clock()
    while clock() - began < timedelta(hours=8) - 20 * MINUTE:
        clock.advance(minutes=20)
        tokens = refresh(deps, tokens)
    clock.advance(minutes=20)
    assert refused_refresh(deps, tokens) == "auth.invalid_refresh"


def test_every_use_of_a_staff_session_begins_the_half_hour_again(deps: Deps, clock: Clock) -> None:
    tokens = clerk(deps)
    clock.advance(minutes=9)
    assert authenticate(deps, tokens.access_token)
    clock.advance(minutes=29)
    assert refresh(deps, tokens)


def test_staff_are_who_they_were_at_sign_in_and_come_by_the_console(deps: Deps) -> None:
    actor = authenticate(deps, clerk(deps).access_token)
    assert (actor.role, actor.name, actor.unit, actor.level) == (Role.WINDOW_CLERK, "窗口甲", "HRSS", None)
    assert actor.channel is Channel.CONSOLE


def test_a_proof_of_identity_raises_the_session_for_ten_minutes(deps: Deps, clock: Clock) -> None:
    here, other = sign_in(deps), sign_in(deps)
    service.bind_subject(deps, here.actor, subject_id="subject-1")
    until = clock() + 10 * MINUTE
    raised = service.raise_level(deps, here.actor, level=Level.VERIFIED, verified_until=until)
    assert (raised.level, raised.refresh_token) == (Level.VERIFIED, None)
    for token in (raised.access_token, here.tokens.access_token):
        assert authenticate(deps, token).level is Level.VERIFIED
    assert authenticate(deps, other.tokens.access_token).level is Level.REAL_NAME
    clock.advance(minutes=9, seconds=59)
    authenticate(deps, raised.access_token).require_verified(clock())
    renewed = refresh(deps, here.tokens)
    clock.advance(seconds=1)
    late = authenticate(deps, renewed.access_token)
    assert late.level is Level.REAL_NAME
    with pytest.raises(ServiceError, match="verification_required"):
        late.require_verified(clock())


def test_a_session_that_ended_meanwhile_is_not_raised(deps: Deps, clock: Clock) -> None:
    here = sign_in(deps)
    service.sign_out(deps, here.actor)
    late = partial(
        service.raise_level, deps, here.actor, level=Level.VERIFIED, verified_until=clock() + 10 * MINUTE
    )
    assert reason_of(late) == "auth.session_ended"


def test_nobody_raises_the_session_of_another_account(deps: Deps, clock: Clock) -> None:
    here, other = sign_in(deps), sign_in(deps, "13900002222")
    mixed = replace(here.actor, session_id=other.actor.session_id)
    late = partial(service.raise_level, deps, mixed, level=Level.VERIFIED, verified_until=clock())
    assert reason_of(late) == "auth.session_ended"


def test_sign_ins_are_written_down_without_the_phone(deps: Deps) -> None:
    actor = sign_in(deps).actor
    assert all_acts(deps) == ["accounts.sign_in"]
    kept = deps.db["audit_log"].find_one()
    assert kept is not None
    assert (kept["actor_id"], kept["target_id"]) == (actor.id, actor.session_id)
    assert PHONE not in str(kept)
    assert list(audit.verify_log(deps)) == []


def test_the_database_clears_sessions_and_refresh_tokens_when_they_are_over(deps: Deps, clock: Clock) -> None:
    sign_in(deps)
    for name in (store.SESSIONS, store.REFRESH_TOKENS):
        kept = deps.db[name].find_one()
        assert kept is not None
        assert kept["expires_at"] == clock() + rules.lasts(Role.CITIZEN)
        assert any(one.get("expireAfterSeconds") == 0 for one in deps.db[name].list_indexes())


def test_authenticating_costs_one_read_by_id(deps: Deps) -> None:
    tokens = sign_in(deps).tokens
    deps.db.command("profile", 2)
    try:
        authenticate(deps, tokens.access_token)
    finally:
        deps.db.command("profile", 0)
    seen = list(deps.db["system.profile"].find({"ns": {"$ne": f"{deps.db.name}.system.profile"}}))
    deps.db.drop_collection("system.profile")
    assert [(one["op"], one["ns"], one["planSummary"]) for one in seen] == [
        ("query", f"{deps.db.name}.sessions", "IDHACK")
    ]
