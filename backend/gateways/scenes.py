"""WeChat's QR codes with a word in them: whoever scans one opens the account, and the account is told the word."""

import re
import threading
import time
from typing import Protocol

from backend.common import logs
from backend.common.settings import Settings, SettingsError
from backend.gateways.posting import Answer, NoAnswer, NotReached
from backend.gateways.wechat_account import BUSY, OFFICIAL, TOKEN_OVER, TOO_OFTEN, USED_UP, WeChatAccount

CONNECT_S = ANSWER_S = 1.5
"""Somebody waits, and can do without: seconds for each of two to four steps."""
AT_ONCE, WAITS_S = 4, 1.5
"""So many threads at most wait for WeChat; the service's others go on."""
RESTS_S, USED_UP_RESTS_S = 30.0, 600.0
_LINK = re.compile(r"https?://[!-~]{1,240}")
_REASONS = {
    BUSY: "server_fault",
    TOO_OFTEN: "too_often",
    USED_UP: "quota_used_up",
    40013: "wrong_app_id",
    40125: "wrong_secret",
    40164: "address_not_allowed",
    48001: "no_right",
} | dict.fromkeys(TOKEN_OVER, "token_over")
log = logs.get("backend.scenes")


class Scenes(Protocol):
    """Makes links that open the account with a word; safe in several threads at once."""

    def link(self, scene: str, *, lasts_s: int) -> str | None:
        """What a QR code has to hold so that the account is told `scene` (64 characters at most), for so many seconds. None
        while there is none to be had: it never raises for what WeChat does, and takes some seconds at most."""

    def close(self) -> None:
        """End what is kept open."""


class WeChatScenes:
    """Temporary QR codes (`QR_STR_SCENE`). After a failure WeChat is left alone for a while, so that not everybody waits."""

    def __init__(self, account: WeChatAccount) -> None:
        self._account = account
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._rests_until = 0.0

    def link(self, scene: str, *, lasts_s: int) -> str | None:
        if not self._places.acquire(timeout=WAITS_S):
            return None
        try:
            return None if time.monotonic() < self._rests_until else self._asked(scene, lasts_s)
        finally:
            self._places.release()

    def close(self) -> None:
        self._account.close()

    def _asked(self, scene: str, lasts_s: int) -> str | None:
        wanted = {
            "expire_seconds": lasts_s,
            "action_name": "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": scene}},
        }
        try:
            answer = self._account.ask("/cgi-bin/qrcode/create", wanted)
        except NotReached:
            reason = "unreachable"
        except NoAnswer:
            reason = "no_answer"
        else:
            link = answer.told.get("url") if answer else None
            if isinstance(link, str) and _LINK.fullmatch(link):
                return link
            reason = _reason(answer)
        rests_s = USED_UP_RESTS_S if reason == "quota_used_up" else RESTS_S
        self._rests_until = time.monotonic() + rests_s
        log.warning("wechat.no_qr_code", reason=reason, next_try_in_s=rests_s)
        return None


def build(settings: Settings) -> Scenes | None:
    """None without an account that WeChat calls and that may call WeChat. Raises `SettingsError` for an address that is none."""
    if not (settings.wechat_token and settings.wechat_app_id and settings.wechat_app_secret):
        return None
    base = settings.wechat_api_url or OFFICIAL
    try:
        account = WeChatAccount(
            settings.wechat_app_id,
            settings.wechat_app_secret,
            base,
            connect_s=CONNECT_S,
            answer_s=ANSWER_S,
        )
    except ValueError as error:
        raise SettingsError(f"WECHAT_API_URL: {error}") from error
    return WeChatScenes(account)


def _reason(answer: Answer | None) -> str:
    if answer is None:
        return "no_token"
    code = answer.told.get("errcode")
    return _REASONS.get(code, "refused") if isinstance(code, int) else "server_fault"
