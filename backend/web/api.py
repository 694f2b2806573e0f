"""The web edge: how a feature declares its routes, and what happens around every one of them."""

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

import flask_smorest
from flask import Flask, Request, current_app, g, request
from werkzeug.exceptions import NotFound

from backend.common import ids
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.common.handles import Ahead
from backend.web import auth, bodies, headers, language, logging, metrics, openapi, problems, replays
from backend.web.lean import After, Before, LeanFlask
from backend.web.pages import Pages
from backend.web.rights import Rights
from schemas.base import HALF_CHARACTER, SPEAKING, RequestSchema

PREFIX = "/api/v1"
REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")

F = TypeVar("F", bound=Callable[..., Any])
Refusal = ServiceError | Callable[[], ServiceError]


class Routes(flask_smorest.Blueprint):
    """A feature's routes: flask-smorest's blueprint with strict bodies and the words this API adds."""

    ARGUMENTS_PARSER = bodies.StrictParser()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps: list[Any] = self._prepare_doc_cbks
        steps[:] = [openapi.join_form, *steps, openapi.keep_facts]

    def response(
        self, status_code: int, schema: Any = None, *, content_type: str | None = None, **more: Any
    ) -> Callable[[F], F]:
        """As smorest's, which sends every answer of a schema as `application/json`: a kind of JSON that has a name of its own
        is sent by it."""
        declared = super().response(status_code, schema, content_type=content_type, **more)
        if content_type is None or not content_type.endswith("+json"):
            return declared  # type: ignore[no-any-return]  # untyped

        def mark(function: F) -> F:
            answer = declared(function)

            @wraps(answer)
            def named(*args: Any, **kwargs: Any) -> Any:
                found = answer(*args, **kwargs)
                if found.mimetype == "application/json":
                    found.mimetype = content_type
                return found

            return named  # type: ignore[return-value]  # of the same form

        return mark

    @staticmethod
    def refuses(*refusals: Refusal) -> Callable[[F], F]:
        """Document refusals of the use case, from their own factories: status, reason and sentence.

        What every route can answer (401, 403, 400, 413, 415, 422, 429, 500, 503) is documented without this.
        """
        made = [refusal if isinstance(refusal, ServiceError) else refusal() for refusal in refusals]
        return openapi.adds("refusals", [openapi.told(error) for error in made])

    @staticmethod
    def idempotent(function: F) -> F:
        """This POST creates: with an `Idempotency-Key` a repetition gets the first answer again."""
        function.idempotent = True  # type: ignore[attr-defined]  # read by `marked`
        return openapi.adds("idempotent", [True])(function)

    @staticmethod
    def reads_ahead(plan: Callable[[Deps], Ahead]) -> Callable[[F], F]:
        """What this route needs of the caller's subject is read with the session; the view hands `auth.ahead()` on."""

        def mark(function: F) -> F:
            function.reads_ahead = plan  # type: ignore[attr-defined]  # read by `marked`
            return function

        return mark

    @staticmethod
    def shows_once(*names: str) -> Callable[[F], F]:
        """These fields of the answer are secrets that nobody keeps: with `idempotent`, a repetition says null in their place."""

        def mark(function: F) -> F:
            function.shows_once = names  # type: ignore[attr-defined]  # read by `marked`
            return function

        return mark

    @staticmethod
    def remembers(function: F) -> F:
        """The caller may keep this answer and ask whether it still holds (`conditional.kept`)."""
        return openapi.adds("remembers", [True])(function)

    @staticmethod
    def shows_again(refresh: Callable[[dict[str, Any], str], dict[str, Any]]) -> Callable[[F], F]:
        """What a repetition may be shown of those secrets after all: `refresh` is given the kept answer and the key."""

        def mark(function: F) -> F:
            function.shows_again = refresh  # type: ignore[attr-defined]  # read by `marked`
            return function

        return mark

    @staticmethod
    def upload(max_bytes: int = bodies.UPLOAD_BYTES) -> Callable[[F], F]:
        """This route takes files, in memory, and together no more than `max_bytes`."""

        def mark(function: F) -> F:
            function.max_bytes = max_bytes  # type: ignore[attr-defined]  # read by `marked`
            return openapi.adds("max_bytes", [max_bytes])(function)

        return mark

    def takes(
        self, fields: type[RequestSchema], *, files: type[RequestSchema], max_bytes: int
    ) -> Callable[[F], F]:
        """The body comes as JSON (`fields`), or as a multipart form of the same fields with `files` beside them.

        The view gets both, in this order; with JSON, `files` has its defaults. Unknown ones are refused in either. The
        fields of a form are texts, so `fields` may hold nothing that is nested. JSON weighs what it may elsewhere; only
        the form may weigh `max_bytes`.
        """

        def mark(function: F) -> F:
            view = self.arguments(files, location="attached")(function)
            return self.upload(max_bytes)(self.arguments(fields, location="body")(view))  # type: ignore[no-any-return]  # untyped

        return mark


