"""A whole city for the walk through every page: the demonstration, and in it people to whom everything has happened.

Filled once for a module. Words are long where somebody may make them long.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from backend.accounts.model import Tokens
from backend.batches import service as batches
from backend.batches import store as batch_store
from backend.batches.rules import LEASE
from backend.benefits import service as benefits
from backend.chats import service as chats
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.demo.rules import cast
from backend.dialogues import service as dialogues
from backend.dialogues.model import Incoming, Sort
from backend.dialogues.service import phrases
from backend.eligibility import service as eligibility
from backend.evidence.model import Upload
from backend.identity import service as identity
from backend.merchants import service as merchants
from backend.merchants.model import Particulars
from backend.orders import service as orders
from backend.places import service as places
from backend.recipients import service as recipients
from backend.registry import service as registry
from backend.reports import service as reports
from schemas.terms import (
    Audience,
    Channel,
    Crs,
    GradeValue,
    MerchantKind,
    PlaceKind,
    QuestionFinding,
    Role,
    Way,
)
from tests.backend.batches.conftest import lines, row
from tests.backend.benefits.fair import FUZHOU, Fair
from tests.backend.chats.conftest import bind
from tests.backend.deliveries.test_service import Silent
from tests.backend.eligibility.counter import MANAGER, OFFER
from tests.backend.evidence import made
from tests.backend.news.press import BO, Press
from tests.backend.objections.town import WAYS as OBJECTION_WAYS
from tests.backend.objections.town import Town
from tests.backend.pages.console import Signed, at_desk
from tests.backend.places.conftest import LISTED, SHOP, STEWARD
from tests.backend.places.test_reports import report_thrice
from tests.backend.pushes.test_service import start as push
from tests.backend.restorations.conftest import WAYS as RESTORATION_WAYS
from tests.backend.restorations.conftest import Desk
from tests.support import founding, people, residents, written
from tests.support.guests import PASSWORD

Door = str
LONG = "轨道交通逃票信息（䶮山路站至世博大道站换乘通道内反复无票乘车并拒不补票）"
NAME = "一个名字特别特别长的守信惠民购物券（淮海中路示范店与南京东路示范店通用）"
BODY = """## 步骤

| 步骤 | 期限 |
|---|---|
| 标注 | 一个工作日 |

> 依法办理。

1. 打开[我的异议](/objections)
2. 提交

