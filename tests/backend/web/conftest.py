"""A feature made for these tests: routes that do what the edge must cope with."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask.views import MethodView
from marshmallow import fields, validate

from backend.app import create_app, use
from backend.common import errors
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import Kind, ServiceError
from backend.web.api import Routes, blueprint
from backend.web.auth import actor, address, deps
from backend.web.bodies import contents
from backend.web.rights import CITIZENS, PUBLIC, RIGHTS
from schemas.base import QuerySchema, RequestSchema, ResponseSchema
from schemas.terms import Channel, Role
from tests.support.web import Tokens, loud


class ThingCreate(RequestSchema):
    name = fields.String(required=True, validate=validate.Length(1, 20), metadata={"example": "伞"})
    count = fields.Integer(load_default=1, validate=validate.Range(1, 9))


class ThingQuery(QuerySchema):
    q = fields.String(validate=validate.Length(max=20))


class ThingForm(RequestSchema):
    nonce = fields.String(required=True, validate=validate.Length(max=20))


class ThingFiles(RequestSchema):
    frames = fields.List(
        fields.Raw(metadata={"type": "string", "format": "binary"}),
        required=True,
        validate=validate.Length(1, 3),
    )


class ThingMaybeFiles(RequestSchema):
    frames = fields.List(
        fields.Raw(metadata={"type": "string", "format": "binary"}),
        load_default=list,
        metadata={"description": "…"},
    )


class Thing(ResponseSchema):
    id = fields.String(metadata={"example": "t1"})
    name = fields.String(metadata={"example": "伞"})


class Seen(ResponseSchema):
    role = fields.String()
    address = fields.String()


@dataclass
class Doing:
    """What the probe's routes did, and a door that holds them."""

    runs: int = 0
    door: threading.Event = field(default_factory=threading.Event)
    inside: threading.Event = field(default_factory=threading.Event)
    fails_with: Exception | None = None


@dataclass
class Now:
    """Whose test it is at the moment: an app with the probe is made once, for making it takes longer than most tests."""

    doing: Doing
    tokens: Tokens
    app: Flask | None = None

    def authenticate(self, deps: Deps, bearer: str, channel: Channel) -> Actor:
        return self.tokens.authenticate(deps, bearer, channel)


def make_probe(now: "Now") -> Routes:
    blp = blueprint("probe", "/probe", "试验")

    @blp.route("")
    class Things(MethodView):
        @blp.arguments(ThingQuery, location="query")
        @blp.response(200, Thing)
        def get(self, query: Any) -> Any:
            """Find a thing"""
            return {"id": "t1", "name": query.get("q", "伞")}

        @blp.idempotent
        @blp.refuses(errors.verification_required)
        @blp.arguments(ThingCreate)
        @blp.response(201, Thing)
        def post(self, body: Any) -> Any:
            """Make a thing"""
            now.doing.runs += 1
            now.doing.inside.set()
            now.doing.door.wait(60)
            if now.doing.fails_with:
                raise now.doing.fails_with
            return {"id": f"t{now.doing.runs}", "name": body["name"]}

    @blp.route("/files")
    class Files(MethodView):
        @blp.idempotent
        @blp.upload(1_000_000)
        @blp.arguments(ThingForm, location="form")
        @blp.arguments(ThingFiles, location="files")
        @blp.response(201, Thing)
        def post(self, form: Any, files: Any) -> Any:
            """Take files"""
            now.doing.runs += 1
            kinds = {type(file.stream).__name__ for file in files["frames"]}
            return {"id": f"t{now.doing.runs}", "name": ",".join(sorted(kinds))}

    @blp.route("/either")
    class Either(MethodView):
        @blp.idempotent
        @blp.takes(ThingCreate, files=ThingMaybeFiles, max_bytes=1_000_000)
        @blp.response(201, Thing)
        def post(self, fields: Any, files: Any) -> Any:
            """Take the same fields as JSON or as a form with files"""
            now.doing.runs += 1
            taken = [f"{name}:{len(content)}" for name, content in contents(files["frames"])]
            return {"id": ",".join(taken), "name": f"{fields['name']} {fields['count']}"}

    @blp.route("/open")
    class Open(MethodView):
        @blp.response(200, Seen)
        def get(self) -> Any:
            """See who is asking, on a public route"""
            return {"role": actor().role.value, "address": address()}

        @blp.idempotent
        @blp.arguments(ThingCreate)
        @blp.response(201, Thing)
        def post(self, body: Any) -> Any:
            """Make a thing without signing in"""
            now.doing.runs += 1
            return {"id": f"t{now.doing.runs}", "name": body["name"]}

    @blp.route("/maybe")
    class Maybe(MethodView):
        @blp.response(200, Seen)
        def get(self) -> Any:
            """See who is asking, where a token is optional"""
            return {"role": actor().role.value, "address": address()}

    @blp.route("/faults/<name>")
    class Faults(MethodView):
        @blp.response(204)
        def get(self, name: Any) -> Any:
            """Fail as asked"""
            if now.doing.fails_with:
                raise now.doing.fails_with
            deps().db["probe"].find_one({"_id": name})

    return blp


