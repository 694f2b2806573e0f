"""The use cases of identity, by verb family."""

from backend.identity.service.binding import bind
from backend.identity.service.consenting import (
    current_notices,
    give_consent,
    list_consents,
    live_consent,
    withdraw_consent,
)
from backend.identity.service.leaving import close_account, export
from backend.identity.service.proving import (
    count_face_failure,
    face_attempts_left,
    face_lock,
    parity,
    prove,
    refuse,
)
from backend.identity.service.windows import issue_window_code, redeem_window_code

__all__ = [
    "bind",
    "close_account",
    "count_face_failure",
    "current_notices",
    "export",
    "face_attempts_left",
    "face_lock",
    "give_consent",
    "issue_window_code",
    "list_consents",
    "live_consent",
    "parity",
    "prove",
    "redeem_window_code",
    "refuse",
    "withdraw_consent",
]
