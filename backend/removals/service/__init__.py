"""Hidden, erased, withdrawn: each done at once in the request that asks for it, inside its clock, with its proof."""

from backend.removals.service.asking import erase, erase_row, withdraw
from backend.removals.service.deciding import hide_restored, remove_objected
from backend.removals.service.keeping_silent import forget, require_silent
from backend.removals.service.listing import mine, of_unit, own_words

__all__ = [
    "erase",
    "erase_row",
    "forget",
    "hide_restored",
    "mine",
    "of_unit",
    "own_words",
    "remove_objected",
    "require_silent",
    "withdraw",
]
