"""Which indexes the server used for what a test did, and all that it noted about it."""

from collections.abc import Callable
from typing import Any

from backend.common.deps import Deps
from backend.common.mongo import Document


def recorded(deps: Deps, work: Callable[[], Any]) -> list[Document]:
    """What the server's profiler, which notes every command whole, wrote down while `work` ran."""
    deps.db["system.profile"].drop()
    deps.db.command("profile", 2)
    try:
        work()
    finally:
        deps.db.command("profile", 0)
    found = list(deps.db["system.profile"].find())
    deps.db["system.profile"].drop()
    return found


def plans(deps: Deps, work: Callable[[], Any]) -> dict[str, set[str]]:
    """Collection -> how the server looked things up in it while `work` ran (`IXSCAN …`, `COLLSCAN`, …)."""
    found: dict[str, set[str]] = {}
    for line in recorded(deps, work):
        if "planSummary" in line:
            found.setdefault(line["ns"].partition(".")[2], set()).add(line["planSummary"])
    return found


def scans(deps: Deps, work: Callable[[], Any]) -> list[str]:
    """The collections that were read from one end to the other."""
    return sorted(name for name, ways in plans(deps, work).items() if any("COLLSCAN" in way for way in ways))
