"""The web edge: how a feature declares its routes, and what happens around every one of them."""

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import flask_smorest
from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import NotFound

from backend.common import ids
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.web import auth, bodies, headers, language, logging, metrics, openapi, problems, replays
from backend.web.rights import Rights
from schemas.base import SPEAKING, RequestSchema

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
    """

    authenticate: auth.Authenticate
    admit: Callable[[Deps, str], None]
    replies: replays.Replies
    rights: Rights
    refusals: Mapping[str, Sequence[ServiceError]]


class _App(Flask):
    """Flask without a question that it asks some twenty times a request: nothing here is a coroutine."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def blueprint(name: str, prefix: str, title: str) -> Routes:
    """The routes of a feature under `/api/v1` + `prefix`; `title` is its Chinese heading in the documentation."""
    return Routes(name, f"backend.{name}", url_prefix=PREFIX + prefix, description=title)


def build(deps: Deps, wiring: Wiring, blueprints: Iterable[Any]) -> Flask:
    """The Flask app over `blueprints`: those of features, and plain ones of Flask for pages."""
    app = _App("backend", static_folder=None, template_folder="web/templates")
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
    for blp in blueprints:
        (api if isinstance(blp, Routes) else app).register_blueprint(blp)
    auth.require_rights(app, wiring.rights)
    app.extensions["openapi"] = openapi.document(api.spec, wiring.rights, wiring.refusals)
    auth.guard(app, wiring.authenticate, wiring.rights)
    replays.register(app, wiring.replies, lambda: bool(marked("idempotent")))
    return app


def marked(name: str, default: Any = None) -> Any:
    """What a decorator of `Routes` noted on the function that will answer this request."""
    view = current_app.view_functions.get(request.endpoint or "")
    method = "get" if request.method == "HEAD" else request.method.lower()
    return getattr(getattr(getattr(view, "view_class", None), method, view), name, default)


def _around(app: Flask, wiring: Wiring) -> None:
    """What comes before and after every request, outermost first; Flask runs the first `after_request` last."""
    logging.register(app)
    metrics.register(app)
    app.before_request(_begin)
    app.after_request(_name)
    app.teardown_request(_end)
    headers.register(app)

    limited = app.extensions["deps"].settings.limit_per_address > 0

    @app.before_request
    def _admit() -> None:
        if limited and _is_counted():
            wiring.admit(auth.deps(), auth.address())


def _is_counted() -> bool:
    """The API, also where it has a short address; not pages, health and numbers, which operations ask."""
    named = current_app.blueprints.get(request.blueprint or "")
    return request.path.startswith(PREFIX) or isinstance(named, Routes)


def _begin() -> None:
    g.started = time.perf_counter()
    asked = request.headers.get("X-Request-Id", "")
    g.request_id = asked if REQUEST_ID.fullmatch(asked) else ids.new_id()
    SPEAKING.set(language.wanted(request.headers.get("Accept-Language")))
    request.max_content_length = (
        marked("max_bytes", bodies.BODY_BYTES) if bodies.is_multipart(request) else bodies.BODY_BYTES
    )
    if bodies.HALF_CHARACTER.search(request.path):
        raise NotFound


def _name(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    response.headers["Content-Language"] = "en" if SPEAKING.get() == "en" else "zh-CN"
    return response


def _end(_: BaseException | None) -> None:
    SPEAKING.set(language.DEFAULT)
