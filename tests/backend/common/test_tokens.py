"""Tokens: only ours, only with listed keys, only in their time; everything else is 401 with a stable reason."""

import base64
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from backend.common import tokens
from backend.common.errors import Kind, ServiceError
from backend.common.tokens import AUDIENCE, ISSUER, TokenKeys
from tests.support.world import START

OLD, NEW = bytes(32), bytes(range(32))
CLAIMS = {"sub": "account-1", "sid": "session-1"}
STANDARD = CLAIMS | {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "iat": int(START.timestamp()),
    "exp": int(START.timestamp()) + 600,
}


def keys() -> TokenKeys:
    return TokenKeys([NEW])


def token() -> str:
    return keys().sign(CLAIMS, now=START)[0]


def private(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)


def kid() -> str:
    return str(jwt.get_unverified_header(token())["kid"])


def made(claims: dict[str, Any], *, seed: bytes = NEW, **header: Any) -> str:
    """A token signed with `seed`, with a header and claims as a forger would choose them."""
    return jwt.encode(claims, private(seed), algorithm="EdDSA", headers={"kid": kid()} | header)


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def public_pem() -> bytes:
    return private(NEW).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def hs256(secret: bytes) -> str:
    """Signed with the public key as if it were a shared secret; the library itself refuses to make it from PEM."""
    import hashlib
    import hmac

    body = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': kid()})}.{part(STANDARD)}"
    mac = hmac.new(secret, body.encode(), hashlib.sha256).digest()
    return f"{body}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def reason(text: str, read_with: TokenKeys | None = None) -> str:
    with pytest.raises(ServiceError) as caught:
        (read_with or keys()).read(text, now=START)
    assert caught.value.kind is Kind.UNAUTHENTICATED
    return caught.value.reason


def test_a_token_is_read_as_it_was_signed_and_lasts_ten_minutes() -> None:
    text, seconds = keys().sign(CLAIMS, now=START)
    read = keys().read(text, now=START)
    assert seconds == 600
    assert read == STANDARD


def test_a_token_ends_at_its_very_second_also_when_it_is_remembered() -> None:
    ours = keys()
    text = token()
    assert ours.read(text, now=START + timedelta(seconds=599, milliseconds=999))
    for read_with in (ours, keys()):
        with pytest.raises(ServiceError, match=r"auth\.expired_token"):
            read_with.read(text, now=START + timedelta(seconds=600))


def test_a_token_of_the_older_key_holds_while_that_key_is_listed_and_no_longer() -> None:
    before = TokenKeys([OLD]).sign(CLAIMS, now=START)[0]
    rotated = TokenKeys([NEW, OLD])
    assert rotated.read(before, now=START)["sub"] == "account-1"
    after = rotated.sign(CLAIMS, now=START)[0]
    assert jwt.get_unverified_header(after)["kid"] == kid()
    assert reason(before, TokenKeys([NEW])) == "auth.invalid_token"
    assert TokenKeys([NEW]).read(after, now=START)


def test_the_published_keys_are_the_public_halves_by_their_thumbprints() -> None:
    published = TokenKeys([NEW, OLD]).jwks()["keys"]
    assert len(published) == 2
    assert {key["kid"] for key in published} >= {kid()}
    for key in published:
        assert key.keys() == {"kty", "crv", "x", "kid", "use", "alg"}
        assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("OKP", "Ed25519", "EdDSA", "sig")


