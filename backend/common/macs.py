"""Message authentication codes (HMAC, RFC 2104) under keys that are used again and again."""

import hmac
from functools import lru_cache

_KEYS = 32


def mac(key: bytes, said: bytes, digest: str = "sha256") -> bytes:
    """The code of `said` under `key`. What only the key decides is worked out once: it is half of the cost of a short message."""
    made = _begun(key, digest).copy()
    made.update(said)
    return made.digest()


@lru_cache(maxsize=_KEYS)
def _begun(key: bytes, digest: str) -> hmac.HMAC:
    return hmac.new(key, digestmod=digest)
