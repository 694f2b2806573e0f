"""The news of the demonstration: something of every kind, through the hands it would have gone through."""

from collections import Counter
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.demo import service as demo
from backend.demo.model import Built
from backend.demo.rules import articles
from backend.news import service as news
from backend.staff import service as staff
from schemas.terms import Channel, NewsCategory, NewsState, Role
from tests.support.world import Clock


@pytest.fixture
def editor(deps: Deps, city: Built) -> Actor:
    found = staff.find(deps, username="xie.wen")
    return Actor(found.id, Role.NEWS_EDITOR, Channel.CONSOLE, name=found.name)


def listed(deps: Deps, editor: Actor) -> list[news.ShownLine]:
    return list(news.listed_for_staff(deps, editor, limit=100).items)


def test_readers_find_articles_of_every_category_of_the_weeks_before(
    deps: Deps, editor: Actor, clock: Clock
) -> None:
    shown = news.listed(deps, limit=100).items
    assert min(Counter(one.category for one in shown)[category] for category in NewsCategory) >= 2
    assert all(one.published_at < clock() for one in shown)
    assert len({one.published_at for one in shown}) > 5
    assert [one.published_at for one in shown] == sorted((one.published_at for one in shown), reverse=True)
    assert any(one.language.en == "en" for one in shown)
    for one in shown:
        html = news.find(deps, news_id=one.id).body_html.zh
        assert "<" in html
        assert "](" not in html
        if one.cover_url:
            picture = news.picture(deps, picture_id=one.cover_url.rpartition("/")[2])
            assert Image.open(BytesIO(picture.content)).size == articles.COVER


def test_editors_find_something_to_review_and_something_scheduled(
    deps: Deps, editor: Actor, clock: Clock, system_actor: Actor
) -> None:
    states = Counter(one.state for one in listed(deps, editor))
    assert (states[NewsState.SUBMITTED], states[NewsState.SCHEDULED]) == (1, 1)
    before = len(news.listed(deps, limit=100).items)
    clock.advance(days=4)
    assert news.publish_due(deps, system_actor) == 1
    assert len(news.listed(deps, limit=100).items) == before + 1


def test_nobody_approved_what_they_wrote(deps: Deps, editor: Actor) -> None:
    for one in listed(deps, editor):
        acts = news.find_for_staff(deps, editor, article_id=one.id).history
        assert "qian.yi" not in {act.by_name for act in acts if act.act in ("create", "change", "submit")}
        assert {act.by_name for act in acts if act.act == "approve"} <= {"qian.yi"}


def test_again_changes_nothing_and_what_was_taken_down_stays_down(
    deps: Deps, editor: Actor, system_actor: Actor
) -> None:
    first = news.listed(deps, limit=100).items[0]
    news.unpublish(deps, editor, article_id=first.id, reason="示范")
    before = listed(deps, editor)
    demo.seed(deps, system_actor, residents=0, seed=7, pictures=None)
    assert listed(deps, editor) == before


def test_the_log_stays_whole_and_a_closed_one_has_nothing_written_into_it(
    deps: Deps, editor: Actor, system_actor: Actor, clock: Clock
) -> None:
    assert list(audit.verify_log(deps)) == []
    for name in ("news", "news_published", "news_acts", "news_revisions", "news_pictures"):
        deps.db[name].delete_many({})
    clock.advance(hours=2)
    assert audit.seal_log(deps) is not None
    clock.advance(hours=1)
    demo.seed(deps, system_actor, residents=0, seed=7, pictures=None)
    assert list(audit.verify_log(deps)) == []
    assert min(one.published_at for one in news.listed(deps, limit=100).items) > clock() - timedelta(hours=1)
