"""WeChat Official Account: asking its interface with an access token that is fetched once and renewed before it ends.

The token comes from `stable_token`, which gives every process the same one until it ends, so that several processes need no
common place for it. It travels in the address, as WeChat wants it, and so no address is ever logged.
"""

import threading
import time
from typing import Any

from backend.gateways.posting import ANSWER_SECONDS, CONNECT_SECONDS, Answer, NoAnswer, NotReached, Poster

OFFICIAL = "https://api.weixin.qq.com"
RENEWED_BEFORE_S = 300
TOKEN_OVER = frozenset({40001, 40014, 42001})
BUSY, USED_UP, TOO_OFTEN = -1, 45009, 45011


class WeChatAccount:
    """Safe in several threads at once."""

    def __init__(
        self,
        app_id: str,
        secret: str,
        base: str = OFFICIAL,
        *,
        connect_s: float = CONNECT_SECONDS,
        answer_s: float = ANSWER_SECONDS,
    ) -> None:
        self._poster = Poster(base, answer_s, connect_s)
        self._app = {"grant_type": "client_credential", "appid": app_id, "secret": secret}
        self._held = threading.Lock()
        self._token, self._ends_at = "", 0.0

    def ask(self, path: str, body: dict[str, Any]) -> Answer | None:
        """The answer to `body`; a token that ended early is fetched again, once. None when WeChat gives no token (wrong secret,
        its limit used up). Raises `NotReached` or `NoAnswer`."""
        for last in (False, True):
            token = self._fresh_token()
            if token is None:
                return None
            answer = self._poster.post(f"{path}?access_token={token}", body)
            if last or answer.told.get("errcode") not in TOKEN_OVER:
                return answer
            self._drop(token)
        raise AssertionError("the second try returns")

    def close(self) -> None:
        self._poster.close()

    def _fresh_token(self) -> str | None:
        """The token that is good for some minutes more."""
        with self._held:
            if time.monotonic() < self._ends_at:
                return self._token
            try:
                told = self._poster.post("/cgi-bin/stable_token", self._app).told
            except NoAnswer as error:
                raise NotReached from error  # nothing but the token was asked for
            token, lasts = told.get("access_token"), told.get("expires_in")
            if not isinstance(token, str) or not isinstance(lasts, int):
                return None
            self._token, self._ends_at = token, time.monotonic() + max(lasts - RENEWED_BEFORE_S, lasts / 2)
            return token

    def _drop(self, token: str) -> None:
        with self._held:
            if self._token == token:
                self._ends_at = 0.0