```
䶮 𰻝 very-long-words-without-any-place-to-break-them-at-all-in-one-line-of-code
```
"""
ROLES = {
    "officer": (Role.CASE_OFFICER, None),
    "provider": (Role.PROVIDER, "METRO"),
    "idle provider": (Role.PROVIDER, "SCIENCE"),
    "steward": (Role.DATA_STEWARD, None),
    "auditor": (Role.AUDITOR, None),
    "editor": (Role.NEWS_EDITOR, None),
    "manager": (Role.BENEFIT_MANAGER, None),
    "window clerk": (Role.WINDOW_CLERK, None),
}


@dataclass(frozen=True)
class City:
    """`keys`: with what somebody is let in, and at which door. `ids`: what the addresses of pages have in their places."""

    deps: Deps
    keys: Mapping[str, tuple[Tokens, Door]]
    ids: Mapping[str, Any]


@dataclass(frozen=True)
class Person:
    tokens: Tokens
    actor: Actor


def settle(deps: Deps) -> City:
    """The city on the evening of its founding; whoever is known at a door has just come in."""
    deps = replace(deps, carriers=dict.fromkeys(Way, Silent()))
    written.once(deps, founding.found)
    _, window, blank, full = (part.member for part in cast.parts(faces=False))
    resident = _proved(deps, _bound(deps, full.phone, full.name, full.number))
    neighbour = _proved(deps, _bound(deps, window.phone, window.name, window.number))
    newcomer = _proved(deps, _bound(deps, blank.phone, blank.name, blank.number))
    people.resident(deps, number=people.number_of("19700101", "022"), name="阿依古丽·买买提江")
    objector = _proved(
        deps, _bound(deps, "13900002222", "阿依古丽·买买提江", people.number_of("19700101", "022"))
    )
    stranger = residents.sign_in(deps, "13900004444")
    people.resident(deps)
    unproved = _bound(deps, residents.PHONE, people.NAME, people.NUMBER)
    staff = {name: at_desk(deps, name.replace(" ", "."), *role) for name, role in ROLES.items()}
    ids: dict[str, Any] = {}
    till, empty_till = (
        _till(deps, "徐汇区示范图书馆（名字很长的分馆，地下一层自助借还书处）", ids),
        _idle_till(deps),
    )
    _faces(deps, resident, unproved)
    _cases(deps, objector, staff["officer"], ids)
    _counters(deps, resident, neighbour, till, ids)
    _benefits(deps, resident, neighbour, till, ids)
    _reports(deps, resident, ids)
    _chats(deps, resident)
    _press(deps, ids)
    _files(deps, ids)
    _shops(deps, ids)
    keys: dict[str, tuple[Tokens, Door]] = {
        "resident": (resident.tokens, "citizen"),
        "objector": (objector.tokens, "citizen"),
        "neighbour": (neighbour.tokens, "citizen"),
        "newcomer": (newcomer.tokens, "citizen"),
        "unproved": (unproved.tokens, "citizen"),
        "stranger": (stranger.tokens, "citizen"),
        "clerk": (till.tokens, "merchant"),
        "idle clerk": (empty_till.tokens, "merchant"),
    }
    return City(deps, keys | {name: (one.tokens, "staff") for name, one in staff.items()}, ids)


def _bound(deps: Deps, phone: str | None, name: str, number: str) -> Person:
    one = residents.sign_in(deps, phone or "")
    identity.bind(deps, one.actor, name=name, id_number=number)
    return Person(one.tokens, people.again(deps, one.actor))


def _proved(deps: Deps, one: Person) -> Person:
    subject = registry.find(deps, one.actor.require_subject())
    number = registry.number_of(deps, subject)
    code = identity.issue_window_code(deps, people.COMMAND, id_number=number).code
    token = identity.redeem_window_code(deps, one.actor, code=code).access_token
    return Person(replace(one.tokens, access_token=token), people.again(deps, one.actor, token))


def _faces(deps: Deps, resident: Person, unproved: Person) -> None:
    """Both have a photograph on file; the resident has agreed to the comparison."""
    for one in (resident, unproved):
        people.enrol(deps, one.actor)
    (notice,) = identity.current_notices()
    identity.give_consent(deps, resident.actor, purpose=notice.purpose, notice_version=notice.version)


def _cases(deps: Deps, objector: Person, signed: Signed, ids: dict[str, Any]) -> None:
    """A case in every state, and records that nobody has contested."""
    officer = Actor(signed.id, Role.CASE_OFFICER, Channel.CONSOLE, "s-o1", name=signed.name)
    provider = Actor("p1", Role.PROVIDER, Channel.CONSOLE, "s-p1", name="孙核查", unit="METRO")
    other = Actor("o2", Role.CASE_OFFICER, Channel.CONSOLE, "s-o2", name="钱经办")
    town = Town(deps, objector.actor, objector.actor, officer, other, provider, provider)
    ids["record"] = town.record(title=LONG).id
    paper = Upload("一张名字特别特别长的缴款凭证照片（第一页，共一页）.pdf", made.small_pdf())
    ids["objection"] = town.submit(town.record(title=LONG), uploads=[paper]).id
    for state in OBJECTION_WAYS:
        ids[f"objection_{state}"] = town.bring_to(state, town.record(title=LONG)).id
    desk = Desk(town)
    ids["restoration"] = desk.apply(town.record(title=LONG), uploads=[paper]).id
    for step in RESTORATION_WAYS:
        ids[f"restoration_{step}"] = desk.bring_to(step, town.record(title=LONG)).id


def _till(deps: Deps, name: str, ids: dict[str, Any]) -> Any:
    """A merchant with two services of which one asks for less, and its clerk; the ids of the management's pages."""
    wanted = Particulars(name, (MerchantKind.LIBRARY,), 600, "徐汇区", None, "韩墨", "021-54320000")
    shown, key = merchants.create_with_key(deps, MANAGER, wanted=wanted, label="一号自助借书台")
    ids["merchant"], ids["till_key"] = shown.id, key.key
    merchants.create_clerk(deps, MANAGER, merchant_id=shown.id, username="library.long", password=PASSWORD)
    easy = replace(
        OFFER, title_zh="人人可借的图书（含外文图书、期刊合订本和有声读物）", minimum_grade=GradeValue.FAIR
    )
    ids["service"] = eligibility.create_service(deps, MANAGER, merchant_id=shown.id, offer=OFFER).id
    ids["easy_service"] = eligibility.create_service(deps, MANAGER, merchant_id=shown.id, offer=easy).id
    return _entered(deps, "library.long")


