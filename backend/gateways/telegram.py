"""Telegram's Bot API, for sending only: what each of its answers means for the message and for the chat.

It has no key by which it would know a message again: what is sent twice arrives twice (docs/adr/0025).
"""

from backend.gateways.carrying import Handover, Message, Verdict
from backend.gateways.posting import Answer, NoAnswer, NotReached, Poster, seconds

OFFICIAL = "https://api.telegram.org"
LONGEST = 4096
PAUSED_S = 30.0
_GONE = ("chat not found", "user is deactivated", "user not found", "peer_id_invalid", "bot was kicked")


class TelegramCarrier:
    """`to` is a chat id."""

    def __init__(self, token: str, base: str = OFFICIAL) -> None:
        self._poster = Poster(base)
        self._path = f"/bot{token}/sendMessage"

    def carry(self, to: str, message: Message) -> Handover:
        body = {"chat_id": to, "text": text_of(message), "link_preview_options": {"is_disabled": True}}
        try:
            answer = self._poster.post(self._path, body)
        except NotReached:
            return Handover(Verdict.AWAY, "unreachable")
        except NoAnswer:
            return Handover(Verdict.UNKNOWN, "no_answer")
        return _meaning(answer)

    def close(self) -> None:
        self._poster.close()


def text_of(message: Message) -> str:
    """Title, body, address; cut where Telegram would refuse it (it counts UTF-16)."""
    text = "\n\n".join(part for part in (message.title, message.body, message.url) if part)
    encoded = text.encode("utf-16-le")[: 2 * LONGEST]
    return encoded.decode("utf-16-le", errors="ignore")


def _meaning(answer: Answer) -> Handover:
    told, status = answer.told, answer.status
    if status == 200 and told.get("ok") is True:
        result = told.get("result")
        number = result.get("message_id") if isinstance(result, dict) else None
        return Handover(Verdict.ARRIVED, receipt=None if number is None else str(number))
    said = str(told.get("description", "")).lower()
    if status == 429:
        return Handover(Verdict.PACED, "too_many", wait_s=_wait(answer))
    if status == 403:
        return Handover(Verdict.GONE, "blocked")
    if status == 400:
        gone = any(words in said for words in _GONE)
        return Handover(Verdict.GONE, "chat_not_found") if gone else Handover(Verdict.REFUSED, "refused")
    if status in (401, 404):
        return Handover(Verdict.AWAY, "wrong_token", wait_s=PAUSED_S)
    return Handover(Verdict.AWAY, "server_fault")


def _wait(answer: Answer) -> float:
    parameters = answer.told.get("parameters")
    wanted = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if isinstance(wanted, int | float) and not isinstance(wanted, bool):
        return float(max(1, wanted))
    return max(1.0, seconds(answer.retry_after, 1.0))
