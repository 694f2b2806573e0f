"""WeChat Official Account, template messages: what each of its answers means for the message and for the follower.

The access token comes from `stable_token`, which gives every process the same one until it ends, so that several workers
need no common place for it. It travels in the address, as WeChat wants it, and so no address is ever logged.
"""

import hashlib
import threading
import time
from datetime import timedelta
from typing import Any

from backend.common.clock import SHANGHAI
from backend.gateways.carrying import Handover, Message, Verdict
from backend.gateways.posting import Answer, NoAnswer, NotReached, Poster

OFFICIAL = "https://api.weixin.qq.com"
RENEWED_BEFORE_S = 300
PAUSED_S = 30.0
_TOKEN = frozenset({40001, 40014, 42001})
_GONE = {43004: "not_following", 40003: "unknown_openid", 43101: "refused_by_user"}
_SET_UP = {
    40013: "wrong_app_id",
    40037: "wrong_template",
    40125: "wrong_secret",
    40164: "address_not_allowed",
    48001: "no_right",
}
_BUSY, _TOO_OFTEN, _USED_UP = -1, 45011, 45009
TITLE_CHARACTERS, BODY_CHARACTERS = 20, 200


class WeChatCarrier:
    """`to` is an openid. The template has the fields `title`, `body` and `time`."""

    def __init__(self, app_id: str, secret: str, template_id: str, base: str = OFFICIAL) -> None:
        self._poster = Poster(base)
        self._app = {"grant_type": "client_credential", "appid": app_id, "secret": secret}
        self._template_id = template_id
        self._held = threading.Lock()
        self._token, self._ends_at = "", 0.0

    def carry(self, to: str, message: Message) -> Handover:
        try:
            return self._carry(to, message)
        except NotReached:
            return Handover(Verdict.AWAY, "unreachable")
        except NoAnswer:
            return Handover(Verdict.UNKNOWN, "no_answer")

    def close(self) -> None:
        self._poster.close()

    def _carry(self, to: str, message: Message) -> Handover:
        """A token that ended early is fetched again, once."""
        for last in (False, True):
            token = self._fresh_token()
            if token is None:
                return Handover(Verdict.AWAY, "no_token", wait_s=PAUSED_S)
            path = f"/cgi-bin/message/template/send?access_token={token}"
            answer = self._poster.post(path, _body(to, self._template_id, message))
            if last or answer.told.get("errcode") not in _TOKEN:
                return _meaning(answer, message)
            self._drop(token)
        raise AssertionError("the second try returns")

    def _fresh_token(self) -> str | None:
        """The token that is good for some minutes more; None when WeChat gives none (wrong secret, its limit used up)."""
        with self._held:
            if time.monotonic() < self._ends_at:
                return self._token
            try:
                told = self._poster.post("/cgi-bin/stable_token", self._app).told
            except NoAnswer as error:
                raise NotReached from error  # no message was under way
            token, lasts = told.get("access_token"), told.get("expires_in")
            if not isinstance(token, str) or not isinstance(lasts, int):
                return None
            self._token, self._ends_at = token, time.monotonic() + max(lasts - RENEWED_BEFORE_S, lasts / 2)
            return token

    def _drop(self, token: str) -> None:
        with self._held:
            if self._token == token:
                self._ends_at = 0.0


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
    if answer.status != 200 or code is None or code in _TOKEN or code == _BUSY:
        return Handover(Verdict.AWAY, "server_fault")
    if code == 0:
        return Handover(Verdict.TAKEN, receipt=str(answer.told.get("msgid", "")) or None)
    if code in _GONE:
        return Handover(Verdict.GONE, _GONE[code])
    if code in _SET_UP:
        return Handover(Verdict.AWAY, _SET_UP[code], wait_s=PAUSED_S)
    if code == _TOO_OFTEN:
        return Handover(Verdict.PACED, "too_often", wait_s=60.0)
    if code == _USED_UP:
        return Handover(Verdict.PACED, "quota_used_up", wait_s=_until_midnight(message))
    return Handover(Verdict.REFUSED, "refused")


def _until_midnight(message: Message) -> float:
    """The day's quota is new at 0:00 in Shanghai; `at` is when the message was written for this try."""
    at = message.at.astimezone(SHANGHAI)
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (midnight - at).total_seconds() + 60
