"""Headers that every answer carries: what a browser may do with it, and which other sites may ask."""

from flask import Flask, Response, request

from backend.web import auth

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
ALLOWED_HEADERS = "Accept-Language, Authorization, Content-Type, Idempotency-Key, X-Request-Id"
EXPOSED_HEADERS = "Idempotent-Replay, Location, Retry-After, WWW-Authenticate, X-Request-Id"


def register(app: Flask) -> None:
    app.before_request(_preflight)
    app.after_request(_secure)
    app.after_request(_share)


def _secure(response: Response) -> Response:
    found = response.headers
    found.setdefault(
        "Content-Security-Policy", PAGE_POLICY if response.mimetype == "text/html" else API_POLICY
    )
    found.setdefault("Cache-Control", "no-store")
    for name, value in ALWAYS:
        found.add(name, value)
    found.add("Cross-Origin-Resource-Policy", "cross-origin" if _origin() else "same-origin")
    if auth.deps().settings.app_env == "production":
        found.add("Strict-Transport-Security", f"max-age={YEAR_SECONDS}; includeSubDomains")
    if response.status_code in (204, 304):
        found.pop("Content-Type", None)
    return response


def _preflight() -> Response | None:
    """A browser's question before another site's request; answered here, before anyone asks who is calling."""
    if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers:
        return None
    response = Response(status=204)
    if _origin() and request.url_rule:
        response.headers["Access-Control-Allow-Methods"] = ", ".join(sorted(request.url_rule.methods or ()))
        response.headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
        response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
    return response


def _share(response: Response) -> Response:
    """No credentials are allowed across sites: a caller shows a token, never a cookie."""
    if auth.deps().settings.cors_origins:
        response.vary.add("Origin")
    if origin := _origin():
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
    return response


def _origin() -> str | None:
    """The asking site, when the settings name exactly it."""
    origin = request.headers.get("Origin")
    return origin if origin in auth.deps().settings.cors_origins else None
