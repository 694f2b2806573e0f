"""What may stand in a reply markup."""

import re
from typing import Any

from tests.support.bot_api.refusals import Refused, bad

Markup = dict[str, Any]
LONGEST_DATA_BYTES = 64
MOST_BUTTONS = 100
_INLINE = {
    *("callback_data", "url", "web_app", "login_url", "pay", "copy_text", "callback_game"),
    *("switch_inline_query", "switch_inline_query_current_chat", "switch_inline_query_chosen_chat"),
}
_ASKS = {"request_location": "location", "request_contact": "phone number", "request_poll": "poll"}


def check(markup: Any, *, private: bool) -> Markup | None:
    """The markup, if Telegram takes it for such a chat."""
    if markup is None or markup == {}:
        return None
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" in markup:
        _check_rows(markup["inline_keyboard"], _inline)
    elif "keyboard" in markup:
        _check_rows(markup["keyboard"], lambda button: _reply(button, private))
    elif not markup.get("remove_keyboard") and not markup.get("force_reply"):
        raise bad("can't parse reply markup JSON object")
    return markup


def is_inline(markup: Markup | None) -> bool:
    return markup is not None and "inline_keyboard" in markup


def buttons(markup: Markup | None) -> list[dict[str, Any]]:
    """Every button of either kind of keyboard, in reading order; a plain text is a button too."""
    rows = (markup or {}).get("inline_keyboard") or (markup or {}).get("keyboard") or []
    return [{"text": one} if isinstance(one, str) else one for row in rows for one in row]


def _check_rows(rows: Any, check_button: Any) -> None:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad("can't parse keyboard: Array of Arrays expected")
    every = [button for row in rows for button in row]
    if len(every) > MOST_BUTTONS:
        raise bad("reply markup is too long")
    for button in every:
        check_button(button)


def _inline(button: dict[str, Any]) -> None:
    if not button.get("text"):
        raise bad("inline keyboard button text is empty")
    if not _INLINE & button.keys():
        raise bad("text buttons are unallowed in the inline keyboard")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= LONGEST_DATA_BYTES:
        raise bad("BUTTON_DATA_INVALID")
    if (address := button.get("url")) is not None and not re.fullmatch(r"(https?|tg)://[^\s/]+\S*", address):
        raise _wrong_address(address)


def _reply(button: Any, private: bool) -> None:
    if isinstance(button, str):
        button = {"text": button}
    if not button.get("text"):
        raise bad("keyboard button text must be non-empty")
    for asks, what in _ASKS.items():
        if button.get(asks) and not private:
            raise bad(f"{what} can be requested in private chats only")


def _wrong_address(address: str) -> Refused:
    return bad(f"inline keyboard button URL '{address}' is invalid: Wrong HTTP URL")
