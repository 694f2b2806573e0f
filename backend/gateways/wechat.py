"""WeChat Official Account, template messages: what each of its answers means for the message and for the follower."""

import hashlib
from datetime import timedelta
from typing import Any

from backend.common.clock import SHANGHAI
from backend.gateways.carrying import Handover, Message, Verdict
from backend.gateways.posting import Answer, NoAnswer, NotReached
from backend.gateways.wechat_account import BUSY, OFFICIAL, TOKEN_OVER, TOO_OFTEN, USED_UP, WeChatAccount

PAUSED_S = 30.0
_GONE = {43004: "not_following", 40003: "unknown_openid", 43101: "refused_by_user"}
_SET_UP = {
    40013: "wrong_app_id",
    40037: "wrong_template",
    40125: "wrong_secret",
    40164: "address_not_allowed",
    48001: "no_right",
}
TITLE_CHARACTERS, BODY_CHARACTERS = 20, 200


class WeChatCarrier:
    """`to` is an openid. The template has the fields `title`, `body` and `time`."""

    def __init__(self, app_id: str, secret: str, template_id: str, base: str = OFFICIAL) -> None:
        self._account = WeChatAccount(app_id, secret, base)
        self._template_id = template_id

    def carry(self, to: str, message: Message) -> Handover:
        try:
            answer = self._account.ask(
                "/cgi-bin/message/template/send", _body(to, self._template_id, message)
            )
        except NotReached:
            return Handover(Verdict.AWAY, "unreachable")
        except NoAnswer:
            return Handover(Verdict.UNKNOWN, "no_answer")
        if answer is None:
            return Handover(Verdict.AWAY, "no_token", wait_s=PAUSED_S)
        return _meaning(answer, message)

    def close(self) -> None:
        self._account.close()


def _body(to: str, template_id: str, message: Message) -> dict[str, Any]:
    told = {
        "title": message.title[:TITLE_CHARACTERS],
        "body": message.body[:BODY_CHARACTERS],
        "time": f"{message.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
    }
    # WeChat drops a second message of the same `client_msg_id` within some minutes.
    return {
        "touser": to,
        "template_id": template_id,
        "client_msg_id": hashlib.sha256(message.id.encode()).hexdigest()[:32],
        "url": message.url or "",
        "data": {name: {"value": value} for name, value in told.items()},
    }


def _meaning(answer: Answer, message: Message) -> Handover:
    code = answer.told.get("errcode")
    if answer.status != 200 or code is None or code in TOKEN_OVER or code == BUSY:
        return Handover(Verdict.AWAY, "server_fault")
    if code == 0:
        return Handover(Verdict.TAKEN, receipt=str(answer.told.get("msgid", "")) or None)
    if code in _GONE:
        return Handover(Verdict.GONE, _GONE[code])
    if code in _SET_UP:
        return Handover(Verdict.AWAY, _SET_UP[code], wait_s=PAUSED_S)
    if code == TOO_OFTEN:
        return Handover(Verdict.PACED, "too_often", wait_s=60.0)
    if code == USED_UP:
        return Handover(Verdict.PACED, "quota_used_up", wait_s=_until_midnight(message))
    return Handover(Verdict.REFUSED, "refused")


def _until_midnight(message: Message) -> float:
    """The day's quota is new at 0:00 in Shanghai; `at` is when the message was written for this try."""
    at = message.at.astimezone(SHANGHAI)
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (midnight - at).total_seconds() + 60
