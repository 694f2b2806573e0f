"""Pure decisions about news: who may do what when, how Markdown becomes safe HTML, what a search finds, what a feed says."""

from backend.news.rules.atom import Entry, Feed, feed
from backend.news.rules.markdown import PUBLIC_PICTURES, lead, pictures_of, plain, render
from backend.news.rules.moving import check, check_time, step
from backend.news.rules.pictures import Drawn, Refused, drawn
from backend.news.rules.searching import fold, query, searchable

__all__ = [
    "PUBLIC_PICTURES",
    "Drawn",
    "Entry",
    "Feed",
    "Refused",
    "check",
    "check_time",
    "drawn",
    "feed",
    "fold",
    "lead",
    "pictures_of",
    "plain",
    "query",
    "render",
    "searchable",
    "step",
]
