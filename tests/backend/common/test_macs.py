"""Codes made with what is kept of a key are those that the standard library makes at once (RFC 2104)."""

import hmac

from hypothesis import given
from hypothesis import strategies as st

from backend.common.macs import mac


@given(st.binary(max_size=200), st.binary(max_size=300), st.sampled_from(["sha256", "sha512"]))
def test_a_code_is_the_one_of_the_standard_library(key: bytes, said: bytes, digest: str) -> None:
    assert mac(key, said, digest) == hmac.digest(key, said, digest)
    assert mac(key, said, digest) == hmac.digest(key, said, digest)
