"""Staff accounts: made with care, signed in to with more, locked when somebody guesses."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from argon2 import Parameters, PasswordHasher, extract_parameters

from backend.accounts.model import Tokens
from backend.catalogue import service as catalogue
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import Kind, ServiceError
from backend.staff import rules, service, store
from backend.staff.model import Secrets, Staff
from schemas.terms import Channel, Role
from tests.support import commands
from tests.support.people import all_acts
from tests.support.residents import STRANGER, authenticate
from tests.support.world import Clock

NAME, PASSWORD = "窗口甲", "correct horse battery"


def create(
    deps: Deps,
    actor: Actor,
    *,
    name: str = NAME,
    role: Role = Role.WINDOW_CLERK,
    unit: str | None = None,
    password: str | None = PASSWORD,
    totp: bool = False,
) -> tuple[Staff, Secrets]:
    return service.create(deps, actor, name=name, role=role, unit=unit, password=password, totp=totp)


def sign_in(deps: Deps, password: str = PASSWORD, totp: str | None = None, name: str = NAME) -> Tokens:
    return service.sign_in(deps, STRANGER, username=name, password=password, totp=totp)


def refused(deps: Deps, password: str = "wrong", totp: str | None = None, name: str = NAME) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        sign_in(deps, password, totp, name)
    return caught.value


def code(deps: Deps, staff: Staff) -> str:
    assert staff.totp_sealed is not None
    return rules.code_of(deps.sealer.open(staff.totp_sealed), int(deps.now().timestamp()) // 30)


class WatchedHasher:
    """Writes down what is hashed, and of which settings."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher
        self.done: list[tuple[str, Parameters | None]] = []

    def hash(self, password: str) -> str:
        self.done.append(("hash", None))
        return self._hasher.hash(password)

    def verify(self, kept: str, password: str) -> bool:
        self.done.append(("verify", extract_parameters(kept)))
        return self._hasher.verify(kept, password)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hasher, name)


@pytest.fixture
def production(deps: Deps) -> Deps:
    return replace(deps, settings=replace(deps.settings, app_env="production"))


def test_a_clerk_signs_in_and_is_who_the_account_says(deps: Deps, system_actor: Actor) -> None:
    staff, secrets = create(deps, system_actor)
    assert secrets == Secrets(PASSWORD)
    tokens = sign_in(deps)
    actor = authenticate(deps, tokens.access_token)
    assert (actor.id, actor.role, actor.name, actor.unit) == (staff.id, Role.WINDOW_CLERK, NAME, None)
    assert (actor.channel, actor.level, tokens.level) == (Channel.CONSOLE, None, None)
    assert service.me(deps, actor).username == NAME
    assert all_acts(deps) == ["staff.create", "staff.sign_in"]


def test_width_and_case_of_the_name_do_not_matter(deps: Deps, system_actor: Actor) -> None:
    create(deps, system_actor, name="Clerk-01")
    assert sign_in(deps, name=" ｃｌｅｒｋ-01")


def test_a_provider_is_bound_to_a_unit_that_exists(deps: Deps, system_actor: Actor) -> None:
    units, _ = catalogue.demonstration()
    catalogue.import_units(deps, system_actor, rows=units)
    unit = units[0]["id"]
    staff, _ = create(deps, system_actor, role=Role.PROVIDER, unit=unit)
    actor = authenticate(deps, sign_in(deps).access_token)
    assert (staff.unit, actor.unit, actor.channel) == (unit, unit, Channel.API)
    with pytest.raises(ServiceError) as caught:
        create(deps, system_actor, name="乙", role=Role.PROVIDER, unit="NO-SUCH-UNIT")
    assert caught.value.kind is Kind.NOT_FOUND


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"name": " "}, "staff.invalid_name"),
        ({"role": Role.CITIZEN}, "staff.invalid_role"),
        ({"role": Role.SYSTEM}, "staff.invalid_role"),
        ({"role": Role.PROVIDER}, "staff.unit_required"),
        ({"password": "short"}, "staff.weak_password"),
    ],
)
def test_an_account_that_makes_no_sense_is_not_made(
    deps: Deps, system_actor: Actor, wrong: dict[str, str], reason: str
) -> None:
    with pytest.raises(ServiceError, match=reason):
        create(deps, system_actor, **wrong)  # type: ignore[arg-type]  # each is of its own type
    assert deps.db[store.COLLECTION].count_documents({}) == 0


