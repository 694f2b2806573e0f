"""The news of the demonstration: written by one editor, approved by another, published on the days it would have been."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.clock import SHANGHAI, shanghai_date
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.demo.rules import cast
from backend.demo.rules.articles import Piece, cover, pieces
from backend.news import service as news
from backend.staff import service as staff
from schemas.terms import Channel, NewsState, Role

_AT_TEN = time(10, 0, tzinfo=SHANGHAI)


def go_to_press(deps: Deps, founded_on: date) -> None:
    """Publish the articles that are missing, each whole or not at all; one that somebody works on stays as it is.

    Days that the log has closed already are not written to any more: what would fall on them is published now.
    """
    editors = [_editor(deps, part.username) for part in cast.staff() if part.role is Role.NEWS_EDITOR]
    known = {one.title for one in news.listed_for_staff(deps, editors[0], limit=100).items}
    for piece in pieces():
        if piece.content.title not in known:
            _bring(_on(deps, piece, founded_on), editors, piece)


@atomic
def _bring(deps: Deps, editors: list[Actor], piece: Piece) -> None:
    writer, reviewer = editors
    article = news.create(deps, writer, content=piece.content)
    if piece.colour is not None:
        picture = news.add_picture(deps, writer, article_id=article.id, content=cover(piece.colour))
        content = replace(piece.content, cover_id=picture.id)
        article = news.change(deps, writer, article_id=article.id, version=article.version, content=content)
    news.submit(deps, writer, article_id=article.id)
    if piece.until is NewsState.SUBMITTED:
        return
    news.approve(deps, reviewer, article_id=article.id)
    at = _at_ten(shanghai_date(deps.now()) - timedelta(days=piece.days))
    news.publish(
        deps, writer, article_id=article.id, publish_at=at if piece.until is NewsState.SCHEDULED else None
    )


def _on(deps: Deps, piece: Piece, founded_on: date) -> Deps:
    then = _at_ten(founded_on - timedelta(days=max(piece.days, 0)))
    closed = audit.closed_until(deps)
    if then >= deps.now() or (closed is not None and then < closed):
        return deps
    return replace(deps, now=lambda: then)


def _editor(deps: Deps, username: str) -> Actor:
    found = staff.find(deps, username=username)
    return Actor(found.id, Role.NEWS_EDITOR, Channel.CONSOLE, name=found.name)


def _at_ten(day: date) -> datetime:
    return datetime.combine(day, _AT_TEN).astimezone(UTC)
