"""Use cases of the report: reading it, sharing it, verifying it, and who looked."""

from backend.reports.service.linking import kill_link, links, make_link, open_link
from backend.reports.service.looking import access_log, ask
from backend.reports.service.reading import forgetting_calendar, mine, summary
from backend.reports.service.verifying import verify

__all__ = [
    "access_log",
    "ask",
    "forgetting_calendar",
    "kill_link",
    "links",
    "make_link",
    "mine",
    "open_link",
    "summary",
    "verify",
]
