"""A push to many while workers are killed and the database goes away: everybody has it, and the repeats are within the bound.

The bound (docs/adr/0025): a killed worker repeats at most what its senders were at, `rules.SENDERS` a channel. The channel takes
its time to answer here, so that every kill finds messages that were taken and not marked yet.
"""

import base64
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from backend import bootstrap
from backend.common.deps import Deps
from backend.common.mongo import connect
from backend.common.sealing import Sealer
from backend.deliveries import rules
from backend.local import mongod as embedded
from backend.local.mongod import Mongod
from backend.pushes import service as pushes
from schemas.terms import PushState, Way
from tests.backend.deliveries.test_service import Silent
from tests.backend.pushes.test_service import wish
from tests.notifications.test_process import environment
from tests.support import dying, world
from tests.support.bot_api import TOKEN, BotApi
from tests.support.followers import EDITOR, crowd
from tests.support.processes import Process
from tests.support.waiting import until
from tests.support.world import Clock

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
KILLS, APART_S, PEOPLE = 30, 2.0, 1_400
NOON = "tests.support.noon_worker"


@pytest.fixture
def bot_api() -> Iterator[BotApi]:
    with BotApi(floods=True) as served:
        served.latency_s = 0.15
        yield served


def surroundings(deps: Deps, bot_api: BotApi) -> dict[str, str]:
    return environment(deps) | {
        "MONGODB_URI": dying.named(deps, deps.settings.mongodb_uri or ""),
        "FIELD_MASTER_KEY": base64.b64encode(world.MASTER_KEY).decode(),
        "BOT_TOKEN": TOKEN,
        "BOT_API_URL": bot_api.url,
    }


def start(deps: Deps) -> str:
    set_up = replace(deps, carriers={Way.TELEGRAM: Silent()})
    return pushes.create(set_up, EDITOR, wish=wish(ways=[Way.TELEGRAM])).push.id


def is_done(deps: Deps, push_id: str) -> bool:
    return pushes.find(deps, EDITOR, push_id=push_id).push.state is PushState.DONE


def test_workers_killed_every_two_seconds_lose_nobody_and_repeat_no_more_than_the_bound(
    deps: Deps, bot_api: BotApi
) -> None:
    addresses = set(crowd(deps, PEOPLE))
    push, env = start(deps), surroundings(deps, bot_api)
    with ExitStack() as stack:

        def begun() -> Process:
            return stack.enter_context(Process(NOON, env=env))

        # Two are working at any time: the next one is started before one is killed, since starting takes a while.
        working = [begun(), begun(), begun()]
        bot_api.wait_for(10, within_s=100)
        for _ in range(KILLS):
            time.sleep(APART_S)
            working[0].popen.kill()
            working[0].wait()
            working = [*working[1:], begun()]
        seen = len(bot_api.sent)
        until(lambda: is_done(deps, push), *working, within_s=200)
        assert seen > KILLS
    dying.end_sessions(deps)
    texts = bot_api.texts_by_chat()
    repeats = len(bot_api.sent) - len(texts)
    assert set(texts) == addresses
    assert 0 < repeats <= KILLS * rules.SENDERS
    assert bot_api.was_paced()
    figures = pushes.find(deps, EDITOR, push_id=push).progress
    assert (figures.people, figures.delivered, figures.queued) == (PEOPLE, PEOPLE, 0)


def test_a_worker_that_freezes_and_comes_back_repeats_no_more_than_it_was_at(
    deps: Deps, bot_api: BotApi
) -> None:
    addresses = set(crowd(deps, 120))
    push, env = start(deps), surroundings(deps, bot_api)
    with Process(NOON, env=env) as frozen:
        bot_api.wait_for(20, within_s=100)
        frozen.popen.send_signal(signal.SIGSTOP)
        with Process(NOON, env=env) as other:
            until(lambda: is_done(deps, push), other, within_s=150)
            ended = pushes.find(deps, EDITOR, push_id=push).progress
            frozen.popen.send_signal(signal.SIGCONT)
            assert frozen.end() == 0
            assert other.end() == 0
    assert set(bot_api.texts_by_chat()) == addresses
    assert len(bot_api.sent) - 120 <= rules.SENDERS
    assert ended.delivered == pushes.find(deps, EDITOR, push_id=push).progress.delivered == 120
    assert bot_api.was_paced()


@pytest.fixture
def own_database(tmp_path: Path) -> Iterator[Mongod]:
    server = Mongod(tmp_path / "db", log=tmp_path / "mongod.log", port=embedded.free_port(0), oplog_mb=200)
    server.start()
    server.wait_ready()
    yield server
    server.stop(within_s=10)


def test_a_database_that_is_restarted_under_way_leaves_the_push_complete(
    own_database: Mongod, bot_api: BotApi, tmp_path: Path
) -> None:
    settings = world.make_settings(own_database.uri, "campaign", tmp_path)
    with connect(own_database.uri) as client:
        sealer = Sealer(client, "campaign", world.MASTER_KEY)
        deps = world.make_deps(client, settings, Clock(), sealer)
        bootstrap.ensure_indexes(deps)
        addresses = set(crowd(deps, 300))
        push, env = start(deps), surroundings(deps, bot_api)
        with Process(NOON, env=env) as one, Process(NOON, env=env) as other:
            bot_api.wait_for(100, within_s=100)
            own_database.stop(within_s=10)
            for worker in (one, other):
                worker.wait_for_event("worker.database_away")
            before = len(bot_api.sent)
            own_database.start()
            own_database.wait_ready()
            until(lambda: is_done(deps, push), one, other, within_s=150)
            assert (one.end(), other.end()) == (0, 0)
        figures = pushes.find(deps, EDITOR, push_id=push).progress
        sealer.close()
    assert before < 300
    assert set(bot_api.texts_by_chat()) == addresses
    assert len(bot_api.sent) - 300 <= 2 * rules.SENDERS
    assert (figures.delivered, figures.queued, figures.failed) == (300, 0, 0)
    assert bot_api.was_paced()
