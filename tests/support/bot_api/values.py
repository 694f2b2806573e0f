"""A request as a client sends it - JSON, form, multipart, or all of it in the address - and its values by type."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from tests.support.bot_api.refusals import bad


@dataclass(frozen=True)
class Values:
    """`given` is as it came: strings from a form, typed from JSON. Files by the name of their part."""

    given: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.given.get(name)
        return "" if value is None else str(value)

    def whole(self, name: str, default: int = 0) -> int:
        try:
            return int(self.text(name) or default)
        except ValueError:
            raise bad(f"invalid {name} specified") from None

    def number(self, name: str) -> float:
        try:
            return float(self.text(name))
        except ValueError:
            raise bad(f"{name} is empty or invalid") from None

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in ("true", "yes", "1")

    def structure(self, name: str) -> Any:
        """An object or a list: itself in JSON, its JSON in a form; None when it is not given."""
        value = self.given.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad(f"can't parse {name.replace('_', ' ')} JSON object") from None


def read(query: str, kind: str, body: bytes) -> Values:
    """`kind` is the Content-Type. What the body says goes before what the address says."""
    asked: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    kind_only = kind.partition(";")[0].strip().lower()
    if kind_only == "application/json":
        try:
            return Values(asked | (json.loads(body) if body else {}))
        except ValueError:
            raise bad("can't parse request body JSON object") from None
    if kind_only == "multipart/form-data":
        return _multipart(asked, kind, body)
    return Values(asked | dict(parse_qsl(body.decode(), keep_blank_values=True)))


def _multipart(asked: dict[str, Any], kind: str, body: bytes) -> Values:
    values, files = dict(asked), {}
    whole = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=policy.HTTP)
    for part in whole.walk():
        name = part.get_param("name", header="content-disposition")
        if part.is_multipart() or not isinstance(name, str):
            continue
        content = _content(part)
        if (file := part.get_filename()) is not None:
            files[name] = (file, content)
        else:
            values[name] = content.decode()
    return Values(values, files)


def _content(part: Message) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""
