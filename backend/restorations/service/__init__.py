"""Use cases of restorations, by who acts: the resident, the officer, the provider, the clock."""

from backend.restorations.service.applying import apply, withdraw
from backend.restorations.service.choosing import candidate, candidates, outlook
from backend.restorations.service.deciding import accept, decline, prove
from backend.restorations.service.forgetting import Forgetting, forget
from backend.restorations.service.reading import (
    about,
    download_for_officer,
    download_for_provider,
    download_mine,
    find_for_officer,
    find_for_provider,
    find_mine,
    for_officers,
    for_provider,
    mine,
    of_record,
    own_words,
    queues,
)
from backend.restorations.service.sweeping import flag_overdue, recompute_clocks, remind_due
from backend.restorations.service.tallying import tally

__all__ = [
    "Forgetting",
    "about",
    "accept",
    "apply",
    "candidate",
    "candidates",
    "decline",
    "download_for_officer",
    "download_for_provider",
    "download_mine",
    "find_for_officer",
    "find_for_provider",
    "find_mine",
    "flag_overdue",
    "for_officers",
    "for_provider",
    "forget",
    "mine",
    "of_record",
    "outlook",
    "own_words",
    "prove",
    "queues",
    "recompute_clocks",
    "remind_due",
    "tally",
    "withdraw",
]
