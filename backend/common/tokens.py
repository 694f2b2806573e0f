"""Signed access tokens: EdDSA (Ed25519) with a key id, verified by anyone through `/.well-known/jwks.json`.

Rotation: the first key of the list signs, all verify. To rotate, put the new key in front; drop the old one when its
last token has run out. A token never carries a name, a number or a phone.
"""

import base64
import hashlib
import json
import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from backend.common.errors import Kind, ServiceError

ISSUER = "credit-shanghai"
AUDIENCE = "citizen-service"
LIFETIME = timedelta(minutes=10)
SEED_BYTES = 32
# Tokens of this many callers are remembered as genuine, some 4 MB; beyond, the oldest are checked again.
REMEMBERED = 4_096


class TokenKeys:
    """The keys of this service; `seeds` are 32-byte Ed25519 seeds, the signing one first."""

    def __init__(self, seeds: list[bytes]) -> None:
        if not seeds or any(len(seed) != SEED_BYTES for seed in seeds):
            raise ValueError(f"token keys are {SEED_BYTES}-byte Ed25519 seeds, at least one")
        private = [Ed25519PrivateKey.from_private_bytes(seed) for seed in seeds]
        self._public = {_key_id(key.public_key()): key.public_key() for key in private}
        self._signing = private[0]
        self._signing_id = _key_id(private[0].public_key())
        self._genuine: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._turn = threading.Lock()

    def sign(self, claims: dict[str, Any], *, now: datetime) -> tuple[str, int]:
        """A token of `claims` and the seconds it lasts; times are added here."""
        lasting = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
        }
        token = jwt.encode(
            claims | lasting, self._signing, algorithm="EdDSA", headers={"kid": self._signing_id}
        )
        return token, int(LIFETIME.total_seconds())

    def read(self, token: str, *, now: datetime) -> dict[str, Any]:
        """The claims of a genuine, unexpired token of ours; raises 401 `auth.invalid_token` or `auth.expired_token`.

        A token that proved genuine is remembered until it runs out, because its signature costs more than the rest.
        """
        claims = self._genuine.get(token) or self._remember(token, self._verified(token))
        if now.timestamp() >= claims["exp"]:
            self._genuine.pop(token, None)
            raise expired_token()
        return claims

    def _verified(self, token: str) -> dict[str, Any]:
        try:
            key = self._public[jwt.get_unverified_header(token)["kid"]]
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=["EdDSA"],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": ["exp", "iat", "sub", "sid"], "verify_exp": False, "verify_iat": False},
            )
        except (jwt.PyJWTError, KeyError, ValueError, TypeError) as error:
            raise invalid_token() from error
        return claims

    def _remember(self, token: str, claims: dict[str, Any]) -> dict[str, Any]:
        with self._turn:
            self._genuine[token] = claims
            while len(self._genuine) > REMEMBERED:
                self._genuine.popitem(last=False)
        return claims

    def jwks(self) -> dict[str, Any]:
        """The public halves, as RFC 7517 and RFC 8037 write them."""
        return {"keys": [_jwk(key_id, key) for key_id, key in self._public.items()]}


def _key_id(key: Ed25519PublicKey) -> str:
    """The thumbprint of RFC 7638, so that the same key has the same id in every process."""
    required = json.dumps(
        {"crv": "Ed25519", "kty": "OKP", "x": _x(key)}, separators=(",", ":"), sort_keys=True
    )
    return base64.urlsafe_b64encode(hashlib.sha256(required.encode()).digest()).decode().rstrip("=")


def _x(key: Ed25519PublicKey) -> str:
    return base64.urlsafe_b64encode(key.public_bytes_raw()).decode().rstrip("=")


def _jwk(key_id: str, key: Ed25519PublicKey) -> dict[str, str]:
    return {"kty": "OKP", "crv": "Ed25519", "x": _x(key), "kid": key_id, "use": "sig", "alg": "EdDSA"}


def invalid_token() -> ServiceError:
    return ServiceError(
        Kind.UNAUTHENTICATED,
        "auth.invalid_token",
        "登录凭证无效，请重新登录",
        "This sign-in is not valid; please sign in again",
    )


def expired_token() -> ServiceError:
    return ServiceError(
        Kind.UNAUTHENTICATED,
        "auth.expired_token",
        "登录已过期，请重新登录",
        "Your sign-in has run out; please sign in again",
    )
