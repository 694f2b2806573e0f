"""Headers that every answer carries: what a browser may do with it, and which other sites may ask."""

from typing import Any

from flask import Request, Response

from backend.common.settings import Settings
from backend.web.lean import LeanFlask
from schemas.base import speaking

# An API answer is data: nothing in it may run, load or be framed. The few pages have their own policy.
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
YEAR_SECONDS = 365 * 24 * 3600
PREFLIGHT_SECONDS = 600
ALLOWED_HEADERS = "Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Modified-Since, If-None-Match, X-Request-Id"
EXPOSED_HEADERS = "ETag, Idempotent-Replay, Location, Retry-After, WWW-Authenticate, X-Request-Id"


def register(app: LeanFlask) -> None:
    found = _Headers(app.extensions["deps"].settings)
    app.before.append(found.preflight)
    app.after.append(found.add)


class _Headers:
    """What is added to an answer: most of it is the same for all, and made once."""

    def __init__(self, settings: Settings) -> None:
        self._sites = settings.cors_origins
        self._always = list(ALWAYS)
        if settings.app_env == "production":
            self._always.append(("Strict-Transport-Security", f"max-age={YEAR_SECONDS}; includeSubDomains"))

    def preflight(self, asked: Request, _: Any) -> Response | None:
        """A browser's question before another site's request; answered here, before anyone asks who is calling."""
        if asked.method != "OPTIONS" or "Access-Control-Request-Method" not in asked.headers:
            return None
        response = Response(status=204)
        if self._origin(asked) and asked.url_rule:
            response.headers["Access-Control-Allow-Methods"] = ", ".join(sorted(asked.url_rule.methods or ()))
            response.headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
            response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
        return response

    def add(self, asked: Request, kept: Any, response: Response) -> None:
        origin = self._origin(asked)
        if self._sites:
            self._share(response, origin)
        if response.status_code in (204, 304):
            response.headers.pop("Content-Type", None)
        named = {name.lower() for name, _ in response.headers}
        more = [
            *(each for each in self._always if each[0].lower() not in named),
            ("Cross-Origin-Resource-Policy", "cross-origin" if origin else "same-origin"),
            ("X-Request-Id", kept.request_id),
            ("Content-Language", "en" if speaking() == "en" else "zh-CN"),
        ]
        if "content-security-policy" not in named:
            is_page = response.mimetype == "text/html"
            more.append(("Content-Security-Policy", PAGE_POLICY if is_page else API_POLICY))
        if "cache-control" not in named:
            more.append(("Cache-Control", "no-store"))
        # The list behind them: `add` would check each of these words of ours again, a tenth of what Flask costs.
        response.headers._list.extend(more)

    def _share(self, response: Response, origin: str | None) -> None:
        """No credentials are allowed across sites: a caller shows a token, never a cookie."""
        response.vary.add("Origin")
        if origin:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS

    def _origin(self, asked: Request) -> str | None:
        """The asking site, when the settings name exactly it."""
        origin = asked.environ.get("HTTP_ORIGIN")
        return origin if origin in self._sites else None
