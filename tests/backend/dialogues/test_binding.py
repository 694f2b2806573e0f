"""Binding in a chat: codes that others saw, links that others sent, words that are no code; and who wants to hear nothing."""

import pytest

from backend.chats import service as chats
from backend.common.deps import Deps
from backend.dialogues import rules
from backend.dialogues.model import Sort
from backend.recipients import service as recipients
from schemas.terms import Way
from tests.backend.dialogues.conftest import press, say
from tests.backend.objections.town import Town
from tests.support.conversations import CorePort, Doing


def code(town: Town, *, of_stranger: bool = False) -> str:
    holder = town.stranger if of_stranger else town.resident
    return chats.make_code(town.deps, holder, channel=Way.TELEGRAM).code


def holder_of(deps: Deps) -> str:
    (bound,) = deps.db["chat_bindings"].find()
    return str(bound["account_id"])


def test_a_link_that_somebody_else_sent_does_not_take_a_bound_chat_over(town: Town, port: CorePort) -> None:
    sent = code(town, of_stranger=True)
    (said,) = port.send(Doing(Sort.BEGUN, sent))
    assert "不是您自己生成的" in said.text
    assert holder_of(town.deps) == town.resident.id
    yes, no = (each.value for each in said.buttons[0])
    press(port, no or "")
    assert holder_of(town.deps) == town.resident.id
    assert "绑定成功" in press(port, yes or "")
    assert holder_of(town.deps) == town.stranger.id


@pytest.mark.parametrize("word", ["bind", "start"])
def test_a_code_that_a_group_has_seen_works_no_more(town: Town, word: str) -> None:
    seen, chat = code(town), CorePort(town.deps)
    (said,) = chat.send(Doing(Sort.TEXT, f"/{word} {seen}", private=False))
    assert "已作废" in said.text
    assert "无效" in say(chat, f"绑定 {seen}") or "不正确" in say(chat, f"绑定 {seen}")
    assert town.deps.db["chat_bindings"].count_documents({}) == 0


@pytest.mark.parametrize(
    "said", ["bind my account", "bind account now", "绑定我的手机号码怎么办", "bind it please"]
)
def test_words_behind_the_word_for_it_are_no_wrong_code(town: Town, said: str) -> None:
    chat = CorePort(town.deps)
    say(chat, "报告")
    for _ in range(7):
        assert "次数过多" not in say(chat, said)
    assert "绑定成功" in say(chat, code(town))


def test_what_looks_like_a_code_is_told_to_be_wrong(town: Town) -> None:
    chat = CorePort(town.deps)
    say(chat, "绑定")
    assert "绑定码" in say(chat, "绑定 ab12cd3")


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), ("第2个", 2), ("1            are you sure", None), ("1 你确定吗这是什么", None)],
)
def test_a_number_is_a_number_alone(text: str, number: int | None) -> None:
    assert rules.number(text) == number


def test_unbinding_leaves_no_earlier_answer(town: Town, port: CorePort) -> None:
    say(port, "报告")
    say(port, "解绑")
    assert "已解绑" in press(port, "unbind:yes")
    (dialogue,) = town.deps.db["chat_dialogues"].find()
    assert len(dialogue["answered"]) == 1


def test_who_wants_to_hear_nothing_hears_nothing_by_coming_by(town: Town) -> None:
    chat = CorePort(town.deps)
    chat.send(Doing(Sort.BEGUN))
    assert not recipients.has_left(town.deps, way=Way.TELEGRAM, address="7")
    press(chat, "notices:unfollow")
    for sort in (Sort.BEGUN, Sort.GONE, Sort.BEGUN):
        chat.send(Doing(sort))
        assert recipients.has_left(town.deps, way=Way.TELEGRAM, address="7")
    press(chat, "notices:follow")
    assert not recipients.has_left(town.deps, way=Way.TELEGRAM, address="7")
