"""Real workers, the real database, and channels that behave and misbehave like the real ones, at the wire."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from backend.common.deps import Deps
from backend.deliveries import rules
from backend.notices import service as notices
from backend.recipients import service as recipients
from schemas.notices import NoticeKind
from schemas.terms import Way
from tests.backend.deliveries.test_service import Silent, states
from tests.notifications.test_process import environment
from tests.support import world
from tests.support.bot_api import TOKEN, BotApi
from tests.support.channels import Gateway, WeChatApi
from tests.support.followers import EDITOR, address, bound, crowd
from tests.support.processes import Process
from tests.support.waiting import until
from tests.support.web import ClientAs

REVIEWER = replace(EDITOR, id="staff-wu", name="wu.min")
ARTICLE = {"category": "news", "title": "第四期", "body": "本月**要闻**三则。"}
NOON = "tests.support.noon_worker"


@pytest.fixture
def deps(deps: Deps) -> Deps:
    """With every channel set up, as the workers have them."""
    return replace(deps, carriers=dict.fromkeys(Way, Silent()))


@pytest.fixture
def bot_api() -> Iterator[BotApi]:
    with BotApi(floods=True) as served:
        yield served


@pytest.fixture
def worker(deps: Deps, bot_api: BotApi) -> Iterator[Callable[..., Process]]:
    """Starts a worker; all are ended with the test."""
    env = environment(deps) | {
        "FIELD_MASTER_KEY": base64.b64encode(world.MASTER_KEY).decode(),
        "BOT_TOKEN": TOKEN,
        "BOT_API_URL": bot_api.url,
    }
    with ExitStack() as stack:
        yield lambda **more: stack.enter_context(Process(NOON, env=env | more))


def owe(deps: Deps, *names: str) -> None:
    for name in names:
        notices.send(deps, name, NoticeKind.IDENTITY_BOUND)


def delivered(deps: Deps) -> int:
    return int(deps.db["deliveries"].count_documents({"state": {"$in": ["delivered", "sent"]}}))


def test_a_notice_reaches_every_channel_of_a_person(
    deps: Deps, bot_api: BotApi, worker: Callable[..., Process]
) -> None:
    bound(deps, "anna1", Way.TELEGRAM, Way.APP_PUSH, Way.SMS, Way.WECHAT, phone="+8613800138000")
    owe(deps, "anna1")
    with WeChatApi() as wechat, Gateway() as gateway:
        running = worker(
            WECHAT_APP_ID=wechat.APP,
            WECHAT_APP_SECRET=wechat.SECRET,
            WECHAT_TEMPLATE_ID=wechat.TEMPLATE,
            WECHAT_API_URL=wechat.url,
            PUSH_GATEWAY_URL=gateway.url,
            PUSH_GATEWAY_KEY=gateway.KEY,
        )
        until(lambda: delivered(deps) == 4, running)
        assert running.end() == 0
        told = [wechat.messages[0]["touser"], gateway.messages[0]["to"], bot_api.sent[0]["chat_id"]]
    assert told == [address("anna1", way) for way in (Way.WECHAT, Way.APP_PUSH, Way.TELEGRAM)]
    sms = json.loads((deps.settings.data_dir / "outbox" / "sms.jsonl").read_text())
    assert (sms["to"], sms["code"]) == ("13800138000", None)
    assert "实名绑定成功" in sms["text"]
    written = "\n".join(running.lines)
    for word in ("13800138000", address("anna1", Way.TELEGRAM), TOKEN, "openid", "实名绑定"):
        assert not re.search(rf"(?<![0-9]){re.escape(word)}(?![0-9])", written)


def test_who_blocked_the_bot_is_unreachable_from_then_on(
    deps: Deps, bot_api: BotApi, worker: Callable[..., Process]
) -> None:
    bound(deps, "anna1", Way.TELEGRAM)
    bound(deps, "bert2", Way.TELEGRAM)
    bot_api.blocked, bot_api.unknown = {address("anna1", Way.TELEGRAM)}, {address("bert2", Way.TELEGRAM)}
    owe(deps, "anna1", "bert2")
    running = worker()
    until(lambda: sorted(r for _, r in states(deps).values() if r) == ["blocked", "chat_not_found"], running)
    assert recipients.reachable(deps, ["anna1", "bert2"]) == {}


def test_a_stuck_channel_holds_up_no_other(
    deps: Deps, bot_api: BotApi, worker: Callable[..., Process]
) -> None:
    bot_api.silent = set(crowd(deps, 30))
    for number in range(30):
        owe(deps, f"p{number:06}")
        recipients.bind(deps, account_id=f"p{number:06}", way=Way.APP_PUSH, address=f"device-{number}")
    running = worker()
    bot_api.wait_for(rules.SENDERS, within_s=60)
    by_push = {"way": "app_push", "state": "sent"}
    until(lambda: deps.db["deliveries"].count_documents(by_push) == 30, running)
    assert deps.db["deliveries"].count_documents({"way": "telegram", "state": "waiting"}) == 30
    assert len(bot_api.sent) == rules.SENDERS


def test_all_workers_obey_what_the_channel_asks(
    deps: Deps, bot_api: BotApi, worker: Callable[..., Process]
) -> None:
    crowd(deps, 60)
    owe(deps, *(f"p{number:06}" for number in range(60)))
    bot_api.close_for(3600)
    workers = [worker(), worker()]
    until(lambda: bot_api.refusals[429] > 0, *workers)
    for one in workers:
        one.wait_for_event("worker.waiting")
    paused = deps.db["channel_paces"].find_one({"_id": "telegram"})
    assert paused is not None
    until(lambda: deps.db["deliveries"].count_documents({"lease": {"$ne": None}}) == 0, *workers)
    refused = bot_api.refusals[429]
    assert refused <= 2 * (rules.SENDERS + rules.PACES[Way.TELEGRAM].batch)
    bot_api.closed_until = 0.0
    deps.db["channel_paces"].update_many({}, {"$unset": {"paused_until": ""}})
    due = [{"$set": {"due_at": {"$subtract": ["$$NOW", 1000]}}}]
    deps.db["deliveries"].update_many({"state": "waiting"}, due)
    workers += [worker()]
    until(lambda: delivered(deps) == 60, *workers)
    assert bot_api.refusals[429] == refused
    assert len(bot_api.texts_by_chat()) == len(bot_api.sent) == 60


def test_staff_write_review_schedule_push_watch_pause_and_cancel(
    deps: Deps, bot_api: BotApi, worker: Callable[..., Process], web_as: ClientAs
) -> None:
    crowd(deps, 200)
    web, reviewer = web_as(EDITOR), web_as(REVIEWER)
    draft: Any = web.post("/api/v1/staff/news", json=ARTICLE)
    assert draft.status_code == 201
    article, path = draft.json["id"], f"/api/v1/staff/news/{draft.json['id']}"
    assert web.post(f"{path}/submit").json["state"] == "submitted"
    assert web.post(f"{path}/approve", json={}).json["reason"] == "news.four_eyes"
    assert reviewer.post(f"{path}/approve", json={}).json["state"] == "approved"
    soon = (deps.now() + timedelta(minutes=5)).isoformat()
    assert web.post(f"{path}/publish", json={"publish_at": soon}).json["state"] == "scheduled"
    asked = {"audience": {"roles": ["citizen"]}, "channels": ["telegram", "app_push"]}
    counted: Any = web.post("/api/v1/staff/pushes/audience", json=asked)
    assert counted.json == {
        "people": 200,
        "by_channel": {"telegram": 200, "app_push": 0},
        "switched_off": 0,
        "complete": True,
    }
    push = asked | {"title": "本月资讯", "body": "第四期已发布。", "news_id": article}
    key = {"Idempotency-Key": "push-1"}
    early: Any = web.post("/api/v1/staff/pushes", json=push, headers=key)
    assert (early.status_code, early.json["reason"]) == (422, "pushes.invalid")
    assert [fault["field"] for fault in early.json["data"]["errors"]] == ["news_id"]
    running = worker()
    until(lambda: web.get(f"/api/v1/news/{article}").status_code == 200, running)
    made: Any = web.post("/api/v1/staff/pushes", json=push, headers=key)
    assert made.status_code == 201
    assert web.post("/api/v1/staff/pushes", json=push, headers=key).json == made.json
    path = f"/api/v1/staff/pushes/{made.json['id']}"

    def told() -> Any:
        return web.get(path).json

    until(lambda: told()["progress"]["delivered"] >= 20, running)
    assert web.post(f"{path}/pause", json={"reason": "核对一处数字"}).json["state"] == "paused"
    until(lambda: deps.db["deliveries"].count_documents({"lease": {"$ne": None}}) == 0, running)
    paused = told()["progress"]
    assert 0 < paused["queued"] < 200
    assert paused["queued"] + paused["sent"] == 200
    assert paused["delivered"] == len(bot_api.sent)
    assert web.post(f"{path}/pause", json={}).json["reason"] == "pushes.changed"
    assert web.post(f"{path}/resume", json={}).json["state"] == "running"
    until(lambda: told()["progress"]["delivered"] > paused["delivered"], running)
    assert web.post(f"{path}/cancel", json={}).json["state"] == "cancelled"
    until(lambda: told()["settled_at"] is not None, running)
    ended = told()
    assert (ended["queued"], ended["failed"], ended["delivered"]) == (0, 0, len(bot_api.sent))
    assert ended["skipped"] == 200 - len(bot_api.sent) > 0
    assert [one["act"] for one in ended["events"]] == ["create", "pause", "resume", "cancel"]
    assert len(bot_api.texts_by_chat()) == len(bot_api.sent)
    assert f"/news/{article}" in bot_api.sent[0]["text"]
    assert bot_api.was_paced()
    listed: Any = web.get("/api/v1/staff/pushes").json
    assert [one["id"] for one in listed["items"]] == [made.json["id"]]
    channels = {one["channel"]: one for one in web.get("/api/v1/staff/channels").json["items"]}
    assert (channels["telegram"]["waiting"], channels["telegram"]["configured"]) == (0, True)


def test_a_worker_that_is_told_to_end_gives_back_what_it_has_not_sent(
    deps: Deps, bot_api: BotApi, worker: Callable[..., Process]
) -> None:
    crowd(deps, 100)
    owe(deps, *(f"p{number:06}" for number in range(100)))
    running = worker()
    bot_api.wait_for(10, within_s=60)
    assert running.end() == 0
    left = list(deps.db["deliveries"].find({"state": "waiting"}))
    assert {one["lease"] for one in left} == {None}
    assert {one["tries"] for one in left} == {0}
    assert delivered(deps) == len(bot_api.sent) < 100
