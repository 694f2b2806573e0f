"""How codes look and are read, and how long what is kept of a dialogue counts."""

import hmac
import re
from datetime import datetime, timedelta
from unicodedata import normalize

from backend.chats.model import Answered
from backend.common.ids import ALPHABET
from schemas.terms import Way

CHANNELS = (Way.TELEGRAM, Way.WECHAT)
CODE_CHARACTERS = 8
CODE_LASTS = timedelta(minutes=10)
ANSWERS_KEPT, ANSWERED_FOR = 24, timedelta(hours=1)
DIALOGUE_LASTS = timedelta(days=1)
ASIDE_LASTS = timedelta(hours=1)
USED_TO = timedelta(minutes=1)
"""The last use of a chat is known to the minute; more would be a write with every message."""
_MISREAD = str.maketrans("oil", "011")
_CODE = re.compile(rf"[{ALPHABET}]{{{CODE_CHARACTERS}}}")


def is_clear(code: str) -> bool:
    """Whether a code cannot be taken for a word: it has a digit and a letter."""
    return any(each.isdigit() for each in code) and any(each.isalpha() for each in code)


def read_code(text: str) -> str | None:
    """The code in what somebody typed or tapped, however it is written; None where there is none."""
    plain = normalize("NFKC", text[:64]).lower()
    typed = re.sub(r"[\s\-_.·]", "", plain)
    code = typed.translate(_MISREAD)
    # A digit that was typed as one tells a code from a word (benefits).
    return code if _CODE.fullmatch(code) and is_clear(code) and any(map(str.isdigit, typed)) else None


def chat_mac(key: bytes, channel: Way, user: str) -> str:
    """What a chat is known by; it tells nothing without the key."""
    return hmac.digest(key, f"{channel.value}:{user}".encode(errors="surrogatepass"), "sha256").hex()[:40]


def code_hash(key: bytes, channel: Way, code: str) -> bytes:
    """How a code is kept: it cannot be read back, and counts for its channel alone."""
    return hmac.digest(key, f"{channel.value}\0{code}".encode(), "sha256")


def still_kept(answered: tuple[Answered, ...], now: datetime) -> tuple[Answered, ...]:
    """What is answered the same way when it comes again."""
    return tuple(one for one in answered if one.at > now - ANSWERED_FOR)[-ANSWERS_KEPT:]
