"""红包: what can be claimed, and claiming it. Which grade somebody has is neither asked nor told here."""

from backend.benefits import service as benefits
from backend.common.errors import ServiceError
from backend.dialogues import texts
from backend.dialogues.service.talking import Answer, Talk, answer, cut
from schemas import days
from schemas.text import Text

SHOWN = 5


def listed(talk: Talk, _: str) -> Answer:
    found = [one for one in benefits.listed(talk.deps, limit=20).items if one.claimable][:SHOWN]
    page = [talk.open(texts.TO_PAGE, "/benefits")]
    if not found:
        return answer(talk, talk.say(texts.NO_BENEFITS), page)
    lines = [talk.say(texts.BENEFITS)]
    for number, one in enumerate(found, 1):
        title = cut(talk.say(one.title))
        lines.append(
            talk.say(
                texts.BENEFIT,
                number=number,
                title=title,
                left=one.remaining,
                until=talk.say(days.until(one.ends_at)),
            )
        )
    taps = [talk.tap(texts.CLAIM, f"claim:{one.id}", number=number) for number, one in enumerate(found, 1)]
    return answer(talk, lines, taps[:3], taps[3:], page)


def claim(talk: Talk, benefit_id: str) -> Answer:
    """Claim for the holder of the account; the same message claims once, also when its answer was lost."""
    talk.require_account()
    page = [talk.open(texts.TO_PAGE, "/benefits")]
    key = f"chat:{talk.speaker.chat}:{talk.incoming.message_id}"
    try:
        made = benefits.claim(talk.deps, talk.actor, benefit_id=benefit_id, idempotency_key=key)
    except ServiceError as error:
        said = ELSEWHERE.get(error.reason)
        if said is None:
            raise
        return answer(talk, talk.say(said), page)
    until = talk.say(days.until(made.expires_at)) if made.expires_at else ""
    return answer(talk, talk.say(texts.CLAIMED, title=cut(talk.say(made.title)), until=until), page)


ELSEWHERE: dict[str, Text] = {
    "identity.verification_required": texts.CLAIM_ON_PAGE,
    "benefits.not_entitled": texts.NOT_ENTITLED,
}
"""Refusals whose reasons tell of the record, or that need proof of identity: the page goes on from there."""
