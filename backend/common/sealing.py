"""Field encryption: PyMongo's client-side encryption in explicit mode, one data key a room.

Deterministic sealing (AEAD_AES_256_CBC_HMAC_SHA_512-Deterministic) is for fields that are looked up by value: the same
text gives the same bytes within a room. Random sealing is for everything else. Data keys live in the key vault collection,
wrapped by the 96-byte master key of the settings; the database alone opens nothing.
"""

import hmac
import time
from typing import Any

from bson.binary import Binary
from pymongo import ASCENDING
from pymongo.encryption import ClientEncryption
from pymongo.errors import DuplicateKeyError, EncryptionError

from backend.common import sealed_text
from backend.common.mongo import CODECS, Client, Document, apart

RANDOM = "AEAD_AES_256_CBC_HMAC_SHA_512-Random"
DETERMINISTIC = "AEAD_AES_256_CBC_HMAC_SHA_512-Deterministic"
VAULT = "key_vault"
MASTER_KEY_BYTES = 96
KEY_LASTS_S = 3_600
"""How long a fetched data key is used before the vault is asked again."""
ROOMS = (
    "registry",
    "accounts",
    "faces",
    "records",
    "staff",
    "replies",
    "evidence",
    "merchants",
    "benefits",
    "recipients",
    "chats",
)


class Sealer:
    """Seals and opens single values; thread-safe; keys are fetched on first use and cached, here as long as by the library.

    Texts are opened here (docs/adr/0012); everything else, and whatever does not open, is the library's.

    Keys are fetched and made apart from a running transaction, which could not make one and might not see a new one.
    """

    def __init__(self, client: Client, database: str, master_key: bytes) -> None:
        if len(master_key) != MASTER_KEY_BYTES:
            raise ValueError(f"the master key must have {MASTER_KEY_BYTES} bytes")
        self._master_key = master_key
        self._vault = client[database][VAULT]
        self._encryption: ClientEncryption[Document] = ClientEncryption(
            {"local": {"key": master_key}},
            f"{database}.{VAULT}",
            client,
            CODECS,
            key_expiration_ms=1000 * KEY_LASTS_S,
        )
        self._keys: dict[bytes, tuple[float, bytes]] = {}
        self._key_ids: dict[str, Binary] = {}
        self._derived: dict[str, bytes] = {}

    def ensure_keys(self) -> None:
        """Make the vault's index and the data key of each room, safely from several processes at once."""
        self._vault.create_index(
            [("keyAltNames", ASCENDING)],
            unique=True,
            partialFilterExpression={"keyAltNames": {"$exists": True}},
        )
        for room in ROOMS:
            self._key_id(room)

    def seal(self, room: str, value: Any) -> bytes:
        """Random sealing: equal values give different bytes."""
        return self._sealed(room, value, RANDOM)

    def seal_for_lookup(self, room: str, value: str) -> bytes:
        """Deterministic sealing: equal texts give equal bytes, so an index finds them."""
        return self._sealed(room, value, DETERMINISTIC)

    def open(self, sealed: bytes) -> Any:
        """The value again; raises `EncryptionError` of the driver when the key does not fit or bytes were changed."""
        text = self._text(sealed)
        return text if text is not None else self._opened(sealed)

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose (MAC of the audit log, cursors), derived from the master key, once a purpose."""
        if purpose not in self._derived:
            said = b"derive:" + purpose.encode()
            self._derived[purpose] = hmac.digest(self._master_key, said, "sha256")
        return self._derived[purpose]

    def close(self) -> None:
        self._keys.clear()
        self._encryption.close()

    def _opened(self, sealed: bytes) -> Any:
        return apart(lambda: self._encryption.decrypt(Binary(sealed, 6)))

    def _text(self, sealed: bytes) -> str | None:
        if not sealed_text.is_text(sealed):
            return None
        key = self._data_key(bytes(sealed[sealed_text.KEY_ID]))
        return None if key is None else sealed_text.text_of(key, sealed)

    def _data_key(self, key_id: bytes) -> bytes | None:
        fetched_at, key = self._keys.get(key_id, (float("-inf"), b""))
        if time.monotonic() - fetched_at < KEY_LASTS_S:
            return key
        begun = time.monotonic()
        fresh = apart(lambda: self._fetched(key_id))
        if fresh is not None:
            self._keys[key_id] = (begun, fresh)
        return fresh

    def _fetched(self, key_id: bytes) -> bytes | None:
        found = self._vault.find_one(
            {"_id": Binary(key_id, 4), "masterKey.provider": "local"}, {"keyMaterial": 1}
        )
        return sealed_text.key_of(self._master_key, found["keyMaterial"]) if found else None

    def _sealed(self, room: str, value: Any, algorithm: str) -> bytes:
        return apart(lambda: self._encryption.encrypt(value, algorithm, key_id=self._key_id(room)))

    def _key_id(self, room: str) -> Binary:
        if room not in self._key_ids:
            found = self._vault.find_one({"keyAltNames": room}, {"_id": 1})
            self._key_ids[room] = found["_id"] if found else self._make_key(room)
        return self._key_ids[room]

    def _make_key(self, room: str) -> Binary:
        try:
            return self._encryption.create_data_key("local", key_alt_names=[room])
        except (DuplicateKeyError, EncryptionError):
            found = self._vault.find_one({"keyAltNames": room}, {"_id": 1})
            if found is None:
                raise
            key_id: Binary = found["_id"]
            return key_id
