"""A report link made in a chat: opened once, by the account of that chat, until it is killed, expires, or the chat is unbound.
Every refusal says why to whoever may know, and is on record."""

from dataclasses import replace
from typing import Any

import pytest

from backend.chats import service as chats
from backend.common.actor import Actor, anonymous
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.deliveries import service as deliveries
from backend.dialogues.model import Sort
from backend.gateways.telegram import TelegramCarrier
from backend.limits import service as limits
from backend.notices import service as notices
from backend.reports import service as reports
from backend.reports.service.linking import MADE_PER_PERSON
from schemas.notices import NoticeKind
from schemas.terms import Audience, Channel, Level, LinkRefusal, Way
from tests.backend.dialogues.conftest import bound, press, say
from tests.backend.objections.town import WORKER, Town
from tests.support.bot_api import TOKEN
from tests.support.commands import watched
from tests.support.conversations import CorePort, Doing
from tests.support.people import acts
from tests.support.web import ClientAs
from tests.support.world import Clock

GONE = "reports.link_gone"


@pytest.fixture
def elsewhere(town: Town) -> CorePort:
    """The stranger's chat."""
    return bound(CorePort(town.deps, user="8"), town, town.stranger)


def link(port: CorePort) -> tuple[str, str]:
    """The code and the id of a fresh link."""
    (said,) = port.send(Doing(Sort.TEXT, "报告"))
    (opens, kills) = (said.buttons[0][0], said.buttons[1][0])
    assert opens.url is not None
    assert kills.value is not None
    assert "report" not in said.text
    return opens.url.rpartition("/")[2], kills.value.partition(":")[2]


def test_who_asks_for_too_many_is_told_when_there_is_another_and_keeps_the_last(
    port: CorePort, town: Town
) -> None:
    code, _ = link(port)
    for _ in range(MADE_PER_PERSON.count - 1):
        limits.spend(town.deps, "reports.link", town.resident.require_subject(), limit=MADE_PER_PERSON)
    told = say(port, "报告")
    assert "请约 1 小时后再要新的" in told
    assert "仍可打开" in told
    assert reports.open_link(town.deps, town.resident, code=code).opens == 1


def refusal(deps: Deps, actor: Actor, code: str) -> tuple[str, LinkRefusal | None]:
    with pytest.raises(ServiceError) as caught:
        reports.open_link(deps, actor, code=code)
    why = (caught.value.data or {}).get("why")
    if why is not None:
        assert caught.value.text == LinkRefusal(why).label
    return caught.value.reason, why and LinkRefusal(why)


def logged(deps: Deps) -> list[str]:
    return [act["details"]["why"] for act in acts(deps, "reports.link_refused")]


def test_it_opens_once_for_the_holder_who_proves_who_they_are_and_the_chat_is_told(
    town: Town, port: CorePort
) -> None:
    code, _ = link(port)
    report = reports.open_link(town.deps, town.resident, code=code)
    assert report.access_log is not None
    assert report.access_log[0].channel is Channel.LINK
    assert notices.inbox(town.deps, town.resident, limit=1).items[0].kind is NoticeKind.REPORT_LINK_OPENED
    assert refusal(town.deps, town.resident, code) == (GONE, LinkRefusal.USED_UP)
    assert LinkRefusal.USED_UP.zh in say(port, f"http://x/r/{code}")
    assert logged(town.deps) == ["used_up", "used_up"]


def test_it_asks_for_signing_in_and_for_a_fresh_proof(town: Town, port: CorePort) -> None:
    code, _ = link(port)
    assert refusal(town.deps, anonymous(Channel.PAGE), code) == ("auth.required", None)
    weak = replace(town.resident, level=Level.REAL_NAME, verified_until=None)
    assert refusal(town.deps, weak, code) == ("identity.verification_required", None)
    assert reports.open_link(town.deps, town.resident, code=code)