def test_only_an_administrator_or_the_operator_makes_accounts(deps: Deps, system_actor: Actor) -> None:
    create(deps, Actor("staff-1", Role.ADMIN, Channel.CONSOLE))
    for role in (Role.CITIZEN, Role.WINDOW_CLERK, Role.AUDITOR):
        with pytest.raises(ServiceError, match=r"auth\.not_allowed"):
            create(deps, Actor("somebody", role, Channel.API), name="乙")


def test_a_name_is_given_once_even_by_two_at_once(deps: Deps, system_actor: Actor) -> None:
    def attempt(name: str) -> str:
        try:
            create(deps, system_actor, name=name)
        except ServiceError as error:
            return error.reason
        return "made"

    with ThreadPoolExecutor(4) as pool:
        assert Counter(pool.map(attempt, ["Clerk", "clerk", "CLERK", "ｃｌｅｒｋ"], timeout=60)) == {
            "made": 1,
            "staff.name_taken": 3,
        }


def test_a_password_is_made_up_when_none_is_given(deps: Deps, system_actor: Actor) -> None:
    _, secrets = create(deps, system_actor, password=None)
    assert len(secrets.password) >= 20
    assert sign_in(deps, secrets.password)


def test_neither_password_nor_key_is_kept_in_clear_or_shown_by_repr(deps: Deps, system_actor: Actor) -> None:
    staff, secrets = create(deps, system_actor, totp=True)
    kept = str(deps.db[store.COLLECTION].find_one())
    assert staff.totp_sealed is not None
    assert PASSWORD not in kept
    assert str(deps.sealer.open(staff.totp_sealed)) not in kept
    assert secrets.totp_secret is not None
    assert all(part not in repr(secrets) + repr(staff) for part in (PASSWORD, secrets.totp_secret, "argon2"))


def test_unknown_name_wrong_password_and_wrong_code_are_answered_alike(
    deps: Deps, system_actor: Actor
) -> None:
    staff, _ = create(deps, system_actor, totp=True)
    answers = [
        refused(deps, PASSWORD, code(deps, staff), name="nobody"),
        refused(deps, "wrong", code(deps, staff)),
        refused(deps, PASSWORD, "000000"),
        refused(deps, PASSWORD, None),
    ]
    assert {(one.kind, one.reason, one.text) for one in answers} == {
        (Kind.UNAUTHENTICATED, "staff.wrong_credentials", answers[0].text)
    }


