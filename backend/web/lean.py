"""Flask without what this service does not use, asked for in every request: docs/performance.md has the figures.

Steps before and after a request are given the request and its `g` instead of finding them anew each time; a rule without
a variable part is found by its path; no session, signal or coroutine is looked for. What a request is answered does not change.
"""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from flask import Flask, Request, Response, g, request
from flask.sessions import NullSession, SessionInterface
from flask.typing import ResponseReturnValue
from werkzeug.routing import MapAdapter, Rule
from werkzeug.wsgi import get_host

Before = Callable[[Request, Any], Response | None]
"""Runs before the view, with the request and `g`; what it gives back is the answer."""
After = Callable[[Request, Any, Response], None]
"""Adds to the answer."""


class Answer(Response):
    """An answer that is whole: it goes to the server as one piece, and its headers are not copied and walked again."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body, headers = self.response, self.headers.to_wsgi_list()
        names = {name.lower() for name, _ in headers}
        bare = environ["REQUEST_METHOD"] == "HEAD" or self.status_code < 200 or self.status_code in (204, 304)
        if bare or not isinstance(body, list) or self._on_close or not names >= _WHOLE or names & _MENDED:
            return super().__call__(environ, start_response)
        start_response(self.status, headers)
        return body


_WHOLE = {"content-length"}
_MENDED = {"location", "content-location"}
"""Headers that werkzeug writes anew before they are sent."""


class LeanRule(Rule):
    """werkzeug compiles two functions for each rule that put its addresses together, most of what it takes to make the app;
    nobody here asks for an address by its endpoint, so they are compiled for whoever does."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        usual = super()._compile_builder
        compiled = cache(lambda: usual(append_unknown))

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            return compiled()(rule, **values)

        return build


class LeanFlask(Flask):
    """The app of the web edge. Hooks are `before` and `after`, in the order in which they run; Flask's own are not asked."""

    response_class = Answer
    url_rule_class = LeanRule

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before: list[Before] = []
        self.after: list[After] = []
        self.session_interface = _NoSessions()
        self._by_path: dict[tuple[str, str], Rule] | None = None

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func

    def full_dispatch_request(self) -> Response:
        self._got_first_request = True
        try:
            found = self.preprocess_request()
            if found is None:
                found = self.dispatch_request()
        except Exception as error:  # every handler of ours is asked, as in Flask
            found = self.handle_user_exception(error)
        return self.finalize_request(found)

    def preprocess_request(self) -> ResponseReturnValue | None:
        asked, kept = request._get_current_object(), g._get_current_object()  # type: ignore[attr-defined]  # proxies
        for step in self.before:
            found = step(asked, kept)
            if found is not None:
                return found
        return None

    def process_response(self, response: Response) -> Response:
        asked, kept = request._get_current_object(), g._get_current_object()  # type: ignore[attr-defined]  # proxies
        for step in self.after:
            step(asked, kept, response)
        return response

    def create_url_adapter(self, asked: Request | None) -> MapAdapter | None:
        if asked is None:
            return None if self.config["SERVER_NAME"] is None else super().create_url_adapter(None)
        if self._by_path is None:
            self._by_path = _by_path(self.url_map.iter_rules())
        rule = self._by_path.get((asked.method, asked.path))
        if rule is None or self.config["SERVER_NAME"] is not None:
            return super().create_url_adapter(asked)
        asked.host = get_host(
            asked.environ, asked.trusted_hosts
        )  # as Flask does, before it looks for the rule
        return _Known(rule, lambda: super(LeanFlask, self).create_url_adapter(asked))  # type: ignore[return-value]  # acts as one


class _Known:
    """Stands for the map's adapter where the rule is known already; asked for anything else, it is made."""

    def __init__(self, rule: Rule, usual: Callable[[], MapAdapter | None]) -> None:
        self._rule = rule
        self._usual = usual

    def match(self, **_: Any) -> tuple[Rule, dict[str, Any]]:
        return self._rule, {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._usual(), name)


class _NoSessions(SessionInterface):
    """Callers show a token; there are no cookies."""

    def open_session(self, app: Flask, request: Request) -> NullSession:
        return _NONE

    def is_null_session(self, obj: object) -> bool:
        return True


_NONE = NullSession()


def _by_path(rules: Iterable[Rule]) -> dict[tuple[str, str], Rule]:
    """The rules that match one path only, by method and path; OPTIONS is answered by the usual way."""
    return {
        (method, rule.rule): rule
        for rule in rules
        if not (rule.arguments or rule.redirect_to or rule.alias or rule.build_only or rule.websocket)
        for method in (rule.methods or set()) - {"OPTIONS"}
    }
