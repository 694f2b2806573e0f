"""The use cases of merchants, by verb family."""

from backend.merchants.service.authenticating import authenticate
from backend.merchants.service.counting import count, figures, own_figures
from backend.merchants.service.employing import change_password, clerks, close_clerk, create_clerk, sign_in
from backend.merchants.service.guessing import one_code
from backend.merchants.service.issuing import create_key, keys, revoke_key
from backend.merchants.service.moving import close, pause, resume
from backend.merchants.service.onboarding import change, create, create_with_key
from backend.merchants.service.reading import (
    active,
    all_closed,
    closed,
    find,
    find_active,
    listed,
    me,
    names,
    to_choose,
)

__all__ = [
    "active",
    "all_closed",
    "authenticate",
    "change",
    "change_password",
    "clerks",
    "close",
    "close_clerk",
    "closed",
    "count",
    "create",
    "create_clerk",
    "create_key",
    "create_with_key",
    "figures",
    "find",
    "find_active",
    "keys",
    "listed",
    "me",
    "names",
    "one_code",
    "own_figures",
    "pause",
    "resume",
    "revoke_key",
    "sign_in",
    "to_choose",
]
