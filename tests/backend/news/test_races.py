"""Several editors, approvers, publishers and jobs at the same moment, and jobs that are killed: one way, never half of two."""

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from threading import Lock
from typing import Any

import pytest

from backend.audit import service as audit
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.news import service
from backend.news.service import ShownArticle
from schemas.terms import NewsState
from tests.backend.news import presser
from tests.backend.news.press import ANNA, BO, CHEN, WORKER, Press
from tests.support import dying, nursery
from tests.support.processes import ROOT
from tests.support.refusals import at_once
from tests.support.world import Clock


def ways(*verbs: Callable[[], Any]) -> Counter[str]:
    """All at the same moment; how each ended."""
    left, lock = list(verbs), Lock()

    def run() -> Any:
        with lock:
            verb = left.pop()
        return verb()

    done = at_once(run, len(verbs))
    return Counter(one.reason if isinstance(one, ServiceError) else "done" for one in done)


def is_sound(deps: Deps, article_id: str) -> bool:
    """What readers see, the article, its history and the log tell the same story."""
    article = deps.db["news"].find_one({"_id": article_id})
    live = deps.db["news_published"].find_one({"_id": article_id})
    gone = deps.db["news_withdrawn"].find_one({"_id": article_id})
    assert article["live_revision"] == (live["revision"] if live else None)
    assert not (live and gone)
    acts = list(deps.db["news_acts"].find({"article_id": article_id}).sort("version", 1))
    assert [one["version"] for one in acts] == list(range(1, article["version"] + 1))
    assert acts[-1]["state"] == article["state"]
    assert deps.db["news_revisions"].count_documents({"article_id": article_id}) == article["revision"]
    assert (article["publish_at"] is not None) == (article["state"] == NewsState.SCHEDULED.value)
    turns = deps.db["news_acts"].count_documents({"act": {"$in": ["publish", "unpublish"]}})
    edition = deps.db["news_edition"].find_one({"_id": "news"})
    assert (edition["version"] if edition else 0) == turns
    logged = deps.db["audit_log"].count_documents(
        {"target_id": article_id, "action": {"$ne": "news.add_picture"}}
    )
    assert logged == len(acts)
    assert list(audit.verify_log(deps)) == []
    return True


def test_of_two_who_change_the_same_version_one_is_told(press: Press) -> None:
    one = press.draft()

    def change(who: Any, title: str) -> Callable[[], ShownArticle]:
        content = press.content(title=title)
        return lambda: service.change(press.deps, who, article_id=one.id, version=1, content=content)

    assert ways(change(ANNA, "甲"), change(BO, "乙"), change(CHEN, "丙")) == {"done": 1, "news.stale": 2}
    assert press.look(one).revision == 2
    assert is_sound(press.deps, one.id)


def test_of_several_who_approve_one_does(press: Press) -> None:
    one = press.submit(press.draft())
    done = ways(*[lambda who=who: press.approve(one, who) for who in (BO, CHEN, BO, CHEN)])
    assert done == {"done": 1, "news.changed": 3}
    assert is_sound(press.deps, one.id)


@pytest.mark.parametrize("_", range(6))
def test_a_change_in_the_moment_of_approval_is_never_approved_with_it(press: Press, _: int) -> None:
    one = press.submit(press.draft())
    seen = one.version
    done = ways(
        lambda: press.change(one, BO, body="换掉的正文"),
        lambda: service.approve(press.deps, CHEN, article_id=one.id, version=seen),
    )
    now = press.look(one)
    assert done["done"] >= 1
    if now.revision == 2:
        assert now.state is NewsState.DRAFT
    else:
        assert (now.state, done["news.stale"]) == (NewsState.APPROVED, 1), (
            "the approval was first and the change stale"
        )
    assert is_sound(press.deps, one.id)


@pytest.mark.parametrize("seed", range(6))
def test_publishing_unpublishing_rescheduling_and_the_job_at_once_leave_one_story(
    press: Press, clock: Clock, seed: int
) -> None:
    one = press.approved()
    press.publish(one, clock() + timedelta(minutes=1))
    clock.advance(minutes=2)
    verbs: list[Callable[[], Any]] = [
        lambda: press.publish(one),
        lambda: press.unpublish(one),
        lambda: press.publish(one, clock() + timedelta(hours=1)),
        lambda: service.publish_due(press.deps, WORKER),
        lambda: service.publish_due(press.deps, WORKER),
        lambda: press.change(one, title="改"),
    ]
    Random(seed).shuffle(verbs)
    ways(*verbs)
    assert is_sound(press.deps, one.id)
    clock.advance(hours=2)
    service.publish_due(press.deps, WORKER)
    assert is_sound(press.deps, one.id)


def test_many_articles_published_at_once_each_turn_the_edition(press: Press) -> None:
    made = [press.approved(title=f"第{number}篇") for number in range(5)]
    assert ways(*[lambda one=one: press.publish(one) for one in made]) == {"done": 5}
    assert len(press.titles()) == 5
    assert is_sound(press.deps, made[0].id)


def test_the_same_picture_uploaded_at_once_by_one_editor_is_kept_once(press: Press) -> None:
    one = press.draft()
    assert len(set(at_once(lambda: press.add(one), 3))) == 1
    assert len(press.look(one).pictures) == 1
    assert is_sound(press.deps, one.id)


def command(deps: Deps, folder: Path, point: str) -> list[str]:
    settings = deps.settings
    where = [dying.named(deps, str(settings.mongodb_uri)), settings.mongodb_database, str(folder)]
    return [sys.executable, "-m", "tests.backend.news.presser", *where, deps.now().isoformat(), point]


@pytest.mark.parametrize("point", presser.PLACES)
def test_a_job_that_is_killed_has_published_all_of_an_article_or_nothing(
    press: Press, clock: Clock, tmp_path: Path, point: str
) -> None:
    ids = []
    for number in range(2):
        one = press.approved(title=f"第{number}篇", body="定时的正文")
        press.publish(one, clock() + timedelta(minutes=1 + number))
        ids.append(one.id)
    clock.advance(minutes=5)
    done = nursery.run(command(press.deps, tmp_path, point), typed="\n")
    assert done.returncode == -signal.SIGKILL, done.stderr
    dying.end_sessions(press.deps)
    assert press.titles() == (["第0篇"] if point == "committed" else [])
    assert all(is_sound(press.deps, one) for one in ids)
    left = 1 if point == "committed" else 2
    assert service.publish_due(press.deps, WORKER) == left
    assert sorted(press.titles(q="定时")) == ["第0篇", "第1篇"]
    assert all(is_sound(press.deps, one) for one in ids)
    assert service.publish_due(press.deps, WORKER) == 0


def test_two_jobs_in_two_processes_publish_each_article_once(
    press: Press, clock: Clock, tmp_path: Path
) -> None:
    ids = []
    for number in range(8):
        one = press.approved(title=f"第{number}篇")
        press.publish(one, clock() + timedelta(minutes=1))
        ids.append(one.id)
    clock.advance(minutes=2)
    jobs = [
        nursery.Popen(
            command(press.deps, tmp_path, "never"),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for job in jobs:
        assert job.stdout.readline() == "ready\n"
    for job in jobs:
        job.stdin.write("\n")
        job.stdin.flush()
    told = [int(job.communicate()[0]) for job in jobs]
    assert sum(told) == 8
    assert all(is_sound(press.deps, one) for one in ids)
    assert press.deps.db["news_acts"].count_documents({"act": "publish"}) == 8