def test_no_work_tells_whether_a_name_exists(
    deps: Deps, system_actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One hash of the same settings and the same commands to the database, so that no clock can tell them apart."""
    create(deps, system_actor)
    work = []
    for name in (NAME, "nobody", NAME, "somebody"):
        hasher = WatchedHasher(rules._HASHER)
        with monkeypatch.context() as patched, commands.watched(deps) as (own, sent):
            patched.setattr(rules, "_HASHER", hasher)
            refused(own, name=name)
        assert [call for call, _ in hasher.done] == ["verify"]
        work.append((hasher.done, sent.about))
    assert work[1:] == work[:1] * 3
    assert ("find", "staff") in work[0][1]


def test_a_one_time_code_works_once(deps: Deps, system_actor: Actor, clock: Clock) -> None:
    staff, secrets = create(deps, system_actor, totp=True)
    assert secrets.totp_uri is not None
    assert secrets.totp_secret is not None
    assert secrets.totp_secret in secrets.totp_uri
    used = code(deps, staff)
    assert sign_in(deps, totp=used)
    assert refused(deps, PASSWORD, used).reason == "staff.wrong_credentials"
    clock.advance(seconds=30)
    assert refused(deps, PASSWORD, used).reason == "staff.wrong_credentials"
    assert sign_in(deps, totp=code(deps, staff))


def test_of_two_sign_ins_with_one_code_at_once_one_succeeds(deps: Deps, system_actor: Actor) -> None:
    staff, _ = create(deps, system_actor, totp=True)
    used = code(deps, staff)

    def attempt(_: int) -> str:
        try:
            sign_in(deps, totp=used)
        except ServiceError as error:
            return error.reason
        return "signed in"

    with ThreadPoolExecutor(4) as pool:
        assert Counter(pool.map(attempt, range(4), timeout=60))["signed in"] == 1


def test_five_failures_lock_the_name_for_a_quarter_of_an_hour(
    deps: Deps, system_actor: Actor, clock: Clock
) -> None:
    create(deps, system_actor)
    for _ in range(5):
        assert refused(deps).reason == "staff.wrong_credentials"
    locked = refused(deps, PASSWORD)
    assert (locked.kind, locked.reason, locked.retry_after) == (Kind.LOCKED, "staff.locked", 900)
    clock.advance(minutes=14, seconds=59)
    assert refused(deps, PASSWORD).retry_after == 1
    clock.advance(seconds=1)
    assert sign_in(deps)
    assert all_acts(deps).count("staff.locked") == 1
    assert all_acts(deps).count("staff.sign_in_refused") == 5


def test_a_name_that_nobody_has_locks_alike_and_is_not_written_down(deps: Deps) -> None:
    mistyped = "my-password-in-the-wrong-field"
    for _ in range(5):
        assert refused(deps, name=mistyped).reason == "staff.wrong_credentials"
    assert refused(deps, name=mistyped).reason == "staff.locked"
    assert all_acts(deps) == ["staff.sign_in_refused"] * 5 + ["staff.locked"]
    assert mistyped not in str(list(deps.db["audit_log"].find())) + str(list(deps.db["limit_tries"].find()))


def test_fifty_guesses_at_once_are_no_more_than_five(deps: Deps, system_actor: Actor) -> None:
    create(deps, system_actor)
    with ThreadPoolExecutor(50) as pool:
        said = Counter(pool.map(lambda _: refused(deps).reason, range(50), timeout=60))
    assert said == {"staff.wrong_credentials": 5, "staff.locked": 45}


def test_the_right_password_clears_the_failures_before_it(deps: Deps, system_actor: Actor) -> None:
    create(deps, system_actor)
    for _ in range(3):
        for _ in range(4):
            refused(deps)
        assert sign_in(deps)


def test_an_address_that_guesses_through_names_is_stopped(deps: Deps) -> None:
    limited = replace(deps, settings=replace(deps.settings, limit_per_address=600))

    def attempt(number: int) -> str:
        try:
            service.sign_in(limited, STRANGER, username=f"n{number}", password="x", address="192.0.2.1")
        except ServiceError as error:
            return error.reason
        return "signed in"

    with ThreadPoolExecutor(8) as pool:
        said = Counter(pool.map(attempt, range(65), timeout=60))
    assert said == {"staff.wrong_credentials": 60, "limits.too_many": 5}


def test_production_makes_and_lets_in_nobody_without_a_one_time_code(
    deps: Deps, production: Deps, system_actor: Actor
) -> None:
    with pytest.raises(ServiceError, match=r"staff\.totp_required"):
        create(production, system_actor)
    create(deps, system_actor)
    assert refused(production, PASSWORD).reason == "staff.totp_required"
    assert refused(production, "wrong").reason == "staff.wrong_credentials"
    enrolled, _ = create(production, system_actor, name="乙", totp=True)
    assert sign_in(production, totp=code(deps, enrolled), name="乙")


def test_production_wants_longer_passwords(production: Deps, system_actor: Actor) -> None:
    with pytest.raises(ServiceError) as caught:
        create(production, system_actor, password="eleven char", totp=True)
    assert caught.value.reason == "staff.weak_password"
    assert "12" in caught.value.text.en


@pytest.mark.usefixtures("service_passwords")
def test_a_dated_hash_is_renewed_at_the_next_sign_in(deps: Deps, system_actor: Actor) -> None:
    staff, _ = create(deps, system_actor)
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    assert store.set_hash(deps.db, staff.id, before=staff.password_hash, after=old)
    assert sign_in(deps)
    renewed = store.find(deps.db, staff.id)
    assert renewed is not None
    assert renewed.password_hash != old
    assert not rules.is_dated(renewed.password_hash)
    assert sign_in(deps)


def test_a_new_password_ends_the_old_one_and_every_session(deps: Deps, system_actor: Actor) -> None:
    create(deps, system_actor)
    before = [sign_in(deps), sign_in(deps)]
    service.set_password(deps, system_actor, username=f" {NAME}", password="another long one")
    for tokens in before:
        with pytest.raises(ServiceError, match=r"auth\.session_ended"):
            authenticate(deps, tokens.access_token)
    assert refused(deps, PASSWORD).reason == "staff.wrong_credentials"
    assert authenticate(deps, sign_in(deps, "another long one").access_token)
    assert "staff.set_password" in all_acts(deps)
    assert "another long one" not in str(list(deps.db["audit_log"].find())) + str(deps.db["staff"].find_one())


def test_a_new_password_is_no_weaker_than_the_first(deps: Deps, system_actor: Actor) -> None:
    create(deps, system_actor)
    for weak in ("short", NAME, PASSWORD):
        with pytest.raises(ServiceError, match=r"staff\.weak_password"):
            service.set_password(deps, system_actor, username=NAME, password=weak)
    assert sign_in(deps)


def test_only_an_administrator_or_the_operator_changes_passwords_and_only_of_those_who_work_here(
    deps: Deps, system_actor: Actor
) -> None:
    create(deps, system_actor)
    for role in (Role.CITIZEN, Role.WINDOW_CLERK, Role.AUDITOR):
        with pytest.raises(ServiceError, match=r"auth\.not_allowed"):
            service.set_password(deps, Actor("x", role, Channel.API), username=NAME, password=PASSWORD)
    service.close(deps, system_actor, username=NAME)
    with pytest.raises(ServiceError, match=r"staff\.not_found"):
        service.set_password(deps, system_actor, username=NAME, password=PASSWORD)


def test_a_sign_in_that_overlaps_the_change_opens_no_session(deps: Deps, system_actor: Actor) -> None:
    staff, _ = create(deps, system_actor)
    service.set_password(deps, system_actor, username=NAME, password="another long one")
    assert not store.note_sign_in(deps.db, staff, step=None, at=deps.now())
    now = store.find(deps.db, staff.id)
    assert now is not None
    assert store.note_sign_in(deps.db, now, step=None, at=deps.now())


def test_whoever_leaves_is_out_at_once_and_the_name_stays_taken(deps: Deps, system_actor: Actor) -> None:
    create(deps, system_actor)
    tokens = sign_in(deps)
    service.close(deps, system_actor, username=NAME)
    with pytest.raises(ServiceError, match=r"auth\.session_ended"):
        authenticate(deps, tokens.access_token)
    assert refused(deps, PASSWORD).reason == "staff.wrong_credentials"
    with pytest.raises(ServiceError, match=r"staff\.not_found"):
        service.close(deps, system_actor, username=NAME)
    with pytest.raises(ServiceError, match=r"staff\.name_taken"):
        create(deps, system_actor)
    kept = deps.db[store.COLLECTION].find_one()
    assert kept is not None
    assert kept["totp_sealed"] is None
    assert deps.db["notices"].count_documents({}) == 0


def test_no_session_outlives_an_account_that_is_closed_while_it_signs_in(
    deps: Deps, system_actor: Actor
) -> None:
    for number in range(4):
        staff, _ = create(deps, system_actor, name=f"clerk-{number}")
        with ThreadPoolExecutor(2) as pool:
            pool.submit(sign_in, deps, name=staff.name).exception(60)
            pool.submit(service.close, deps, system_actor, username=staff.name).result(60)
        assert deps.db["sessions"].count_documents({"account_id": staff.id, "ended_at": None}) == 0


def test_a_staff_session_lasts_a_working_day(deps: Deps, system_actor: Actor) -> None:
    create(deps, system_actor)
    sign_in(deps)
    kept = deps.db["sessions"].find_one()
    assert kept is not None
    assert kept["expires_at"] - kept["created_at"] == timedelta(hours=8)
    assert kept["idle_until"] - kept["created_at"] == timedelta(minutes=30)
