"""A code reaches the phone, the same for everybody, and little of it stays here."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from backend.accounts import service, store
from backend.accounts.model import Tokens
from backend.common.deps import Deps
from backend.common.errors import Kind, ServiceError
from backend.gateways import sms
from tests.support.residents import PHONE, STRANGER, code_for, messages, sign_in
from tests.support.world import Clock

OTHER = "13900002222"


class BrokenSms:
    """A gateway whose next station does not answer."""

    def __init__(self, fault: Exception) -> None:
        self.fault = fault

    def send(self, *, to: str, text: str, code: str | None = None) -> None:
        raise self.fault


def signed_in(deps: Deps, code: str, phone: str = PHONE) -> Tokens:
    return service.sign_in(deps, STRANGER, phone=phone, code=code)


def refused(deps: Deps, code: str, phone: str = PHONE) -> str:
    with pytest.raises(ServiceError) as caught:
        signed_in(deps, code, phone)
    assert caught.value.kind is Kind.UNAUTHENTICATED
    return caught.value.reason


def asked_too_much(deps: Deps, phone: str = PHONE) -> int | None:
    with pytest.raises(ServiceError) as caught:
        service.request_code(deps, STRANGER, phone=phone)
    assert caught.value.reason == "limits.too_many"
    return caught.value.retry_after


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_message_holds_the_code_its_minutes_and_the_warning(deps: Deps) -> None:
    code = code_for(deps)
    [message] = messages(deps)
    assert re.fullmatch(r"\d{6}", code)
    assert message["to"] == "13900001111"
    assert all(part in message["text"] for part in (code, "5 分钟", "切勿告诉任何人"))


def test_known_and_unknown_phones_get_the_same_answer(deps: Deps, clock: Clock) -> None:
    sign_in(deps)
    clock.advance(minutes=1)
    known = service.request_code(deps, STRANGER, phone=PHONE)
    assert known == service.request_code(deps, STRANGER, phone=OTHER)
    assert (known.expires_in, known.resend_after) == (300, 60)


def test_neither_phone_nor_code_lies_in_the_database_in_clear(deps: Deps) -> None:
    code = code_for(deps)
    sign_in(deps, OTHER)
    everything = "".join(
        str(document) for name in deps.db.list_collection_names() for document in deps.db[name].find()
    )
    assert code not in everything
    assert PHONE not in everything
    assert OTHER not in everything


def test_letters_and_landlines_are_refused_in_both_languages_and_cost_nothing(deps: Deps) -> None:
    with pytest.raises(ServiceError) as caught:
        service.request_code(deps, STRANGER, phone="139OOOO1111")
    error = caught.value
    assert (error.kind, error.reason) == (Kind.INVALID, "accounts.invalid_phone")
    assert "手机" in error.text.zh
    assert "mobile" in error.text.en
    assert deps.db["limit_tries"].count_documents({}) == 0


def test_a_code_opens_a_session_once(deps: Deps) -> None:
    code = code_for(deps)
    tokens = signed_in(deps, code)
    assert tokens.refresh_token
    assert (tokens.expires_in, tokens.level) == (600, "phone")
    assert refused(deps, code) == "auth.wrong_code"


def test_of_fifty_uses_of_one_code_at_once_exactly_one_signs_in(deps: Deps) -> None:
    code = code_for(deps)

    def attempt(_: int) -> str:
        try:
            signed_in(deps, code)
        except ServiceError as error:
            return error.reason
        return "signed in"

    with ThreadPoolExecutor(50) as pool:
        said = Counter(pool.map(attempt, range(50), timeout=60))
    assert said.pop("signed in") == 1
    assert said.keys() <= {"auth.wrong_code", "database.busy"}
    assert deps.db[store.COLLECTION].count_documents({}) == 1
    assert deps.db[store.SESSIONS].count_documents({}) == 1


def test_a_code_lasts_five_minutes_and_not_an_instant_longer(deps: Deps, clock: Clock) -> None:
    code = code_for(deps)
    clock.advance(minutes=5)
    assert refused(deps, code) == "auth.wrong_code"
    code = code_for(deps)
    clock.advance(minutes=5, milliseconds=-1)
    assert signed_in(deps, code)


def test_five_wrong_tries_kill_a_code(deps: Deps) -> None:
    code = code_for(deps)
    for _ in range(5):
        assert refused(deps, wrong(code)) == "auth.wrong_code"
    assert refused(deps, code) == "auth.wrong_code"


def test_four_wrong_tries_leave_the_fifth(deps: Deps) -> None:
    code = code_for(deps)
    for _ in range(4):
        refused(deps, wrong(code))
    assert signed_in(deps, code)


def test_fifty_guesses_at_once_are_no_more_than_five(deps: Deps) -> None:
    code = code_for(deps)
    with ThreadPoolExecutor(50) as pool:
        list(pool.map(lambda _: refused(deps, wrong(code)), range(50), timeout=60))
    kept = deps.db[store.CODES].find_one()
    assert kept is not None
    assert kept["attempts_left"] == 0
    assert refused(deps, code) == "auth.wrong_code"


def test_a_new_code_kills_the_old_one(deps: Deps, clock: Clock) -> None:
    old = code_for(deps)
    clock.advance(minutes=1)
    new = code_for(deps)
    assert old != new
    assert refused(deps, old) == "auth.wrong_code"
    assert signed_in(deps, new)


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "1234567", "一二三四五六", "\0", "'; --"])
def test_a_code_that_cannot_be_one_is_wrong_like_any_other(deps: Deps, code: str) -> None:
    code_for(deps)
    assert refused(deps, code) == "auth.wrong_code"


def test_another_phones_code_and_a_phone_that_never_asked_are_wrong_alike(deps: Deps) -> None:
    code = code_for(deps)
    assert refused(deps, code, OTHER) == "auth.wrong_code"
    code_for(deps, OTHER)
    assert refused(deps, code, OTHER) == "auth.wrong_code"


def test_a_phone_gets_one_code_a_minute_five_an_hour_and_ten_a_day(deps: Deps, clock: Clock) -> None:
    for asked in range(5):
        code_for(deps)
        if asked < 4:
            assert asked_too_much(deps) == 60
        clock.advance(minutes=1)
    assert asked_too_much(deps) == 55 * 60
    clock.advance(minutes=55)
    for _ in range(5):
        code_for(deps)
        clock.advance(minutes=20)
    assert asked_too_much(deps) == 24 * 3_600 - 60 * 60 - 100 * 60


def test_fifty_requests_at_once_send_one_message(deps: Deps) -> None:
    def ask(_: int) -> str:
        try:
            service.request_code(deps, STRANGER, phone=PHONE)
        except ServiceError as error:
            return error.reason
        return "sent"

    with ThreadPoolExecutor(50) as pool:
        assert Counter(pool.map(ask, range(50), timeout=60)) == {"sent": 1, "limits.too_many": 49}
    assert len(messages(deps)) == 1


def test_a_code_that_was_used_does_not_count_against_its_phone(deps: Deps) -> None:
    for _ in range(12):
        sign_in(deps)
    assert len(messages(deps)) == 12


def test_another_phone_is_not_held_up(deps: Deps) -> None:
    code_for(deps)
    assert asked_too_much(deps) == 60
    assert code_for(deps, OTHER)


def test_an_address_is_counted_when_the_settings_say_so(deps: Deps) -> None:
    limited = replace(deps, settings=replace(deps.settings, limit_per_address=600))
    for number in range(100):
        service.request_code(limited, STRANGER, phone=f"1390000{number:04d}", address="192.0.2.1")
    with pytest.raises(ServiceError) as caught:
        service.request_code(limited, STRANGER, phone="13911112222", address="192.0.2.1")
    assert caught.value.retry_after == 600
    assert service.request_code(limited, STRANGER, phone="13911112222", address="192.0.2.2")


def test_wrong_codes_of_one_address_are_bounded_and_right_ones_are_not(deps: Deps, clock: Clock) -> None:
    limited = replace(deps, settings=replace(deps.settings, limit_per_address=600))
    for _ in range(60):
        with pytest.raises(ServiceError, match=r"auth\.wrong_code"):
            service.sign_in(limited, STRANGER, phone=PHONE, code="000000", address="2001:db8::1")
    with pytest.raises(ServiceError, match=r"limits\.too_many"):
        service.sign_in(limited, STRANGER, phone=PHONE, code="000000", address="2001:db8::2")
    clock.advance(minutes=10)
    for _ in range(61):
        code = code_for(limited)
        assert service.sign_in(limited, STRANGER, phone=PHONE, code=code, address="2001:db8::1")


@pytest.mark.parametrize("fault", [sms.NotSent(), OSError("disk full")])
def test_a_message_that_could_not_be_sent_costs_nothing(deps: Deps, fault: Exception) -> None:
    with pytest.raises(type(fault)):
        service.request_code(replace(deps, sms=BrokenSms(fault)), STRANGER, phone=PHONE)
    assert deps.db[store.CODES].count_documents({}) == 0
    assert signed_in(deps, code_for(deps))


def test_the_database_clears_codes_that_are_over(deps: Deps, clock: Clock) -> None:
    code_for(deps)
    kept = deps.db[store.CODES].find_one()
    assert kept is not None
    assert kept["expires_at"] == clock() + timedelta(minutes=5)
    [index] = [one for one in deps.db[store.CODES].list_indexes() if "expires_at" in one["key"]]
    assert index["expireAfterSeconds"] == 0
