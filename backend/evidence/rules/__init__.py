"""Pure decisions about files: what may be kept, under which name, and how its content is sealed."""

from backend.evidence.rules.checking import checked
from backend.evidence.rules.names import numbered
from backend.evidence.rules.refusing import Refused
from backend.evidence.rules.sealing import CHUNK, Damaged, digest, new_key, open_sealed, seal

__all__ = ["CHUNK", "Damaged", "Refused", "checked", "digest", "new_key", "numbered", "open_sealed", "seal"]
