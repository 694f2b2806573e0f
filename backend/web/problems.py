"""Every refusal in one shape: `{code, status, reason, message, data?, errors?}`."""

from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, got_request_exception
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.http import HTTP_STATUS_CODES

from backend.common import mongo
from backend.common.errors import Kind, ServiceError
from backend.web import logging, metrics, wording
from schemas.base import speaking
from schemas.text import Text

STATUS = {
    Kind.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Kind.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Kind.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Kind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Kind.CONFLICT: HTTPStatus.CONFLICT,
    Kind.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Kind.UNSUPPORTED: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Kind.LOCKED: HTTPStatus.LOCKED,
    Kind.TOO_MANY: HTTPStatus.TOO_MANY_REQUESTS,
    Kind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}
INTERNAL = (
    500,
    "internal.error",
    Text(
        "系统出现问题，我们已记录，请稍后再试",
        "Something went wrong on our side; it has been noted, please try again later",
    ),
)
# What the web framework itself refuses: reason and sentence by status.
REFUSED = {
    400: ("request.malformed", Text("请求内容无法读取，请检查格式", "The request cannot be read; please check its format")),
    404: ("request.not_found", Text("没有找到您要的内容", "There is nothing at this address")),
    405: ("request.method_not_allowed", Text("此地址不支持这种操作", "This address does not support that method")),
    406: ("request.not_acceptable", Text("无法提供所要求的格式", "The format asked for cannot be given")),
    408: ("request.timed_out", Text("请求超时，请重试", "The request took too long; please try again")),
    413: ("request.too_large", Text("提交的内容过大", "What you sent is too large")),
    414: ("request.too_large", Text("请求地址过长", "The address is too long")),
    415: ("request.unsupported_type", Text("不支持这种内容类型", "This type of content is not supported")),
    422: ("request.invalid", Text("填写的内容有误，请检查标出的项目", "Some of what you sent is wrong; see the fields named")),
    431: ("request.too_large", Text("请求头过大", "The request headers are too large")),
}  # fmt: skip
BEARER = 'Bearer realm="credit-shanghai"'


def register(app: Flask) -> None:
    """Answer every exception in the one shape; nothing of an unexpected one is shown."""
    app.register_error_handler(ServiceError, refusal)
    app.register_error_handler(HTTPException, _framework)
    app.register_error_handler(mongo.DriverError, _driver)
    app.register_error_handler(Exception, _unexpected)


def refusal(error: ServiceError) -> Response:
    """The answer to a refusal of a use case."""
    metrics.REFUSALS.labels(error.reason).inc()
    response = answer(STATUS[error.kind], error.reason, error.text, data=error.data)
    say_when(response, error)
    if error.kind is Kind.UNAUTHENTICATED:
        response.headers["WWW-Authenticate"] = BEARER
    return response


def say_when(response: Response, error: ServiceError) -> None:
    """Put down when to ask again, where that is known."""
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(max(1, error.retry_after))


def answer(code: int, reason: str, text: Text, **more: Any) -> Response:
    content = current_app.json.dumps(body(code, reason, text.say(speaking()), **more), separators=(",", ":"))
    return Response(content + "\n", code, mimetype="application/json")


def body(code: int, reason: str, message: str, **more: Any) -> dict[str, Any]:
    """The body of a refusal; `data` and `errors` stand in it only when there are any."""
    named = {"code": int(code), "status": HTTP_STATUS_CODES[code], "reason": reason, "message": message}
    return named | {key: value for key, value in more.items() if value is not None}


def _framework(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return Response(status=error.code or 500, headers=list(error.get_headers()))
    if error.code >= 500:
        return _unexpected(error)
    reason, text = REFUSED.get(error.code, REFUSED[400])
    response = answer(error.code, reason, text, errors=_fields(error))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _fields(error: HTTPException) -> Any:
    """The field messages that webargs hangs on its 422."""
    messages = (getattr(error, "data", None) or {}).get("messages")
    return wording.worded(messages, speaking()) if messages else None


def _driver(error: mongo.DriverError) -> Response:
    try:
        translated = mongo.translate(error)
    except mongo.DriverError:
        return _unexpected(error)
    metrics.DATABASE_FAULTS.labels(translated.reason).inc()
    logging.fault("database.fault", error)
    return refusal(translated)


def _unexpected(error: Exception) -> Response:
    """A fault of ours: noted with the request's id, told as a fixed sentence."""
    logging.fault("internal.error", error)
    got_request_exception.send(current_app._get_current_object(), exception=error)  # type: ignore[attr-defined]  # a proxy
    code, reason, text = INTERNAL
    return answer(code, reason, text)
