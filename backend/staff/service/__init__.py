"""The use cases of staff, by verb family."""

from backend.staff.service.changing import change_of, change_password
from backend.staff.service.clerking import clerk, clerks, close_clerk, close_clerks, create_clerk
from backend.staff.service.employing import close, create, find, me, set_password, shortest_password
from backend.staff.service.signing_in import sign_in, sign_in_clerk

__all__ = [
    "change_of",
    "change_password",
    "clerk",
    "clerks",
    "close",
    "close_clerk",
    "close_clerks",
    "create",
    "create_clerk",
    "find",
    "me",
    "set_password",
    "shortest_password",
    "sign_in",
    "sign_in_clerk",
]
