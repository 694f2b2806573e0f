"""Records in MongoDB, by what is done with them."""

from backend.records.store.changing import (
    add_mark,
    bury,
    hide,
    hold,
    insert_tombstone,
    put_correction,
    remove_mark,
    set_mark_until,
    set_suspension,
    take_back_number,
)
from backend.records.store.collections import COLLECTION, COLLECTIONS, INDEXES, RIPPLES
from backend.records.store.reading import (
    find_any,
    find_by_key,
    find_own,
    find_tombstone,
    list_adverse,
    list_of_subject,
    list_outlines,
    of_subject,
)
from backend.records.store.ripples import claim_ripple, each_waiting, insert_ripple, settle_ripple
from backend.records.store.taking_in import begin_batch, correct, finish_batch, insert_new, standing, stands

__all__ = [
    "COLLECTION",
    "COLLECTIONS",
    "INDEXES",
    "RIPPLES",
    "add_mark",
    "begin_batch",
    "bury",
    "claim_ripple",
    "correct",
    "each_waiting",
    "find_any",
    "find_by_key",
    "find_own",
    "find_tombstone",
    "finish_batch",
    "hide",
    "hold",
    "insert_new",
    "insert_ripple",
    "insert_tombstone",
    "list_adverse",
    "list_of_subject",
    "list_outlines",
    "of_subject",
    "put_correction",
    "remove_mark",
    "set_mark_until",
    "set_suspension",
    "settle_ripple",
    "standing",
    "stands",
    "take_back_number",
]
