"""Hidden, erased, withdrawn: each done at once in the request that asks for it, inside its clock, with its proof."""

from backend.removals.service.asking import erase, erase_row, withdraw
from backend.removals.service.deciding import hide_restored, remove_objected
from backend.removals.service.listing import mine, of_unit

__all__ = ["erase", "erase_row", "hide_restored", "mine", "of_unit", "remove_objected", "withdraw"]
