"""Use cases of the report: reading it, sharing it, verifying it, who looked, and questions about that."""

from backend.reports.service.answering import answer, question, questions
from backend.reports.service.foretelling import tell_ahead
from backend.reports.service.linking import (
    count_active_links,
    kill_link,
    kill_links,
    links,
    make_chat_link,
    make_link,
    open_from_page,
    open_link,
    standing,
    standing_in_chat,
)
from backend.reports.service.looking import access_log, onlookers
from backend.reports.service.printing import printed
from backend.reports.service.questions import ask, own_question, own_questions
from backend.reports.service.reading import current, forgetting_calendar, mine, summary
from backend.reports.service.sheets import ahead
from backend.reports.service.sweeping import flag_overdue, queues, recompute_clocks, remind_due
from backend.reports.service.verifying import verify

__all__ = [
    "access_log",
    "ahead",
    "answer",
    "ask",
    "count_active_links",
    "current",
    "flag_overdue",
    "forgetting_calendar",
    "kill_link",
    "kill_links",
    "links",
    "make_chat_link",
    "make_link",
    "mine",
    "onlookers",
    "open_from_page",
    "open_link",
    "own_question",
    "own_questions",
    "printed",
    "question",
    "questions",
    "queues",
    "recompute_clocks",
    "remind_due",
    "standing",
    "standing_in_chat",
    "summary",
    "tell_ahead",
    "verify",
]