def test_from_another_chat_and_another_account_it_is_refused(
    town: Town, port: CorePort, elsewhere: CorePort
) -> None:
    code, ident = link(port)
    assert LinkRefusal.ELSEWHERE.zh in say(elsewhere, f"看 https://credit.example/r/{code} 这个")
    assert LinkRefusal.ELSEWHERE.zh in say(CorePort(town.deps, user="9"), f"/r/{code}")
    assert refusal(town.deps, town.stranger, code) == (GONE, LinkRefusal.ELSEWHERE)
    assert "没有找到该报告链接" in press(elsewhere, f"kill:{ident}")
    assert logged(town.deps) == ["elsewhere"] * 3
    assert reports.open_link(town.deps, town.resident, code=code)


def test_another_chat_of_the_same_account_may_not_use_it_but_may_kill_it(town: Town, port: CorePort) -> None:
    code, ident = link(port)
    wechat = bound(CorePort(town.deps, Way.WECHAT, user="o-1"), town, town.resident)
    assert LinkRefusal.ELSEWHERE.zh in say(wechat, f"/r/{code}")
    assert "已停用 1 条" in press(wechat, f"kill:{ident}")
    assert refusal(town.deps, town.resident, code) == (GONE, LinkRefusal.KILLED)


def test_after_it_was_killed(town: Town, port: CorePort) -> None:
    code, ident = link(port)
    assert "已停用 1 条" in press(port, f"kill:{ident}")
    assert refusal(town.deps, town.resident, code) == (GONE, LinkRefusal.KILLED)
    assert LinkRefusal.KILLED.zh in say(port, f"/r/{code}")
    assert refusal(town.deps, town.stranger, code) == (GONE, None)
    assert logged(town.deps) == ["killed"] * 3


def test_after_it_expired(town: Town, port: CorePort, clock: Clock) -> None:
    code, _ = link(port)
    clock.advance(minutes=30)
    proved = replace(town.resident, verified_until=clock.advance(minutes=1))
    assert refusal(town.deps, proved, code) == (GONE, LinkRefusal.EXPIRED)
    assert LinkRefusal.EXPIRED.zh in say(port, f"/r/{code}")
    assert refusal(town.deps, anonymous(Channel.PAGE), code) == (GONE, None)
    assert logged(town.deps) == ["expired"] * 3


@pytest.mark.parametrize("end", ["in the chat", "in the app", "by binding again"])
def test_after_the_chat_was_unbound(town: Town, port: CorePort, end: str) -> None:
    code, _ = link(port)
    if end == "in the chat":
        press(port, "unbind:yes")
    elif end == "in the app":
        chats.unbind_all(town.deps, town.resident)
    else:
        bound(port, town, town.resident)
    assert refusal(town.deps, town.resident, code) == (GONE, LinkRefusal.UNBOUND)
    assert logged(town.deps) == ["unbound"]


def test_a_link_is_made_for_one_chat_and_ends_the_one_before_and_no_other(town: Town, port: CorePort) -> None:
    shared = reports.make_link(town.deps, town.resident, purpose="应聘入职", audience=Audience.THIRD_PARTY)
    first, _ = link(port)
    second, _ = link(port)
    assert refusal(town.deps, town.resident, first) == (GONE, LinkRefusal.KILLED)
    assert "已停用 1 条" in say(port, "停用链接")
    assert refusal(town.deps, town.resident, second) == (GONE, LinkRefusal.KILLED)
    assert reports.open_link(town.deps, anonymous(Channel.PAGE), code=shared.url.rpartition("/")[2])
    assert "另有 1 条" in say(port, "kill links")
    assert "已停用 1 条" in press(port, "kill_links:all")
    assert reports.count_active_links(town.deps, town.resident) == 0


def test_to_count_links_the_database_is_asked_as_often_for_many_as_for_one(
    town: Town, port: CorePort
) -> None:
    link(port)
    with watched(town.deps) as (deps, sent):
        for made in (0, 6):
            for _ in range(made):
                reports.make_link(town.deps, town.resident, purpose="应聘", audience=Audience.THIRD_PARTY)
            sent.commands.clear()
            assert reports.count_active_links(deps, town.resident) == made + 1
            assert sent.commands == ["find"] * 3
        chats.unbind_all(town.deps, town.resident)
        assert reports.count_active_links(deps, town.resident) == 6
        town.deps.db["accounts"].update_one({"_id": town.resident.id}, {"$set": {"subject_id": "another"}})
        assert reports.count_active_links(deps, town.resident) == 0


