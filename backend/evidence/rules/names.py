"""The name a stranger gave a file, made safe to show, to store and to save under."""

import re
import unicodedata

from backend.evidence.model import MediaType

LONGEST = 100
"""Characters, the ending included."""
_SEPARATORS = re.compile(r"[/\\]")
# What no file system and no header wants in a name.
_AWKWARD = re.compile(r'[<>:"|?*%;\s]+')
# Device names of Windows, which are no files there whatever their ending.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)")
NAMELESS = "材料"


def numbered(place: int, media_type: MediaType) -> str:
    """What a file is called where its own name is not told; places count from 0, people from 1."""
    return f"{NAMELESS}{place + 1}.{media_type.ending}"


def safe(name: str, media_type: MediaType) -> str:
    """The last part of a path, without what cannot be seen or turns the text around, with its type's own ending."""
    last = _SEPARATORS.split(name)[-1][: 4 * LONGEST]
    normal = unicodedata.normalize("NFC", last)
    # C: control, format (among them what reverses the direction), half surrogates, private use, unassigned.
    seen = "".join(" " if unicodedata.category(one)[0] in "CZ" else one for one in normal)
    stem = _AWKWARD.sub("_", seen.strip()).rpartition(".")[0] or _AWKWARD.sub("_", seen.strip())
    stem = stem.strip("._- ")[: LONGEST - 5].strip("._- ")
    if not stem or _DEVICES.fullmatch(stem):
        stem = NAMELESS
    return f"{stem}.{media_type.ending}"
