"""Use cases of chats: codes and bindings, who speaks in a chat, and the turns in which its messages are handled."""

from backend.chats.rules import CHANNELS, read_code
from backend.chats.service.binding import (
    Tongue,
    bound_to,
    forget,
    introduce,
    is_bound,
    make_code,
    mine,
    redeem,
    unbind,
    unbind_all,
    unbind_chat,
    void_code,
)
from backend.chats.service.setting_aside import aside, put_aside, take_up
from backend.chats.service.speaking import choose_language, follow, gone, returned, speaker, used
from backend.chats.service.turns import Turn, turn

__all__ = [
    "CHANNELS",
    "Tongue",
    "Turn",
    "aside",
    "bound_to",
    "choose_language",
    "follow",
    "forget",
    "gone",
    "introduce",
    "is_bound",
    "make_code",
    "mine",
    "put_aside",
    "read_code",
    "redeem",
    "returned",
    "speaker",
    "take_up",
    "turn",
    "unbind",
    "unbind_all",
    "unbind_chat",
    "used",
    "void_code",
]
