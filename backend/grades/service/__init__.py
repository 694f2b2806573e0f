"""Use cases of grades: showing one, deciding by one, working a decision out again, and the published rules."""

from backend.grades.service.assessing import assess, explain, mine, not_shared
from backend.grades.service.deciding import decide, find, find_of, find_using, history, judge_again, supersede
from backend.grades.service.prejudging import drop, may_differ
from backend.grades.service.published import active_version, make_ready, version, versions
from backend.grades.service.replaying import Forgetting, forget, replay
from backend.grades.service.righting import ought_to_stand, put_right

__all__ = [
    "Forgetting",
    "active_version",
    "assess",
    "decide",
    "drop",
    "explain",
    "find",
    "find_of",
    "find_using",
    "forget",
    "history",
    "judge_again",
    "make_ready",
    "may_differ",
    "mine",
    "not_shared",
    "ought_to_stand",
    "put_right",
    "replay",
    "supersede",
    "version",
    "versions",
]
