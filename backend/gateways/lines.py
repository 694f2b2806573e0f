"""Channels that are a file: one JSON object a line, whole lines even from several processes."""

import json
import os
from pathlib import Path
from typing import Any


def append(path: Path, told: dict[str, Any]) -> None:
    """Add one line for the owner's eyes alone; raises `OSError` when the file cannot be written."""
    line = json.dumps(told, ensure_ascii=False).encode() + b"\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line)
    finally:
        os.close(descriptor)