@pytest.fixture
def doing() -> Doing:
    made = Doing()
    made.door.set()
    return made


@pytest.fixture(scope="session")
def _now() -> Now:
    return Now(Doing(), Tokens())


@pytest.fixture
def probe_app(deps: Deps, tokens: Tokens, doing: Doing, _now: Now) -> Flask:
    _now.doing, _now.tokens = doing, tokens
    if _now.app is None:
        _now.app = make_app(deps, _now)
    use(_now.app, deps)
    return _now.app


def make_app(deps: Deps, now: Now) -> Flask:
    rights = RIGHTS | {
        "GET /api/v1/probe": CITIZENS,
        "POST /api/v1/probe": CITIZENS,
        "POST /api/v1/probe/files": CITIZENS,
        "POST /api/v1/probe/either": CITIZENS,
        "GET /api/v1/probe/open": PUBLIC,
        "POST /api/v1/probe/open": PUBLIC,
        "GET /api/v1/probe/maybe": PUBLIC | CITIZENS,
        "GET /api/v1/probe/faults/<name>": PUBLIC,
    }
    return create_app(deps, authenticate=now.authenticate, rights=rights, extra=(make_probe(now),))


@pytest.fixture
def citizen_actor() -> Actor:
    return Actor(id="a1", role=Role.CITIZEN, channel=Channel.API)


@pytest.fixture
def stranger(probe_app: Flask) -> FlaskClient:
    """A caller without a token."""
    return probe_app.test_client()


@pytest.fixture
def caller(probe_app: Flask, tokens: Tokens, citizen_actor: Actor) -> FlaskClient:
    """A citizen."""
    return signed_in(probe_app, tokens, citizen_actor)


def signed_in(app: Flask, tokens: Tokens, who: Actor) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {tokens.give(who)}"
    return client


@pytest.fixture
def another(probe_app: Flask, tokens: Tokens, citizen_actor: Actor) -> FlaskClient:
    """Another citizen."""
    return signed_in(probe_app, tokens, replace(citizen_actor, id="a2"))


@pytest.fixture
def with_settings(deps: Deps, tokens: Tokens, doing: Doing) -> Callable[..., FlaskClient]:
    """A caller without a token of an app with other settings."""

    def make(**changes: Any) -> FlaskClient:
        changed = replace(deps, settings=replace(deps.settings, **changes))
        return make_app(changed, Now(doing, tokens)).test_client()

    return make


@pytest.fixture
def loudly(probe_app: Flask) -> Iterator[Flask]:
    """Fail the test on any unexpected exception behind a 500."""
    with loud(probe_app) as app:
        yield app


def refusal(kind: Kind = Kind.CONFLICT) -> ServiceError:
    return ServiceError(
        kind, "probe.refused", "试验被拒绝", "The trial was refused", data={"left": 2}, retry_after=7
    )
