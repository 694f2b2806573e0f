"""News over HTTP: the whole way of staff and readers, answers that are kept, and that nothing leaks."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from backend.common.actor import Actor
from backend.news import service
from schemas.terms import Channel, NewsCategory, Role
from tests.backend.news.press import ANNA, BO, CHEN, WORKER, Press, photo
from tests.support.forms import form
from tests.support.web import ClientAs
from tests.support.world import Clock

NEWS, STAFF = "/api/v1/news", "/api/v1/staff/news"
SECRET = "尚未公开的机密"
FIELDS = {"category": "policy", "title": "条例释义", "body": "第一条\n\n**释义**。"}


@pytest.fixture
def anna(web_as: ClientAs) -> FlaskClient:
    return web_as(ANNA)


@pytest.fixture
def bo(web_as: ClientAs) -> FlaskClient:
    return web_as(BO)


def test_the_whole_way_over_http(anna: FlaskClient, bo: FlaskClient, web: FlaskClient) -> None:
    made = anna.post(STAFF, json=FIELDS)
    assert (made.status_code, made.json["state"], made.json["may_approve"]) == (201, "draft", False)
    at = f"{STAFF}/{made.json['id']}"
    sent = anna.post(f"{at}/pictures", **form({"picture": (photo(), "IMG_1.JPG")}))
    assert (sent.status_code, sent.json["width"]) == (201, 320)
    picture = sent.json["id"]
    wanted = FIELDS | {
        "title_en": "The Regulation explained",
        "body_en": "Article 1",
        "body": f"第一条\n\n![图](picture:{picture})",
        "cover_id": picture,
        "version": 1,
    }
    changed = anna.put(at, json=wanted)
    assert (changed.status_code, changed.json["revision"], changed.json["version"]) == (200, 2, 2)
    assert f"{at}/pictures/{picture}" in changed.json["body_html"]
    assert anna.put(at, json=wanted).json["reason"] == "news.stale"
    assert anna.post(f"{at}/submit").json["state"] == "submitted"
    own = anna.post(f"{at}/approve", json={})
    assert (own.status_code, own.json["reason"]) == (403, "news.four_eyes")
    assert bo.get(at).json["may_approve"] is True
    assert bo.post(f"{at}/approve", json={"version": 3}).json["state"] == "approved"
    done = anna.post(f"{at}/publish", json={})
    assert (done.json["state"], done.json["live_revision"]) == ("published", 2)
    (item,) = web.get(NEWS).json["items"]
    assert (item["title"], item["language"], item["category_label"]) == ("条例释义", "zh", "政策法规")
    assert item["cover_url"] == f"{NEWS}/pictures/{picture}"
    english = web.get(f"{NEWS}/{item['id']}", headers={"Accept-Language": "en"})
    assert (english.json["title"], english.json["language"]) == ("The Regulation explained", "en")
    assert english.headers["Content-Language"] == "en"
    article = web.get(f"{NEWS}/{item['id']}").json
    assert f'<img src="{NEWS}/pictures/{picture}" alt="图">' in article["body_html"]
    loaded = web.get(item["cover_url"])
    assert (loaded.status_code, loaded.mimetype) == (200, "image/jpeg")
    down = anna.post(f"{at}/unpublish", json={"reason": "有误。", "reason_en": "Mistaken."})
    assert down.json["state"] == "unpublished"
    gone = web.get(f"{NEWS}/{item['id']}", headers={"Accept-Language": "en"})
    assert (gone.status_code, gone.json["reason"]) == (404, "news.unpublished")
    assert gone.json["message"] == "This article was taken down on 21 Nov 2026: Mistaken."
    assert web.get(item["cover_url"]).status_code == 404
    assert anna.get(f"{at}/revisions").json["items"][0]["number"] == 2
    assert anna.get(f"{at}/revisions/1").json["content"]["body"] == FIELDS["body"]
    assert [one["act"] for one in anna.get(at).json["history"]][:2] == ["unpublish", "publish"]


def test_a_schedule_over_http(anna: FlaskClient, web: FlaskClient, press: Press, clock: Clock) -> None:
    one = press.approved()
    at = f"{STAFF}/{one.id}/publish"
    past = anna.post(at, json={"publish_at": "2026-11-21T19:59:00+08:00"})
    assert (past.status_code, past.json["reason"]) == (422, "news.bad_time")
    assert anna.post(at, json={"publish_at": "2026-11-22T09:00:00"}).status_code == 422, "no zone, no instant"
    set_ = anna.post(at, json={"publish_at": "2026-11-22T09:00:00+08:00"})
    assert (set_.json["state"], set_.json["publish_at"]) == ("scheduled", "2026-11-22T09:00:00.000+08:00")
    assert web.get(f"{NEWS}/{one.id}").status_code == 404
    clock.advance(hours=13)
    assert service.publish_due(press.deps, WORKER) == 1
    found = web.get(f"{NEWS}/{one.id}").json
    assert found["published_at"] == "2026-11-22T09:00:00.000+08:00"


def everything_public(web: FlaskClient, *idents: str) -> str:
    """All that a visitor can get, whatever they ask for."""
    asked = [
        NEWS,
        f"{NEWS}/feed",
        f"{NEWS}/feed?lang=en",
        f"{NEWS}?q=机密",
        f"{NEWS}?q=公",
        f"{NEWS}?q=secret",
    ]
    asked += [f"{NEWS}?category={one.value}" for one in NewsCategory]
    asked += [f"{NEWS}/feed?category={one.value}" for one in NewsCategory]
    asked += [f"{NEWS}/{ident}" for ident in idents] + [f"{NEWS}/pictures/{ident}" for ident in idents]
    answers = [web.get(path) for path in asked]
    return "\n".join(
        f"{one.status_code} {one.headers.get('ETag')} {one.get_data().decode(errors='replace')}"
        for one in answers
    )


def test_until_it_is_published_nothing_that_a_visitor_can_ask_changes(
    web: FlaskClient, press: Press, clock: Clock
) -> None:
    """Not by id, search, feed or picture, and not by a tag that moves: before each step and after it, all is the same."""
    press.published(title="已发布")
    one = press.draft(title=SECRET, summary="机密摘要", body="secret 机密", category=NewsCategory.CASES)
    picture = press.add(one)
    before = everything_public(web, one.id, picture)
    assert SECRET not in before
    press.change(one, title=SECRET, body="secret 机密", cover_id=picture)
    press.submit(one)
    press.approve(one)
    press.publish(one, clock() + timedelta(hours=1))
    assert _without_ids(everything_public(web, one.id, picture)) == _without_ids(before)
    clock.advance(hours=2)
    assert _without_ids(everything_public(web, one.id, picture)) == _without_ids(before), (
        "late, and still unseen"
    )
    service.publish_due(press.deps, WORKER)
    assert SECRET in everything_public(web, one.id, picture)
    press.change(one, title="另一个秘密", body="下一稿")
    press.submit(one)
    now = everything_public(web, one.id, picture)
    assert "另一个秘密" not in now
    assert "下一稿" not in now


def _without_ids(text: str) -> str:
    return "\n".join(
        line if not line.startswith(("404", "304")) else _refusal(line) for line in text.splitlines()
    )


def _refusal(line: str) -> str:
    body = json.loads(line.split(" ", 2)[2])
    return f"404 {body['reason']} {body['message']}"


def test_an_unknown_id_and_that_of_a_draft_are_answered_alike(web: FlaskClient, press: Press) -> None:
    one = press.draft()
    answers = [web.get(f"{NEWS}/{ident}") for ident in (one.id, "0" * 26)]
    assert len({(each.status_code, each.get_data()) for each in answers}) == 1
    assert answers[0].json["reason"] == "news.not_found"


@pytest.mark.parametrize("path", ["", "?q=修复", "?category=knowledge", "/feed", "/feed?lang=en", "/{id}"])
def test_what_is_kept_holds_until_readers_would_see_another_thing(
    web: FlaskClient, press: Press, clock: Clock, path: str
) -> None:
    one = press.published()
    at = NEWS + path.format(id=one.id)
    first = web.get(at)
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "public, no-cache"
    assert "Accept-Language" in first.headers["Vary"]
    again = web.get(at, headers={"If-None-Match": tag})
    assert (again.status_code, again.get_data()) == (304, b"")
    other = web.get(at, headers={"If-None-Match": tag, "Accept-Language": "en"})
    assert other.status_code == 200, "the answer in another language is another one"
    press.draft(title="草稿")
    assert web.get(at, headers={"If-None-Match": tag}).status_code == 304
    clock.advance(minutes=1)
    press.again(one, title="信用修复更新", body="修复")
    fresh = web.get(at, headers={"If-None-Match": tag})
    assert fresh.status_code == 200
    assert fresh.headers["ETag"] != tag
    press.unpublish(one)
    last = web.get(at, headers={"If-None-Match": fresh.headers["ETag"]})
    assert last.status_code == (404 if "{id}" in path else 200)


def test_a_picture_is_kept_a_day_and_asked_for_by_its_tag(
    web: FlaskClient, anna: FlaskClient, press: Press
) -> None:
    one = press.draft()
    picture = press.add(one)
    press.again(one, cover_id=picture)
    got = web.get(f"{NEWS}/pictures/{picture}")
    assert got.headers["Cache-Control"] == "public, max-age=86400, immutable"
    assert got.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    kept = web.get(f"{NEWS}/pictures/{picture}", headers={"If-None-Match": got.headers["ETag"]})
    assert (kept.status_code, kept.get_data()) == (304, b"")
    staff = anna.get(f"{STAFF}/{one.id}/pictures/{picture}")
    assert staff.headers["Cache-Control"].startswith("private")
    assert anna.get(f"{STAFF}/x/pictures/{picture}").json["reason"] == "news.picture_not_found"
    press.unpublish(one)
    gone = web.get(f"{NEWS}/pictures/{picture}", headers={"If-None-Match": got.headers["ETag"]})
    assert gone.status_code == 404


def test_pages_hold_everything_once_newest_first(web: FlaskClient, press: Press, clock: Clock) -> None:
    made = []
    for number in range(5):
        made.append(press.published(title=f"第{number}篇").id)
        if number % 2:
            clock.advance(minutes=1)
    seen, cursor = [], ""
    while cursor is not None:
        page = web.get(f"{NEWS}?limit=2" + (f"&cursor={cursor}" if cursor else "")).json
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert seen == sorted(made, reverse=True)
    first = web.get(f"{NEWS}?limit=2").json["next_cursor"]
    assert web.get(f"{NEWS}?category=policy&cursor={first}").json["reason"] == "list.bad_cursor"


@pytest.mark.parametrize(
    "query",
    ["q=", "q=" + "a" * 65, "category=rumours", "limit=0", "cursor=x", "page=2", "q=a&q=b&nothing=1"],
)
def test_a_question_that_makes_no_sense_is_refused(web: FlaskClient, query: str) -> None:
    assert web.get(f"{NEWS}?{query}").status_code == 422


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": "\u200b"},
        {"title": "a\nb"},
        {"title": "信" * 81},
        {"body": "\x07"},
        {"body": "\ufffe"},
        {"body": "付款\u202e额金"},
        {"body": "信" * 20_001},
        {"category": "rumours"},
        {"author": "me"},
        {"state": "published"},
        {"publish_at": "2026-12-01T09:00:00+08:00"},
        {"body": "![x](https://evil.example/x.png)"},
        {"cover_id": "x"},
    ],
)
def test_a_text_that_cannot_be_kept_is_refused(anna: FlaskClient, change: dict[str, Any]) -> None:
    answer = anna.post(STAFF, json=FIELDS | change)
    assert answer.status_code == 422
    assert answer.json["message"]


def test_the_same_key_makes_one_article(anna: FlaskClient) -> None:
    made = [anna.post(STAFF, json=FIELDS, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert made[0].json == made[1].json
    assert len(anna.get(STAFF).json["items"]) == 1


def test_only_editors_come_to_the_desk(web: FlaskClient, web_as: ClientAs, press: Press) -> None:
    one = press.draft()
    assert web.get(f"{STAFF}/{one.id}").status_code == 401
    for role in (Role.CITIZEN, Role.AUDITOR, Role.BENEFIT_MANAGER, Role.PROVIDER):
        client = web_as(Actor("x", role, Channel.API, unit="U"))
        assert client.get(f"{STAFF}/{one.id}").status_code == 403
        assert client.post(f"{STAFF}/{one.id}/publish", json={}).status_code == 403
    assert web_as(CHEN).get(f"{STAFF}/{one.id}").status_code == 200