def _idle_till(deps: Deps) -> Any:
    wanted = Particulars("刚刚加入的商户", (MerchantKind.OTHER,), 600, None, None, "周莉", "021-63210000")
    shown = merchants.create(deps, MANAGER, wanted=wanted)
    merchants.create_clerk(deps, MANAGER, merchant_id=shown.id, username="idle.zhou", password=PASSWORD)
    return _entered(deps, "idle.zhou")


def _entered(deps: Deps, username: str) -> Person:
    tokens = merchants.sign_in(deps, residents.STRANGER, username=username, password=PASSWORD)
    return Person(tokens, merchants.authenticate(deps, tokens.access_token, Channel.PAGE))


def _counters(deps: Deps, resident: Person, neighbour: Person, till: Person, ids: dict[str, Any]) -> None:
    """Somebody refused, who had a person look at it, and somebody who borrows."""
    refused = _checked(deps, resident, till, ids["service"])
    ids["check_refused"] = refused
    ids["contest"] = eligibility.contest(
        deps, resident.actor, check_id=refused, statement="这条记录我已经补缴，请再看一看。"
    ).id
    ids["check"] = _checked(deps, neighbour, till, ids["easy_service"])
    for number, act in enumerate(("", "activate", "return", "settle")):
        check_id = ids["check"] if not act else _checked(deps, neighbour, till, ids["easy_service"])
        order = orders.create(deps, till.actor, order_no=f"LIB-2026-{number:04}", check_id=check_id, days=7)
        ids[f"order_{act or 'created'}"] = order.id
        if act:
            orders.activate(deps, till.actor, order_id=order.id)
        if act in ("return", "settle"):
            orders.give_back(deps, till.actor, order_id=order.id)
        if act == "settle":
            orders.settle(deps, till.actor, order_id=order.id, charged_fen=150)
    ids["pass"] = eligibility.make_pass(deps, neighbour.actor, service_id=ids["easy_service"]).id
    ids["pass_used"] = eligibility.my_passes(deps, resident.actor, limit=1).items[0].id


def _checked(deps: Deps, who: Person, till: Person, service_id: str) -> str:
    code = eligibility.make_pass(deps, who.actor, service_id=service_id).code
    return eligibility.check(deps, till.actor, code=code, service_id=service_id).check_id


def _benefits(deps: Deps, resident: Person, neighbour: Person, till: Person, ids: dict[str, Any]) -> None:
    fair = Fair(deps, neighbour.actor)
    everybody = fair.start(till.actor, tiers=FUZHOU, stock=5, title_zh=NAME)
    used, best = fair.start(till.actor, tiers=FUZHOU[-1:]), fair.start(till.actor)
    ids["benefit"] = everybody.id
    ids["claim"] = fair.claim(everybody).id
    ids["claim_used"] = (spent := fair.claim(used)).id
    fair.redeem(till.actor, spent.code)
    with suppress(ServiceError):
        benefits.claim(deps, resident.actor, benefit_id=best.id, idempotency_key=None)
    ids["claim_refused"] = benefits.mine(deps, resident.actor, limit=1).items[0].id
    ids["benefit_paused"] = fair.start(till.actor).id
    benefits.pause(deps, MANAGER, benefit_id=ids["benefit_paused"], reason="预算调整，暂停发放")


