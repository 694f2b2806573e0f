"""A push to many: how fast its people are queued, with how much memory, and at what pace they are sent to without a refusal.

    python -m bench pushes [--people 100000] [--sent 1500] [--workers 2]

`queued` is the use case that the worker runs (`pushes.advance`) over account holders who follow by Telegram; `bare` the same
deliveries inserted by the driver alone in lots of the same size. Memory is what the process takes beyond what it had before,
at its highest, for a fifth of the people and for all of them: flat means the same. `sent` is real workers against the
local Bot API server, which refuses more than 30 messages in any second as Telegram does; aimed at is the allowed pace of 25
a second over all workers together, and no answer 429.
"""

import argparse
import json
import multiprocessing
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from backend import bootstrap
from backend.common.actor import Actor, system
from backend.common.deps import Deps
from backend.common.settings import Settings
from backend.deliveries.rules import PACES, SENDERS
from backend.pushes import service
from backend.pushes.model import Audience, Wish
from backend.pushes.service.choosing import AT_ONCE
from bench.support import database
from schemas.terms import Channel, PushState, Role, Way
from tests.support.bot_api import TOKEN, BotApi
from tests.support.followers import crowd
from tests.support.processes import Process

EDITOR = Actor("bench", Role.NEWS_EDITOR, Channel.COMMAND, name="bench")
WORKER = system(Channel.COMMAND, "bench")
LOT = 10_000
LATENCY_S = 0.1


def main() -> None:
    options = _options()
    with database() as deps:
        bootstrap.ensure_indexes(deps)
        found = {}
        for people in (options.people // 5, options.people):
            _people(deps, people)
            found[people] = _apart(deps)
            print(json.dumps({"queued": found[people]}), flush=True)
        print(json.dumps({"bare": _bare(deps)}), flush=True)
        print(json.dumps({"sent": _sent(deps, options.sent, options.workers)}), flush=True)


def _people(deps: Deps, people: int) -> None:
    there = deps.db["recipients"].count_documents({})
    for first in range(there, people, LOT):
        crowd(deps, min(LOT, people - first), first=first)


def _apart(deps: Deps) -> dict[str, Any]:
    """In a process of its own, so that it pays for nothing but this."""
    given = (deps.settings.mongodb_uri, deps.settings.data_dir)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_queue, given)


def _queue(uri: str, folder: Path) -> dict[str, Any]:
    deps = bootstrap.build_deps(Settings(app_env="test", mongodb_uri=uri, data_dir=folder, bot_token=TOKEN))
    wish = Wish("标题", "正文", None, None, None, Audience(), (Way.TELEGRAM,))
    service.create(deps, EDITOR, wish=wish)
    service.advance(deps, WORKER)  # what is loaded and compiled once
    push = service.create(deps, EDITOR, wish=wish).push.id
    before, highest, done = _resident_mb(), [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            highest[0] = max(highest[0], _resident_mb())

    watching = threading.Thread(target=watch)
    watching.start()
    began = time.perf_counter()
    while not (now := service.find(deps, EDITOR, push_id=push).progress).complete:
        service.advance(deps, WORKER)
    took = time.perf_counter() - began
    done.set()
    watching.join()
    deps.sealer.close()
    deps.client.close()
    return {
        "people": now.people,
        "a_second": round(now.people / took),
        "memory_mb": round(highest[0] - before, 1),
    }


def _bare(deps: Deps) -> dict[str, Any]:
    """The deliveries of the last push, taken away and put in again."""
    newest = deps.db["deliveries"].find_one(sort=[("_id", -1)])
    assert newest is not None
    documents = list(deps.db["deliveries"].find({"queue": newest["queue"]}))
    deps.db["deliveries"].delete_many({"queue": newest["queue"]})
    began = time.perf_counter()
    for first in range(0, len(documents), AT_ONCE):
        deps.db["deliveries"].insert_many(documents[first : first + AT_ONCE], ordered=False)
    return {"people": len(documents), "a_second": round(len(documents) / (time.perf_counter() - began))}


def _sent(deps: Deps, people: int, workers: int) -> dict[str, Any]:
    for name in ("deliveries", "recipients", "accounts", "pushes"):
        deps.db.drop_collection(name)
    bootstrap.ensure_indexes(deps)
    crowd(deps, people)
    with BotApi(floods=True) as api, ExitStack() as stack:
        api.latency_s = LATENCY_S
        set_up = bootstrap.build_deps(
            Settings(
                app_env="test",
                mongodb_uri=deps.settings.mongodb_uri,
                data_dir=deps.settings.data_dir,
                bot_token=TOKEN,
            )
        )
        wish = Wish("标题", "正文", None, None, None, Audience(), (Way.TELEGRAM,))
        push = service.create(set_up, EDITOR, wish=wish).push.id
        env = {
            "APP_ENV": "test",
            "MONGODB_URI": deps.settings.mongodb_uri or "",
            "DATA_DIR": str(deps.settings.data_dir),
            "BOT_TOKEN": TOKEN,
            "BOT_API_URL": api.url,
        }
        for _ in range(workers):
            stack.enter_context(Process("tests.support.noon_worker", env=env))
        api.wait_for(PACES[Way.TELEGRAM].batch, within_s=120)
        first, began = len(api.sent), time.perf_counter()
        api.wait_for(people, within_s=people)
        rate = (len(api.sent) - first) / (time.perf_counter() - began)
        while service.find(deps, EDITOR, push_id=push).push.state is not PushState.DONE:
            time.sleep(0.2)
        set_up.sealer.close()
        set_up.client.close()
        return {
            "people": people,
            "workers": workers,
            "a_second": round(rate, 2),
            "of_the_allowed_pace": round(rate / PACES[Way.TELEGRAM].per_second, 3),
            "answers_429": api.refusals[429],
            "repeats": len(api.sent) - len(api.texts_by_chat()),
            "under_way_at_most": SENDERS * workers,
        }


def _resident_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--sent", type=int, default=1_500)
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
