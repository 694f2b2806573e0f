"""Processes that are killed in the middle of a transaction, and the end of what they leave open on the shared server."""

import os
import signal
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from backend.common.deps import Deps

Places = Mapping[str, tuple[Any, str]]
"""Points in a use case by name: the module whose function does its work there, and that function's name."""


def die_after(places: Places, point: str) -> None:
    """Have this process die when the function of `point` has done its work; every function is the real one until then. A
    point that is none of the places kills nobody."""
    if point in places:
        module, name = places[point]
        setattr(module, name, partial(_then_die, getattr(module, name)))


def _then_die(work: Callable[..., Any], *args: Any, **inputs: Any) -> None:
    work(*args, **inputs)
    os.kill(os.getpid(), signal.SIGKILL)


def named(deps: Deps, uri: str) -> str:
    """The server's address for a process that may die: by its name, of this test worker alone, its sessions are found."""
    return f"{uri}{'&' if '?' in uri else '/?'}appName={_name(deps)}"


def end_sessions(deps: Deps) -> None:
    """Roll back what the dead left open. The server does so when it next needs their documents, or after a minute; nobody
    else's sessions are touched, for other tests work on the same server."""
    running = deps.client.admin.aggregate(
        [
            {"$currentOp": {"allUsers": True, "idleSessions": True}},
            {"$match": {"appName": _name(deps), "lsid": {"$exists": True}}},
        ]
    )
    for one in running:
        deps.client.admin.command("killSessions", [{"id": one["lsid"]["id"]}])


def end_turns(deps: Deps) -> None:
    """What dead workers were at is anybody's now, as it is when their leases have run out (`backend.jobs`)."""
    deps.db["job_turns"].update_many({"lease": {"$ne": None}}, [{"$set": {"leased_until": "$$NOW"}}])


def _name(deps: Deps) -> str:
    return f"dying-{deps.db.name}"
