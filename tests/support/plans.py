"""Which indexes the server used for what a test did."""

from collections.abc import Callable
from typing import Any

from backend.common.deps import Deps


def plans(deps: Deps, work: Callable[[], Any]) -> dict[str, set[str]]:
    """Collection -> how the server looked things up in it while `work` ran (`IXSCAN …`, `COLLSCAN`, …)."""
    deps.db["system.profile"].drop()
    deps.db.command("profile", 2)
    try:
        work()
    finally:
        deps.db.command("profile", 0)
    found: dict[str, set[str]] = {}
    for line in deps.db["system.profile"].find({"planSummary": {"$exists": True}}):
        found.setdefault(line["ns"].partition(".")[2], set()).add(line["planSummary"])
    deps.db["system.profile"].drop()
    return found


def scans(deps: Deps, work: Callable[[], Any]) -> list[str]:
    """The collections that were read from one end to the other."""
    return sorted(name for name, ways in plans(deps, work).items() if any("COLLSCAN" in way for way in ways))
