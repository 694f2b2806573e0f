"""`tests.backend.evidence.served:create`: the app as a web worker runs it, for one resident who needs no sign-in."""

import json
import os
from pathlib import Path

from flask import Flask

from backend import wsgi
from backend.app import create_app
from backend.common import mongo
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.sealing import Sealer
from schemas.terms import Channel, Level, Role
from tests.support import world


def create() -> Flask:
    told = json.loads(os.environ["SERVED"])
    client = mongo.connect(told["uri"])
    settings = world.make_settings(told["uri"], told["database"], Path(told["folder"]))
    deps = world.make_deps(
        client, settings, world.Clock(), Sealer(client, told["database"], world.MASTER_KEY)
    )
    app = create_app(deps, authenticate=_authenticate)
    wsgi._settle()
    return app


def _authenticate(deps: Deps, bearer: str, channel: Channel) -> Actor:
    account, subject_id = bearer.split(":")
    until = deps.now().replace(year=2040)
    return Actor(account, Role.CITIZEN, channel, "s", subject_id, level=Level.VERIFIED, verified_until=until)
