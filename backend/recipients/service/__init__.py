"""Use cases of recipients: binding ways to people, their switches, and what deliveries ask."""

from backend.recipients.service.binding import (
    bind,
    bind_chat,
    end_gone,
    forget,
    has_left,
    leave,
    mark_address_gone,
    mark_gone,
    register_device,
    remove_device,
    speak,
    spoken,
    unbind,
)
from backend.recipients.service.reaching import (
    address_of,
    after,
    by_id,
    occupy,
    occupy_on,
    preferences_of,
    reachable,
)
from backend.recipients.service.switching import preferences, switch

__all__ = [
    "address_of",
    "after",
    "bind",
    "bind_chat",
    "by_id",
    "end_gone",
    "forget",
    "has_left",
    "leave",
    "mark_address_gone",
    "mark_gone",
    "occupy",
    "occupy_on",
    "preferences",
    "preferences_of",
    "reachable",
    "register_device",
    "remove_device",
    "speak",
    "spoken",
    "switch",
    "unbind",
]