def _reports(deps: Deps, resident: Person, ids: dict[str, Any]) -> None:
    """Links, looks by others and by oneself, and two questions about them, one answered."""
    theirs = reports.make_link(
        deps,
        resident.actor,
        purpose="应聘入职（上海市某某信息科技有限公司）",
        audience=Audience.THIRD_PARTY,
        max_opens=9,
    )
    own = reports.make_link(deps, resident.actor, purpose="办理签证", audience=Audience.SELF)
    ids["link"], ids["own_link"] = (one.url.rpartition("/")[2] for one in (theirs, own))
    reports.open_link(deps, people.COMMAND, code=ids["link"])
    reports.summary(deps, resident.actor)
    drawn = reports.mine(deps, resident.actor)
    ids["report_no"], ids["report_code"] = drawn.report_no, drawn.verify_url.rpartition("=")[2]
    first, second = reports.access_log(deps, resident.actor, limit=2).items
    ids["question"] = reports.ask(deps, resident.actor, entry_id=first.id, statement="这不是我").id
    answered = reports.ask(deps, resident.actor, entry_id=second.id, statement="这是谁").id
    auditor = replace(people.COMMAND, role=Role.AUDITOR, channel=Channel.CONSOLE, id="staff-9", name="审计")
    reports.answer(
        deps, auditor, question_id=answered, finding=QuestionFinding.LAWFUL, explanation="由您授权的房东查看"
    )
    ids["question_answered"] = answered


def _chats(deps: Deps, resident: Person) -> None:
    chats.introduce(deps, channel=Way.TELEGRAM, name="credit_shanghai_bot")
    bind(deps, resident.actor)
    bind(deps, resident.actor, user="wx", channel=Way.WECHAT)
    recipients.switch(deps, resident.actor, ways={Way.SMS: True}, kinds={})
    for number, text in enumerate(("报告", "天上掉下个林妹妹")):
        dialogues.handle(deps, Incoming(Way.TELEGRAM, "5551", str(number), Sort.TEXT, text))
    editor = Actor("editor-bo", Role.NEWS_EDITOR, Channel.CONSOLE, name="bo.wen")
    phrases.put(deps, editor, phrase="摸底档案", action="report")


def _press(deps: Deps, ids: dict[str, Any]) -> None:
    press = Press(deps)
    article = press.draft()
    picture = press.add(article)
    press.change(
        article, title="第一百二十八条" * 11, body=BODY + f"\n![一把伞](picture:{picture})", cover_id=picture
    )
    ids["news"] = press.publish(press.approve(press.submit(article))).id
    ids["news_submitted"] = press.submit(press.draft()).id
    draft = press.draft(body="第一段。\n\n修复需要三步。", title_en="How", body_en="Three steps.")
    press.change(draft, BO, body="第一段。\n\n修复需要两步。", title_en="How", body_en="Two steps.")
    ids["news_draft"] = draft.id
    ids["push"] = push(deps, title_en="News of this month", body_en="Issue four")


def _files(deps: Deps, ids: dict[str, Any]) -> None:
    """Files of a unit: one read with rows refused, one half read, one waiting."""
    provider = Actor("staff-gao", Role.PROVIDER, Channel.API, name="gao.ren", unit="METRO")
    for name, place in (("batch", 1), ("batch_half", 8), ("batch_waiting", 20)):
        content = lines(*(row(number) for number in range(1, place + 1)), "x")
        ids[name] = batches.hand_in(deps, provider, name=f"{'很长的文件名' * 8}.jsonl", content=content).id
        if name == "batch":
            batches.process(deps, people.COMMAND)
        if name == "batch_half":
            taken = batch_store.claim(deps.db, "l", now=deps.now(), until=deps.now() + LEASE)
            batch_store.keep_claim(deps.db, taken, read_bytes=taken.size // 2, until=deps.now() + LEASE)


def _shops(deps: Deps, ids: dict[str, Any]) -> None:
    given = replace(SHOP, name="欧阳䶮记" * 16, address="南京西路" * 30, kind=PlaceKind.FRESH)
    ids["place"] = places.create(deps, STEWARD, given=given, listed=LISTED).id
    places.put_reply(deps, STEWARD, place_id=ids["place"], text="感谢认可。", on=date(2026, 4, 2))
    report_thrice(deps, ids["place"])
    assert places.search(deps, crs=Crs.GCJ02, limit=200).features