def test_the_key_id_is_the_thumbprint_of_the_standard() -> None:
    """RFC 8037, appendix A.3."""
    seed = base64.urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
    [key] = TokenKeys([seed]).jwks()["keys"]
    assert key["x"] == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    assert key["kid"] == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def forged() -> dict[str, str]:
    head, body, signature = token().split(".")
    none = part({"alg": "none", "typ": "JWT", "kid": kid()})
    claims = part(STANDARD | {"sub": "account-2"})
    foreign = jwt.encode(STANDARD, private(OLD), algorithm="EdDSA", headers={"kid": "foreign"})
    pem = private(OLD).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return {
        "no signature": f"{none}.{body}.",
        "no algorithm but a signature": f"{none}.{body}.{signature}",
        "the public key as a shared secret": hs256(public_pem()),
        "the raw public key as a shared secret": hs256(private(NEW).public_key().public_bytes_raw()),
        "a foreign key under our id": made(STANDARD, seed=OLD),
        "a foreign key and id": foreign,
        "a key it brings itself": jwt.encode(
            STANDARD, pem, algorithm="EdDSA", headers={"jwk": {"kty": "OKP"}, "kid": "x"}
        ),
        "no key id": jwt.encode(STANDARD, private(NEW), algorithm="EdDSA"),
        "a list as key id": f"{part({'alg': 'EdDSA', 'kid': ['x']})}.{body}.{signature}",
        "an object as key id": f"{part({'alg': 'EdDSA', 'kid': {}})}.{body}.{signature}",
        "other claims": f"{head}.{claims}.{signature}",
        "another signature": f"{head}.{body}.{'A' * len(signature)}",
        "half a token": f"{head}.{body}",
        "a fourth part": f"{head}.{body}.{signature}.{signature}",
        "critical words unknown to us": made(STANDARD, crit=["b64"]),
        "another audience": made(STANDARD | {"aud": "somebody-else"}),
        "another issuer": made(STANDARD | {"iss": "somebody-else"}),
        "no audience": made({k: v for k, v in STANDARD.items() if k != "aud"}),
        "no issuer": made({k: v for k, v in STANDARD.items() if k != "iss"}),
        "no end": made({k: v for k, v in STANDARD.items() if k != "exp"}),
        "no session": made({k: v for k, v in STANDARD.items() if k != "sid"}),
        "no subject": made({k: v for k, v in STANDARD.items() if k != "sub"}),
        "not yet valid": made(STANDARD | {"nbf": 10**11}),
        "nothing": "",
        "dots": "..",
        "no base64": "€.€.€",
        "a NUL": "\0",
        "half a character": "\ud800.x.y",
        "an API key": "mk_0123456789abcdef",
        "very long": "x" * 100_000,
        "JSON that is no object": f"{part([1])}.{body}.{signature}",
        "deep JSON": base64.urlsafe_b64encode(b"[" * 50_000).decode().rstrip("=") + f".{body}.{signature}",
    }


@pytest.mark.parametrize("name", sorted(forged()))
def test_a_forged_token_is_invalid(name: str) -> None:
    assert reason(forged()[name]) == "auth.invalid_token"


def test_a_forged_token_is_not_remembered_in_place_of_a_genuine_one() -> None:
    ours = keys()
    text = token()
    assert ours.read(text, now=START)
    head, body, signature = text.split(".")
    for other in (f"{head}.{body}.{signature[:-2]}AA", f" {text}", f"{text}=", f"{head}.{body}."):
        assert reason(other, ours) == "auth.invalid_token"
    assert ours.read(text, now=START)


@given(st.data())
def test_no_changed_letter_goes_unnoticed(data: st.DataObject) -> None:
    text = token()
    place = data.draw(st.integers(0, len(text) - 2))
    letter = data.draw(st.sampled_from("ABCxyz019-_."))
    changed = text[:place] + letter + text[place + 1 :]
    if changed != text:
        assert reason(changed) == "auth.invalid_token"


@given(st.text(max_size=200))
def test_any_text_is_refused_in_the_same_way(text: str) -> None:
    assert reason(text) == "auth.invalid_token"


def test_as_many_tokens_as_set_are_remembered_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "REMEMBERED", 3)
    ours = keys()
    made_here = [ours.sign(CLAIMS | {"sid": str(number)}, now=START)[0] for number in range(5)]
    for text in made_here:
        ours.read(text, now=START)
    assert list(ours._genuine) == made_here[2:]
    assert ours.read(made_here[0], now=START)["sid"] == "0"


@pytest.mark.parametrize("seeds", [[], [b"short"], [NEW, bytes(33)]])
def test_keys_of_another_size_are_refused(seeds: list[bytes]) -> None:
    with pytest.raises(ValueError, match="32-byte"):
        TokenKeys(seeds)
