"""资讯、免押: what everybody may read, with the way to the page."""

from backend.dialogues import texts
from backend.dialogues.service.talking import Answer, Talk, answer, cut
from backend.eligibility import service as eligibility
from backend.news import service as news
from schemas.terms import NewsCategory

SHOWN = 5


def categories(talk: Talk, _: str) -> Answer:
    taps = [talk.tap(one.label, f"news:{one.value}") for one in NewsCategory]
    return answer(talk, talk.say(texts.NEWS), taps[:2], taps[2:4], taps[4:])


def newest(talk: Talk, category: str) -> Answer:
    """The newest of one category. Raises `KeyError` for a word that is none: the button is older than the categories."""
    wanted = {one.value: one for one in NewsCategory}[category]
    found = news.listed(talk.deps, category=wanted, limit=SHOWN).items
    back = [talk.tap(texts.LABELS["news"], "news"), talk.open(texts.MORE, f"/news?category={category}")]
    if not found:
        return answer(talk, talk.say(texts.NO_NEWS), back)
    lines = [talk.say(wanted.label)]
    rows = []
    for number, one in enumerate(found, 1):
        title = cut(talk.say(one.title))
        lines.append(f"{number}. {title}")
        rows.append([talk.open(f"{number}. {cut(title, 24)}", f"/news/{one.id}")])
    return answer(talk, lines, *rows, back)


def deposit_free(talk: Talk, _: str) -> Answer:
    """What it is, what there is, and where a pass is made."""
    found = eligibility.services(talk.deps, limit=SHOWN).items
    lines = [talk.say(texts.DEPOSIT_FREE)]
    if found:
        lines.append(talk.say(texts.SERVICES))
        lines += [f"· {cut(talk.say(one.title), 24)}" for one in found]
    return answer(talk, lines, [talk.open(texts.TO_PAGE, "/deposit-free")])
