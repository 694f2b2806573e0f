"""Use cases of objections, by who acts: the resident, the officer, the provider, the clock."""

from backend.objections.service.choosing import candidate, candidates, outlook
from backend.objections.service.finding import find_corrected, find_upheld
from backend.objections.service.forgetting import Forgetting, forget
from backend.objections.service.handling import compare, decide, forward, request_supplement, take_over
from backend.objections.service.listing import about, for_officers, for_provider, of_record, queues
from backend.objections.service.reading import (
    download_for_officer,
    download_for_provider,
    download_mine,
    find_for_officer,
    find_for_provider,
    find_mine,
    mine,
    own_words,
)
from backend.objections.service.residents import add_evidence, dissent, withdraw
from backend.objections.service.submitting import submit
from backend.objections.service.sweeping import (
    close_upheld,
    end_supplements,
    flag_overdue,
    recompute_clocks,
    remind_due,
    suspend_silent,
)
from backend.objections.service.tallying import tally

__all__ = [
    "Forgetting",
    "about",
    "add_evidence",
    "candidate",
    "candidates",
    "close_upheld",
    "compare",
    "decide",
    "dissent",
    "download_for_officer",
    "download_for_provider",
    "download_mine",
    "end_supplements",
    "find_corrected",
    "find_for_officer",
    "find_for_provider",
    "find_mine",
    "find_upheld",
    "flag_overdue",
    "for_officers",
    "for_provider",
    "forget",
    "forward",
    "mine",
    "of_record",
    "outlook",
    "own_words",
    "queues",
    "recompute_clocks",
    "remind_due",
    "request_supplement",
    "submit",
    "suspend_silent",
    "take_over",
    "tally",
    "withdraw",
]
