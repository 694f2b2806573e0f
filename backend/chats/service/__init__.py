"""Use cases of chats: codes and bindings, who speaks in a chat, and the turns in which its messages are handled."""

from backend.chats.rules import CHANNELS, read_code
from backend.chats.service.binding import (
    Tongue,
    forget,
    introduce,
    is_bound,
    make_code,
    mine,
    redeem,
    unbind,
    unbind_all,
    unbind_chat,
)
from backend.chats.service.speaking import choose_language, gone, returned, speaker, used
from backend.chats.service.turns import Turn, turn

__all__ = [
    "CHANNELS",
    "Tongue",
    "Turn",
    "choose_language",
    "forget",
    "gone",
    "introduce",
    "is_bound",
    "make_code",
    "mine",
    "read_code",
    "redeem",
    "returned",
    "speaker",
    "turn",
    "unbind",
    "unbind_all",
    "unbind_chat",
    "used",
]