@dataclass(frozen=True)
class Wiring:
    """What the features above give to the web edge, which lies below them; `app` fills it in.

    `refusals` are for the documentation: what `every` route, and what an `idempotent` one can answer because of them.
    `arrive` comes before the guard and tells it who the visitor of a page is; `leave` comes first behind the view.
    """

    authenticate: auth.Authenticate
    admit: Callable[[Deps, str], None]
    replies: replays.Replies
    rights: Rights
    refusals: Mapping[str, Sequence[ServiceError]]
    arrive: Before = lambda _, __: None
    leave: After = lambda _, __, ___: None


def blueprint(name: str, prefix: str, title: str) -> Routes:
    """The routes of a feature under `/api/v1` + `prefix`; `title` is its Chinese heading in the documentation."""
    return Routes(name, f"backend.{name}", url_prefix=PREFIX + prefix, description=title)


def build(deps: Deps, wiring: Wiring, blueprints: Iterable[Any]) -> Flask:
    """The Flask app over `blueprints`: those of features, and plain ones of Flask for pages."""
    app = LeanFlask("backend", static_folder=None, template_folder="web/templates")
    app.request_class = bodies.MemoryRequest
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # of the default provider
    app.json.sort_keys = False  # type: ignore[attr-defined]  # of the default provider
    app.json.compact = True  # type: ignore[attr-defined]  # of the default provider
    app.url_map.merge_slashes = False
    app.extensions["deps"] = deps
    _around(app, wiring)
    api = flask_smorest.Api(app, spec_kwargs=openapi.options(deps.settings))
    api.ma_plugin.converter.add_attribute_function(openapi.term_words)
    problems.register(app)
    blueprints = [*blueprints]
    for blp in blueprints:
        app.register_blueprint(blp)
    auth.require_rights(app, wiring.rights)
    routes = [blp for blp in blueprints if isinstance(blp, Routes)]
    openapi.describe_later(app, lambda: _described(app, api, routes, wiring))
    auth.guard(app, wiring.authenticate, wiring.rights)
    replays.register(app, wiring.replies, marked)
    if app.before_request_funcs or app.after_request_funcs or app.url_value_preprocessors:
        raise AssertionError("a hook of Flask's own would not be asked; see backend/web/lean.py")
    return app


def _described(app: Flask, api: Any, routes: Iterable[Routes], wiring: Wiring) -> dict[str, Any]:
    """The second half of smorest's `register_blueprint`, and the document."""
    for blp in routes:
        blp.register_views_in_doc(api, app, api.spec, name=blp.name, parameters=None)
        api.spec.tag({"name": blp.name, "description": blp.description})
    return openapi.document(api.spec, wiring.rights, wiring.refusals)


def marked(name: str, default: Any = None) -> Any:
    """What a decorator of `Routes` noted on the function that will answer this request."""
    view = current_app.view_functions.get(request.endpoint or "")
    method = "get" if request.method == "HEAD" else request.method.lower()
    return getattr(getattr(getattr(view, "view_class", None), method, view), name, default)


def read_ahead(deps: Deps) -> Ahead | None:
    """What this request's route wants read with the session; None where a route wants nothing."""
    plan = marked("reads_ahead")
    if plan is None:
        return None
    found: Ahead = plan(deps)
    g.ahead = found
    return found


def _around(app: LeanFlask, wiring: Wiring) -> None:
    """What comes before and after every request, in this order; the guard and replays come behind it, before the view."""
    app.before.append(_begin)
    app.after.append(wiring.leave)
    headers.register(app)
    metrics.register(app)
    logging.register(app)
    app.teardown_request(_end)
    given = app.extensions  # asked each time: an app may be given other `deps`

    def _admit(asked: Request, _: Any) -> None:
        if _is_counted(asked):
            deps: Deps = given["deps"]
            wiring.admit(deps, auth.address_of(asked, deps))

    if given["deps"].settings.limit_per_address > 0:
        app.before.append(_admit)
    app.before.append(wiring.arrive)


def _is_counted(asked: Request) -> bool:
    """The API, also where it has a short address, and pages; not what they are drawn with, health and numbers."""
    return asked.path.startswith(PREFIX) or isinstance(
        current_app.blueprints.get(asked.blueprint or ""), (Routes, Pages)
    )


def _begin(asked: Request, kept: Any) -> None:
    kept.started = time.perf_counter()
    named = asked.environ.get("HTTP_X_REQUEST_ID", "")
    kept.request_id = named if REQUEST_ID.fullmatch(named) else ids.new_id()
    SPEAKING.set(language.wanted(asked.environ.get("HTTP_ACCEPT_LANGUAGE")))
    asked.max_content_length = (
        marked("max_bytes", bodies.BODY_BYTES) if bodies.is_multipart(asked) else bodies.BODY_BYTES
    )
    if HALF_CHARACTER.search(asked.path):
        raise NotFound


def _end(_: BaseException | None) -> None:
    SPEAKING.set(language.DEFAULT)
