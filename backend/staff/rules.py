"""Passwords, one-time codes, and names of staff."""

import base64
import hmac
import threading
import unicodedata
from datetime import datetime
from urllib.parse import quote

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from schemas.terms import STAFF_ROLES, Role

LONGEST_NAME = 64
LONGEST_PASSWORD = 128
TOTP_KEY_BYTES = 20
STEP_SECONDS = 30
# One step to either side, for clocks that differ and for typing (RFC 6238, 5.2).
DRIFT = (0, -1, 1)
ISSUER = "上海公共信用"

# OWASP's argon2id setting of 19 MiB: two at a time stay far below what a web process may use, and cost some 25 ms each.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_AT_ONCE = threading.BoundedSemaphore(2)


def folded(name: str) -> str:
    """A user name as it is looked up: width and case do not matter."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def is_name(name: str) -> bool:
    plain = name.strip()
    return 0 < len(plain) <= LONGEST_NAME and plain.isprintable() and bool(folded(name))


def is_role(role: Role, unit: str | None) -> bool:
    return role in STAFF_ROLES and (unit is not None or role is not Role.PROVIDER)


def needs_totp(role: Role, app_env: str) -> bool:
    """Whoever can see or change what is restricted needs one where it counts; a clerk learns no more than yes or no."""
    return role in STAFF_ROLES and app_env == "production"


def shortest_password(app_env: str) -> int:
    """Twelve places where it counts; the demonstration's may be typed in front of people."""
    return 12 if app_env == "production" else 8


def is_strong(password: str, username: str, shortest: int) -> bool:
    """The one rule for a password that is set; one that is in force goes on."""
    plain = _plain(password)
    return shortest <= len(plain) <= LONGEST_PASSWORD and len(set(plain)) > 1 and folded(plain) != username


def is_same(password: str, other: str) -> bool:
    return _plain(password) == _plain(other)


def hashed(password: str) -> str:
    with _AT_ONCE:
        return _HASHER.hash(_plain(password))


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether the password fits; for a stranger (None) the same work is done and the answer is no."""
    with _AT_ONCE:
        try:
            _HASHER.verify(password_hash or _nobody(), _plain(password))
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def is_dated(password_hash: str) -> bool:
    """Whether the hash was made with other settings than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def step_of(key: bytes, code: str, now: datetime) -> int | None:
    """The 30-second step whose code this is, near `now`; None when it fits none."""
    typed = "".join(unicodedata.normalize("NFKC", code).split())
    if not typed.isascii():
        return None
    at = int(now.timestamp()) // STEP_SECONDS
    fitting = [at + drift for drift in DRIFT if hmac.compare_digest(code_of(key, at + drift), typed)]
    return fitting[0] if fitting else None


def code_of(key: bytes, step: int) -> str:
    """The six digits of a step (RFC 6238 with SHA-1, as every authenticator app reads it)."""
    totp = TOTP(key, 6, SHA1(), STEP_SECONDS)  # noqa: S303  HMAC-SHA-1 is what RFC 6238 says
    return totp.generate(step * STEP_SECONDS).decode()


def base32(key: bytes) -> str:
    return base64.b32encode(key).decode().rstrip("=")


def uri(key: bytes, username: str) -> str:
    """What an authenticator app scans."""
    issuer = quote(ISSUER)
    label = f"{issuer}:{quote(username)}"
    return f"otpauth://totp/{label}?secret={base32(key)}&issuer={issuer}&algorithm=SHA1&digits=6&period={STEP_SECONDS}"


def _nobody() -> str:
    """The hash of no password, of the settings of all: put together instead of worked out, or the first stranger of a process
    would wait twice as long as whoever comes with a name that exists."""
    cost = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    empty = (
        base64.b64encode(bytes(size)).decode().rstrip("=") for size in (_HASHER.salt_len, _HASHER.hash_len)
    )
    return f"$argon2id$v={ARGON2_VERSION}${cost}${'$'.join(empty)}"


def _plain(password: str) -> str:
    """The same password from any keyboard (RFC 8265)."""
    return unicodedata.normalize("NFC", password)
