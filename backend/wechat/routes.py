"""The one address that WeChat's server calls. Plain, outside of `/api/v1`: its bodies, answers and caller are WeChat's.

It is not counted by address, since all people's messages come from a few servers of WeChat's; who is not WeChat costs one
hash and is refused before the body is read.
"""

from flask import Blueprint, Response, current_app, request

from backend.common.errors import Kind, ServiceError
from backend.web import logging
from backend.web.auth import deps
from backend.wechat import service, texts
from backend.wechat.model import Call, Heard

blp = Blueprint("wechat", __name__)


@blp.get("/wechat")
def prove() -> Response:
    """WeChat asks whether this address is the account's."""
    return _text(service.prove(deps(), _call(), echo=request.args.get("echostr", "")))


@blp.post("/wechat")
def receive() -> Response:
    """WeChat hands over what a person wrote, tapped or did."""
    service.admit(deps(), _call())
    heard = service.hear(deps(), _call(), request.get_data(cache=False))
    return _text(service.written(deps(), heard, _answer(heard)))


def _answer(heard: Heard) -> str:
    """A fault of ours is told to the person in words: an error status would show them WeChat's "the account is out of order"."""
    line: service.Line = current_app.extensions["wechat"]
    try:
        return line.text(deps(), heard)
    except ServiceError as error:
        if error.kind is Kind.FORBIDDEN:
            raise
        return f"{error.text.zh}\n{error.text.en}"
    except Exception as error:  # whatever it is, the person is told something
        logging.fault("wechat.failed", error)
        return texts.FAILED


def _call() -> Call:
    asked = request.args
    return Call(
        signature=asked.get("signature", ""),
        timestamp=asked.get("timestamp", ""),
        nonce=asked.get("nonce", ""),
        sealed=asked.get("encrypt_type", "") == "aes",
        msg_signature=asked.get("msg_signature", ""),
    )


def _text(body: str) -> Response:
    return Response(body, mimetype="text/xml" if body.startswith("<xml>") else "text/plain")