def test_the_same_message_makes_one_link_and_shows_it_again(town: Town, port: CorePort) -> None:
    first, again = (port.send(Doing(Sort.TEXT, "报告"), "m-1") for _ in range(2))
    assert first == again
    assert town.deps.db["report_links"].count_documents({}) == 1


def test_somebody_who_keeps_trying_a_dead_link_does_not_fill_the_log(town: Town, port: CorePort) -> None:
    code, _ = link(port)
    reports.open_link(town.deps, town.resident, code=code)
    for _ in range(30):
        refusal(town.deps, town.stranger, code)
    assert len(logged(town.deps)) == 20


def test_over_http_the_owner_reads_why_and_a_stranger_does_not(
    town: Town, port: CorePort, web_as: ClientAs
) -> None:
    code, ident = link(port)
    reports.kill_link(town.deps, town.resident, link_id=ident)

    def asked(actor: Actor) -> dict[str, Any]:
        answer = web_as(actor).get(f"/api/v1/report-links/{code}")
        assert answer.status_code == 404
        told: dict[str, Any] = answer.get_json()
        return told

    assert asked(town.resident)["message"] == LinkRefusal.KILLED.zh
    assert asked(town.resident)["data"] == {"why": "killed"}
    assert "why" not in (asked(town.stranger).get("data") or {})


def test_the_code_of_a_link_is_nowhere_in_the_database_though_the_answer_is_kept(
    town: Town, port: CorePort
) -> None:
    code, _ = link(port)
    held = str([list(town.deps.db[name].find()) for name in town.deps.db.list_collection_names()])
    assert code not in held


def test_the_chat_it_was_made_in_is_told_that_it_was_opened(town: Town, port: CorePort) -> None:
    """The notice goes by the way of this chat too, whatever is switched off."""
    press(port, "switch:off:every")
    code, _ = link(port)
    reports.open_link(town.deps, town.resident, code=code)
    carrier = TelegramCarrier(TOKEN)
    deliveries.plan(replace(town.deps, carriers={Way.TELEGRAM: carrier}), WORKER)
    carrier.close()
    told = notices.inbox(town.deps, town.resident, limit=1).items[0]
    assert told.kind is NoticeKind.REPORT_LINK_OPENED
    assert town.deps.db["deliveries"].find_one({"_id": f"{told.id}:telegram"})["state"] == "waiting"


def test_signing_out_everywhere_over_a_look_ends_the_chats_too(town: Town, port: CorePort) -> None:
    reports.summary(town.deps, town.resident)
    (look, *_) = reports.access_log(town.deps, town.resident, limit=1).items
    reports.ask(town.deps, town.resident, entry_id=look.id)
    assert len(chats.mine(town.deps, town.resident)) == 1
    reports.ask(town.deps, town.resident, entry_id=look.id, end_sessions=True)
    assert chats.mine(town.deps, town.resident) == ()


def test_switching_off_says_what_had_become_of_the_link(town: Town, port: CorePort) -> None:
    code, link_id = link(port)
    assert "已停用 1 条" in press(port, f"kill:{link_id}")
    assert "此前已失效" in press(port, f"kill:{link_id}")
    code, link_id = link(port)
    reports.open_link(town.deps, town.resident, code=code)
    said = press(port, f"kill:{link_id}")
    assert "已被打开过" in said


def test_a_link_of_a_chat_that_is_no_longer_bound_is_not_counted_as_working(
    town: Town, port: CorePort
) -> None:
    link(port)
    bound(CorePort(town.deps, user="9"), town, town.resident)
    assert reports.count_active_links(town.deps, town.resident) == 0
