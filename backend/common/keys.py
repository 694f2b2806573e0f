"""The secrets of the processes: from settings, or, in demo and test only, made once under the data directory."""

import base64
import binascii
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from backend.common.sealing import MASTER_KEY_BYTES
from backend.common.settings import Settings, SettingsError
from backend.common.tokens import SEED_BYTES


@dataclass(frozen=True)
class Secrets:
    """The master key of field encryption (96 bytes) and the seeds of the token keys (32 bytes each, the signing one first)."""

    master_key: bytes = field(repr=False)
    token_seeds: list[bytes] = field(repr=False)


def load(settings: Settings) -> Secrets:
    """Read `FIELD_MASTER_KEY` and `TOKEN_KEYS` (base64; several token keys with commas between), or the demo's key files."""
    if settings.app_env == "production":
        master, tokens = settings.field_master_key or "", settings.token_keys or ""
    else:
        folder = settings.data_dir / "keys"
        master = settings.field_master_key or _kept(folder / "field_master_key", MASTER_KEY_BYTES)
        tokens = settings.token_keys or _kept(folder / "token_keys", SEED_BYTES)
    seeds = [_decoded("TOKEN_KEYS", part, SEED_BYTES) for part in tokens.split(",")]
    return Secrets(_decoded("FIELD_MASTER_KEY", master, MASTER_KEY_BYTES), seeds)


def _kept(path: Path, size: int) -> str:
    """The text of a key file, made with mode 0600 at first use; two processes that start together agree on one key."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(base64.b64encode(secrets.token_bytes(size)).decode())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()


def _decoded(name: str, text: str, size: int) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != size:
        raise SettingsError(f"{name}: must be {size} bytes in base64")
    return key
