"""The use cases of accounts, by verb family."""

from backend.accounts.service.authenticating import authenticate
from backend.accounts.service.codes import SENT, read_phone, request_code
from backend.accounts.service.profiles import (
    account_of,
    bind_subject,
    close,
    each_bound,
    holds,
    open_ones,
    phone_in,
    phone_of,
    profile,
    set_language,
)
from backend.accounts.service.sessions import (
    end_sessions,
    open_session,
    raise_level,
    refresh,
    resume,
    sign_out,
    was_ended,
)
from backend.accounts.service.signing_in import sign_in
from backend.accounts.service.tallying import created, standing

__all__ = [
    "SENT",
    "account_of",
    "authenticate",
    "bind_subject",
    "close",
    "created",
    "each_bound",
    "end_sessions",
    "holds",
    "open_ones",
    "open_session",
    "phone_in",
    "phone_of",
    "profile",
    "raise_level",
    "read_phone",
    "refresh",
    "request_code",
    "resume",
    "set_language",
    "sign_in",
    "sign_out",
    "standing",
    "was_ended",
]
