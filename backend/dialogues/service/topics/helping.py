"""帮助、人工、语言, and the menu."""

from backend.chats import service as chats
from backend.dialogues import texts
from backend.dialogues.service.talking import Answer, Talk, answer, menu
from schemas.text import Language


def show_menu(talk: Talk, _: str) -> Answer:
    return menu(talk)


def help_(talk: Talk, _: str) -> Answer:
    return menu(talk, texts.HELP)


def human(talk: Talk, _: str) -> Answer:
    return answer(talk, talk.say(texts.HUMAN))


def ask_language(talk: Talk, _: str) -> Answer:
    row = [talk.tap(texts.LABELS[f"language:{each}"], f"language:{each}") for each in ("zh", "en")]
    return answer(talk, talk.say(texts.LANGUAGE), row)


def set_language(talk: Talk, wanted: str) -> Answer:
    """For this chat, and for the account where there is one."""
    chosen: Language = "en" if wanted == "en" else "zh"
    sent = talk.incoming
    chats.choose_language(talk.deps, talk.speaker, channel=sent.channel, user=sent.user, language=chosen)
    spoken = Talk(talk.deps, talk.incoming, talk.speaker, chosen)
    said = menu(spoken, texts.LANGUAGE_SET, texts.MENU)
    return Answer(said.outgoing, language=chosen)
