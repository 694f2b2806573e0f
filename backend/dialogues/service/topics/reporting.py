"""报告、停用链接: a link to the own report for this chat, and its end. Nothing of the report is ever said here."""

from datetime import timedelta

from backend.dialogues import texts
from backend.dialogues.model import Button
from backend.dialogues.service.talking import Answer, Talk, answer
from backend.reports import service as reports
from schemas import days
from schemas.terms import LinkState


def make(talk: Talk, _: str) -> Answer:
    """A link that opens once, for the account of this chat, after proof of identity."""
    made = reports.make_chat_link(talk.deps, talk.actor, chat_id=talk.binding.id)
    minutes = round((made.expires_at - talk.deps.now()) / timedelta(minutes=1))
    row = [Button(talk.say(texts.OPEN_REPORT), url=made.url)]
    kill = [talk.tap(texts.KILL_THIS, f"kill:{made.id}")]
    return answer(talk, talk.say(texts.LINK, minutes=minutes), row, kill)


def kill(talk: Talk, link_id: str) -> Answer:
    """Switch one link off, by the button under it."""
    talk.require_account()
    before = reports.kill_link(talk.deps, talk.actor, link_id=link_id)
    if before.last_opened_at is not None:
        return answer(talk, talk.say(texts.ALREADY_OPENED, at=talk.say(days.moment(before.last_opened_at))))
    worked = before.state is LinkState.ACTIVE
    return answer(talk, talk.say(texts.KILLED, count=1) if worked else talk.say(texts.ALREADY_DEAD))


def kill_these(talk: Talk, _: str) -> Answer:
    """Switch off what was made in this chat, and ask about the rest."""
    count = reports.kill_links(talk.deps, talk.actor, chat_id=talk.binding.id)
    left = reports.count_active_links(talk.deps, talk.actor)
    said = [talk.say(texts.KILLED, count=count) if count else talk.say(texts.NONE_TO_KILL)]
    if not left:
        return answer(talk, said)
    said.append(talk.say(texts.OTHERS_LEFT, count=left))
    return answer(talk, said, [talk.tap(texts.KILL_ALL, "kill_links:all")])


def kill_all(talk: Talk, _: str) -> Answer:
    talk.require_account()
    count = reports.kill_links(talk.deps, talk.actor)
    return answer(talk, talk.say(texts.KILLED, count=count) if count else talk.say(texts.NONE_TO_KILL))


def look_at(talk: Talk, code: str) -> Answer:
    """Somebody sends a report link into a chat: only the chat it was made in is told how it stands."""
    bound = talk.speaker.binding
    standing = reports.standing_in_chat(talk.deps, talk.actor, code=code, chat_id=bound.id if bound else None)
    said = talk.say(texts.LINK_WORKS, until=talk.say(days.until(standing.expires_at)))
    return answer(talk, said, [talk.tap(texts.KILL_THIS, f"kill:{standing.id}")])
