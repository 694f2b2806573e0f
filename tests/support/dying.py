"""Processes that are killed in the middle of a transaction, and the end of what they leave open on the shared server."""

from backend.common.deps import Deps


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


def _name(deps: Deps) -> str:
    return f"dying-{deps.db.name}"
