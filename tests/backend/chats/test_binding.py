"""A chat speaks for an account only by a code that its holder has seen, once, within ten minutes."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest

from backend.chats import rules, service
from backend.chats.errors import WRONG_CODE
from backend.common import qr
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.gateways.scenes import WeChatScenes
from backend.gateways.wechat_account import WeChatAccount
from backend.identity import service as identity
from backend.notices import service as notices
from backend.recipients import service as recipients
from schemas.notices import NoticeKind
from schemas.terms import Role, Way
from tests.backend.chats.conftest import TELEGRAM, bind, redeem
from tests.support.channels import WeChatApi
from tests.support.people import acts, signed_in, together
from tests.support.refusals import refused
from tests.support.world import Clock


def kinds(deps: Deps, actor: Actor) -> list[NoticeKind]:
    return [one.kind for one in notices.inbox(deps, actor, limit=20).items]


def test_a_chat_is_bound_by_a_code_and_speaks_for_the_account(deps: Deps, resident: Actor) -> None:
    assert service.speaker(deps, channel=TELEGRAM, user="7").actor.role is Role.ANONYMOUS
    bound = bind(deps, resident)
    speaker = service.speaker(deps, channel=TELEGRAM, user="7")
    assert (speaker.actor.id, speaker.actor.role, speaker.binding) == (resident.id, Role.CITIZEN, bound)
    assert speaker.actor.verified_until is None
    assert kinds(deps, resident)[0] is NoticeKind.CHAT_BOUND
    assert [act["target_id"] for act in acts(deps, "chats.bind")] == [bound.id]
    (way,) = recipients.reachable(deps, [resident.id])[resident.id]
    assert (way.way, recipients.address_of(deps, way)) == (TELEGRAM, "7")


def test_a_code_works_once(deps: Deps, resident: Actor) -> None:
    code = service.make_code(deps, resident, channel=TELEGRAM).code
    redeem(deps, code, "7")
    refused(WRONG_CODE, redeem, deps, code, "8")


def test_of_ten_chats_that_send_the_same_code_at_once_one_is_bound(deps: Deps, resident: Actor) -> None:
    code = service.make_code(deps, resident, channel=TELEGRAM).code
    ended = together([partial(redeem, deps, code, str(user)) for user in range(10)])
    won = [one for one in ended if not isinstance(one, ServiceError)]
    assert len(won) == 1
    assert {one.reason for one in ended if isinstance(one, ServiceError)} == {WRONG_CODE}
    assert service.mine(deps, resident) == (won[0],)


def test_a_code_lasts_ten_minutes_and_a_new_one_ends_it(deps: Deps, resident: Actor, clock: Clock) -> None:
    old = service.make_code(deps, resident, channel=TELEGRAM)
    new = service.make_code(deps, resident, channel=TELEGRAM)
    refused(WRONG_CODE, redeem, deps, old.code)
    clock.set(new.expires_at)
    refused(WRONG_CODE, redeem, deps, new.code)
    assert (new.expires_at - clock()).total_seconds() == 0


def test_a_code_of_one_channel_binds_no_chat_of_another(deps: Deps, resident: Actor) -> None:
    code = service.make_code(deps, resident, channel=Way.WECHAT).code
    refused(WRONG_CODE, redeem, deps, code, "7", TELEGRAM)
    assert redeem(deps, code, "o-openid", Way.WECHAT).channel is Way.WECHAT


@pytest.mark.parametrize("written", ["{0}", " {0} ", "{1}", "{2}-{3}", "{2} {3}", "{4}"])
def test_a_code_is_read_however_it_is_typed(deps: Deps, resident: Actor, written: str) -> None:
    code = service.make_code(deps, resident, channel=TELEGRAM).code
    wide = "".join(chr(ord(each) + 0xFEE0) for each in code)
    redeem(deps, written.format(code, code.upper(), code[:4], code[4:], wide))


def test_five_wrong_codes_an_hour_lock_the_chat_and_no_other(
    deps: Deps, resident: Actor, clock: Clock
) -> None:
    code = service.make_code(deps, resident, channel=TELEGRAM).code
    for number in range(5):
        refused(WRONG_CODE, redeem, deps, f"aaaaaaa{number}")
    refused("chats.too_many_codes", redeem, deps, code)
    assert redeem(deps, code, "8")
    clock.advance(minutes=61)
    bind(deps, resident)


def test_however_many_guess_at_once_no_more_than_five_are_looked_up(deps: Deps) -> None:
    ended = together([partial(redeem, deps, f"aaaaaa{number:02}") for number in range(20)])
    reasons = [one.reason for one in ended]
    assert reasons.count(WRONG_CODE) <= 5
    assert set(reasons) == {WRONG_CODE, "chats.too_many_codes"}


def test_neither_code_nor_chat_can_be_read_in_the_database(deps: Deps, resident: Actor) -> None:
    code = service.make_code(deps, resident, channel=TELEGRAM).code
    held = str([list(deps.db[name].find()) for name in deps.db.list_collection_names()])
    assert code not in held
    redeem(deps, code, "70000001")
    held = str([list(deps.db[name].find()) for name in deps.db.list_collection_names()])
    assert "70000001" not in held


def test_an_account_has_one_chat_of_each_channel(deps: Deps, resident: Actor) -> None:
    first, wechat = bind(deps, resident, "7"), bind(deps, resident, "o-1", Way.WECHAT)
    second = bind(deps, resident, "8")
    assert set(service.mine(deps, resident)) == {second, wechat}
    assert service.speaker(deps, channel=TELEGRAM, user="7").binding is None
    assert first.id != second.id


def test_a_chat_that_another_account_binds_leaves_the_first_which_is_told(
    deps: Deps, resident: Actor
) -> None:
    other = signed_in(deps, "13900002222")
    bind(deps, resident)
    bind(deps, other)
    assert service.mine(deps, resident) == ()
    assert kinds(deps, resident)[0] is NoticeKind.CHAT_UNBOUND
    assert recipients.reachable(deps, [resident.id]) == {}
    assert service.speaker(deps, channel=TELEGRAM, user="7").actor.id == other.id


def test_either_side_ends_it(deps: Deps, resident: Actor) -> None:
    bound = bind(deps, resident)
    service.unbind(deps, resident, binding_id=bound.id)
    assert service.speaker(deps, channel=TELEGRAM, user="7").binding is None
    refused("chats.not_found", service.unbind, deps, resident, binding_id=bound.id)
    bind(deps, resident)
    speaker = service.speaker(deps, channel=TELEGRAM, user="7")
    assert service.unbind_chat(deps, speaker)
    assert not service.unbind_chat(deps, speaker)
    assert service.mine(deps, resident) == ()
    assert recipients.reachable(deps, [resident.id]) == {}
    assert len(acts(deps, "chats.unbind")) == 2


def test_nobody_ends_anothers(deps: Deps, resident: Actor) -> None:
    bound = bind(deps, resident)
    other = signed_in(deps, "13900002222")
    refused("chats.not_found", service.unbind, deps, other, binding_id=bound.id)
    assert service.unbind_all(deps, other) == 0
    assert service.mine(deps, resident) == (bound,)


def test_the_last_use_is_known_to_the_minute(deps: Deps, resident: Actor, clock: Clock) -> None:
    bind(deps, resident)
    clock.advance(minutes=90, seconds=17)
    service.used(deps, service.speaker(deps, channel=TELEGRAM, user="7"))
    (bound,) = service.mine(deps, resident)
    assert bound.last_used_at == clock().replace(second=0, microsecond=0)


def test_closing_the_account_leaves_nothing_of_its_chats(deps: Deps, resident: Actor) -> None:
    bind(deps, resident)
    service.make_code(deps, resident, channel=Way.WECHAT)
    with service.turn(deps, channel=TELEGRAM, user="7", message_id="1") as turn:
        turn.settle({"awaits": "bind"}, [{"text": "您的异议"}])
    identity.close_account(deps, resident)
    for name in ("chat_bindings", "chat_codes", "recipients"):
        assert deps.db[name].count_documents({}) == 0
    (dialogue,) = deps.db["chat_dialogues"].find()
    assert (dialogue["state_sealed"], dialogue["answered"]) == (None, [])
    assert service.speaker(deps, channel=TELEGRAM, user="7").actor.role is Role.ANONYMOUS


def test_a_closed_account_speaks_in_no_chat_even_when_its_binding_was_left(
    deps: Deps, resident: Actor
) -> None:
    bind(deps, resident)
    deps.db["accounts"].update_one({"_id": resident.id}, {"$set": {"closed_at": deps.now()}})
    assert service.speaker(deps, channel=TELEGRAM, user="7").actor.role is Role.ANONYMOUS


def test_a_deep_link_holds_the_code_once_the_bot_has_said_its_name(deps: Deps, resident: Actor) -> None:
    assert service.make_code(deps, resident, channel=TELEGRAM).deep_link is None
    service.introduce(deps, channel=TELEGRAM, name="credit_shanghai_bot")
    made = service.make_code(deps, resident, channel=TELEGRAM)
    assert made.deep_link == f"https://t.me/credit_shanghai_bot?start={made.code}"
    assert made.qr_svg == qr.drawn(made.deep_link)
    assert "二维码" in made.instruction.zh


def test_without_a_link_the_code_alone_is_told_and_works(deps: Deps, resident: Actor) -> None:
    for channel in service.CHANNELS:
        made = service.make_code(deps, resident, channel=channel)
        assert (made.deep_link, made.qr_svg) == (None, None)
        assert made.code in made.instruction.zh
        assert "链接" not in made.instruction.zh
        assert "二维码" not in made.instruction.zh
        assert redeem(deps, made.code, channel=channel)


@pytest.fixture
def wechat_api() -> Iterator[WeChatApi]:
    with WeChatApi() as served:
        yield served


@pytest.fixture
def reached(deps: Deps, wechat_api: WeChatApi) -> Iterator[Deps]:
    """An installation whose account may make QR codes."""
    account = WeChatAccount(wechat_api.APP, wechat_api.SECRET, wechat_api.url)
    yield replace(deps, scenes=WeChatScenes(account))
    account.close()


def test_wechats_link_holds_the_code_as_its_scene_and_no_longer_than_the_code_counts(
    reached: Deps, resident: Actor, wechat_api: WeChatApi
) -> None:
    made = service.make_code(reached, resident, channel=Way.WECHAT)
    assert made.deep_link is not None
    assert wechat_api.scenes[made.deep_link] == (made.code, 600)
    assert made.qr_svg == qr.drawn(made.deep_link)
    assert "扫描" in made.instruction.zh
    assert made.code in made.instruction.en
    scene, _ = wechat_api.scenes[made.deep_link]
    assert redeem(reached, scene, "o-1", Way.WECHAT).account_id == resident.id


def test_while_wechat_gives_no_qr_code_the_code_alone_works(
    reached: Deps, resident: Actor, wechat_api: WeChatApi
) -> None:
    wechat_api.qr_fault = {"errcode": 45009, "errmsg": "reach max api daily quota limit"}
    made = service.make_code(reached, resident, channel=Way.WECHAT)
    assert (made.deep_link, made.qr_svg) == (None, None)
    assert redeem(reached, made.code, "o-1", Way.WECHAT).account_id == resident.id


def test_codes_are_never_taken_for_words_nor_words_for_codes(deps: Deps, resident: Actor) -> None:
    assert all(rules.read_code(word) is None for word in ("benefits", "notices", "12345678", "umbrella", ""))
    codes = [service.make_code(deps, resident, channel=TELEGRAM).code for _ in range(20)]
    assert all(rules.is_clear(code) and rules.read_code(code) == code for code in codes)
    refused("limits.too_many", service.make_code, deps, resident, channel=TELEGRAM)


def test_a_block_is_known_and_ended(deps: Deps, resident: Actor) -> None:
    bind(deps, resident)
    service.gone(deps, channel=TELEGRAM, user="7", reason="blocked")
    assert recipients.reachable(deps, [resident.id]) == {}
    service.returned(deps, channel=TELEGRAM, user="7", language="zh")
    (way,) = recipients.reachable(deps, [resident.id])[resident.id]
    assert way.gone_at is None
    assert service.mine(deps, resident) != ()
