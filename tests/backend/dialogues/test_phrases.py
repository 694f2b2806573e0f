"""What texts mean, and how staff teach the table."""

import re
from typing import Any

import pytest
import yaml
from pymongo.errors import ServerSelectionTimeoutError

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.dialogues import rules, service, store, texts
from backend.dialogues.service import phrases
from backend.dialogues.service.answering import TOPICS, commands
from schemas.terms import Channel, Role, Way
from schemas.text import Text
from tests.backend.dialogues.conftest import say
from tests.support.conversations import CorePort
from tests.support.people import acts
from tests.support.refusals import refused
from tests.support.web import ClientAs

EDITOR = Actor("editor-1", Role.NEWS_EDITOR, Channel.CONSOLE, name="an.na")


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("報告", "report"),
        ("我要看我的信用报告", "report"),
        ("wo yao kan bao gao", "report"),
        ("ＲＥＰＯＲＴ！！", "report"),
        ("bǎogào", "report"),
        ("reprot", "report"),
        ("我的异议办到哪了", "objections"),
        ("解除绑定", "unbind"),
        ("停用報告鏈接", "kill_links"),
        ("红 包", "benefits"),
        ("benifit", "benefits"),
        ("de posit-free?", "deposit_free"),
        ("unsubscibe", "notices"),
        ("转人工客服", "human"),
        ("12345", "human"),
        ("请说英语", "language:en"),
        ("？", "help"),
    ],
)
def test_one_meaning(text: str, action: str) -> None:
    assert rules.meant(text, rules.given()) == (action,)


@pytest.mark.parametrize(
    "text", ["今天天气真好", "", "🧧", "and so on", "的", "a", "0" * 200, "import", "shoe", "he reported"]
)
def test_no_meaning(text: str) -> None:
    assert rules.meant(text, rules.given()) == ()


def test_two_meanings_are_given_in_the_order_of_the_text() -> None:
    assert rules.meant("资讯和红包", rules.given()) == ("news", "benefits")
    assert rules.meant("报告 异议 附近 红包", rules.given()) == ()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        (" 3 ", 3),
        ("３", 3),
        ("第三个", 3),
        ("十二", 12),
        ("②", 2),
        ("1.", 1),
        ("12345", None),
        ("一起", None),
    ],
)
def test_numbers(text: str, number: int | None) -> None:
    assert rules.number(text) == number


def test_every_phrase_of_the_table_means_one_thing_and_means_it() -> None:
    table = yaml.safe_load(rules.TABLE.read_text(encoding="utf-8"))
    folded = [rules.plain(str(one)) for said in table.values() for one in said]
    twice = {one for one in folded if folded.count(one) > 1}
    assert {
        one for one in twice if len({a for a, p in table.items() if one in map(rules.plain, map(str, p))}) > 1
    } == set()
    for action, said in table.items():
        assert {rules.meant(str(one), rules.given()) for one in said} == {(action,)}


def test_every_action_has_a_topic_a_label_and_a_command_that_telegram_takes() -> None:
    for action in rules.actions():
        assert action in TOPICS or action.startswith("language:")
        assert action in texts.LABELS
    for command in commands():
        assert re.fullmatch(r"[a-z0-9_]{1,32}", command.name)
        assert command.value in TOPICS


def test_every_sentence_speaks_both_languages_and_names_the_same_facts() -> None:
    said = {name: one for name, one in vars(texts).items() if isinstance(one, Text)}
    for name, text in said.items():
        assert sorted(re.findall(r"\{\w+\}", text.zh)) == sorted(re.findall(r"\{\w+\}", text.en)), name
        assert not re.search(r"[\u4e00-\u9fff]", text.en) or name == "LANGUAGE", name


def test_what_staff_add_counts_at_once_and_over_what_was_delivered(deps: Deps) -> None:
    port = CorePort(deps)
    assert "没有听懂" in say(port, "我的老赖名单")
    service.put(deps, EDITOR, phrase="老賴", action="objections")
    assert "请先绑定" in say(port, "我的老赖名单")
    service.put(deps, EDITOR, phrase="红包", action="human")
    assert "12345" in say(port, "紅包")
    service.remove(deps, EDITOR, phrase="红包")
    assert "权益" in say(port, "红包")
    assert [act["target_id"] for act in acts(deps, "dialogues.put_phrase")] == ["老赖", "红包"]
    assert [one.id for one in service.listed(deps, EDITOR)] == ["老赖"]


@pytest.mark.parametrize("phrase", ["", "的", "7", "三", "！！", "字" * 41])
def test_a_phrase_that_is_none_is_refused(deps: Deps, phrase: str) -> None:
    refused("dialogues.bad_phrase", service.put, deps, EDITOR, phrase=phrase, action="report")


def test_only_what_the_dialogue_knows_can_be_meant(deps: Deps) -> None:
    refused("dialogues.no_such_action", service.put, deps, EDITOR, phrase="全部删除", action="unbind:yes")
    refused("dialogues.no_such_phrase", service.remove, deps, EDITOR, phrase="没有过")


def test_messages_are_counted_and_nothing_of_them_is_kept(deps: Deps) -> None:
    port = CorePort(deps)
    for text in ("报告", "今天天气真好", "资讯和红包", "我叫欧阳䶮"):
        say(port, text)
    (figures,) = service.figures(deps, EDITOR)
    assert (figures.understood, figures.offered, figures.missed, figures.pressed) == (1, 1, 2, 0)
    assert figures.channel is Way.TELEGRAM
    held = str(list(deps.db["chat_figures"].find())) + str(list(deps.db["audit_log"].find()))
    assert "天气" not in held
    assert "欧阳" not in held


def test_a_message_two_worked_on_because_one_was_slow_is_counted_once(
    deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first loses its turn in the middle of the answer; the second answers the same message before the first goes on."""
    meant, slow, quick = phrases.meant, CorePort(deps), CorePort(deps)

    def lost(deps: Deps, text: str) -> Any:
        monkeypatch.setattr(phrases, "meant", meant)
        deps.db["chat_dialogues"].update_one({}, {"$set": {"queue": []}})
        assert "没有听懂" in say(quick, text, "m-1")
        return meant(deps, text)

    monkeypatch.setattr(phrases, "meant", lost)
    assert "没有听懂" in say(slow, "今天天气真好", "m-1")
    (figures,) = service.figures(deps, EDITOR)
    assert figures.missed == 1


def test_an_answer_that_stands_is_given_though_it_cannot_be_counted(
    deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise ServerSelectionTimeoutError("away")

    monkeypatch.setattr(store, "count", away)
    assert "没有听懂" in say(CorePort(deps), "今天天气真好", "m-1")
    assert not service.figures(deps, EDITOR)


def test_staff_teach_over_http(deps: Deps, web_as: ClientAs) -> None:
    web, table = web_as(EDITOR), "/api/v1/staff/chat/phrases"
    made = web.put(table, json={"phrase": "查老赖", "action": "report"})
    assert (made.status_code, made.get_json()["phrase"]) == (200, "查老赖")
    assert web.put(table, json={"phrase": "查老赖", "action": "nothing"}).status_code == 422
    assert [one["phrase"] for one in web.get(table).get_json()["items"]] == ["查老赖"]
    assert web.delete(table, query_string={"phrase": "查老赖"}).status_code == 204
    assert web.delete(table, query_string={"phrase": "查老赖"}).status_code == 404
    say(CorePort(deps), "报告")
    (day,) = web.get("/api/v1/staff/chat/figures").get_json()["items"]
    assert (day["understood"], day["channel"]) == (1, "telegram")
