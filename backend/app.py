"""The Flask app: which features have routes, and what the web edge is given from above."""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec

from flask import Flask

from backend import bootstrap
from backend.addresses.errors import too_many
from backend.addresses.service import Gate
from backend.common import errors, mongo
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.idempotency import errors as repeated
from backend.idempotency import service as replies
from backend.web import api, auth, docs, health
from backend.web.rights import RIGHTS, Rights
from schemas.terms import Channel

ROUTES = (
    "backend.accounts.routes",
    "backend.staff.routes",
    "backend.identity.routes",
    "backend.identity.staff_routes",
    "backend.facechecks.routes",
    "backend.catalogue.routes",
    "backend.records.routes",
    "backend.reports.routes",
    "backend.reports.address_routes",
    "backend.notices.routes",
)

REFUSALS = {
    "every": (too_many(30),),
    "idempotent": (repeated.bad_key(), repeated.mismatch(), repeated.in_progress()),
}


def create_app(
    deps: Deps,
    *,
    authenticate: auth.Authenticate | None = None,
    rights: Rights = RIGHTS,
    extra: tuple[object, ...] = (),
) -> Flask:
    """The app over everything that has routes. Tests give another `authenticate`, `rights`, and `extra` blueprints."""
    modules = [docs, health, *_present()]
    wiring = api.Wiring(authenticate or _authenticate(), Gate().admit, replies, rights, REFUSALS)
    app = api.build(deps, wiring, [*(module.blp for module in modules), *extra])
    app.extensions["readiness"] = health.Readiness(deps, _checks(), lasting=frozenset({"indexes"}))
    return app


def _present() -> list[object]:
    found = []
    for name in ROUTES:
        try:
            found.append(import_module(name))
        except ImportError:
            continue
    return found


def _exists(name: str) -> bool:
    return find_spec(name.rpartition(".")[0]) is not None and find_spec(name) is not None


def _authenticate() -> auth.Authenticate:
    if not _exists("backend.accounts.service"):
        return _nobody
    found: auth.Authenticate = import_module("backend.accounts.service").authenticate
    return found


def _nobody(deps: Deps, bearer: str, channel: Channel) -> Actor:
    raise errors.not_signed_in()


def _checks() -> Mapping[str, health.Check]:
    return {
        "database": _database,
        "indexes": bootstrap.require_indexes,
        "faces": lambda deps: deps.faces.ping(),
    }


def _database(deps: Deps) -> None:
    mongo.require_writable(deps.client)
