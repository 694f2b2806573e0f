"""Multipart forms as a client sends them, made in memory: the test client's own way leaves files open behind it."""

from io import BytesIO
from pathlib import Path
from typing import Any

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart


def form(fields: dict[str, Any]) -> dict[str, Any]:
    """What `FlaskClient.post` takes. A pair (content, name) or a list of such is a file; all else is a text."""
    boundary, body = encode_multipart({name: _value(value) for name, value in fields.items()})
    return {"data": body, "content_type": f'multipart/form-data; boundary="{boundary}"'}


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return [_value(one) for one in value]
    if isinstance(value, tuple):
        return FileStorage(BytesIO(value[0]), filename=value[1])
    return value


def empty_file(path: Path, size: int) -> Path:
    """Zeros that lie nowhere. A browser that only asks how large a file is finds it on the disk: its bytes would be sent to it
    in words that are a third longer, for seconds."""
    with path.open("wb") as file:
        file.truncate(size)
    return path
