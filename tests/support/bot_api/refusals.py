"""What a Bot API server says instead of `ok`, in Telegram's own words: libraries and bots look for these words."""

from math import ceil
from typing import Any


class Refused(Exception):
    """A method that is not done; `status` is both that of HTTP and `error_code`."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters

    @property
    def body(self) -> dict[str, Any]:
        told = {"ok": False, "error_code": self.status, "description": self.description}
        return told | ({"parameters": self.parameters} if self.parameters else {})


def bad(words: str) -> Refused:
    return Refused(400, f"Bad Request: {words}")


def forbidden(words: str) -> Refused:
    return Refused(403, f"Forbidden: {words}")


def conflict(words: str) -> Refused:
    return Refused(409, f"Conflict: {words}")


def unauthorized() -> Refused:
    return Refused(401, "Unauthorized")


def no_such_method() -> Refused:
    return Refused(404, "Not Found: method not found")


def not_found() -> Refused:
    return Refused(404, "Not Found")


def failed() -> Refused:
    return Refused(500, "Internal Server Error")


def too_many(wait_s: float) -> Refused:
    seconds = ceil(wait_s)
    return Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def another_poll() -> Refused:
    return conflict("terminated by other getUpdates request; make sure that only one bot instance is running")


def webhook_came() -> Refused:
    return conflict("terminated by setWebhook request")


def webhook_is_set() -> Refused:
    return conflict(
        "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    )


def not_modified() -> Refused:
    return bad(
        "message is not modified: specified new message content and reply markup are exactly the same as a current"
        " content and reply markup of the message"
    )


def query_too_old() -> Refused:
    return bad("query is too old and response timeout expired or query ID is invalid")
