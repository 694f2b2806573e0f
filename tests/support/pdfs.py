"""What is in a PDF, read by a library that had no part in making it."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PdfReader


def opened(content: bytes) -> Any:
    """The document; pypdf types its objects as plain ones, which they are not."""
    return PdfReader(BytesIO(content))


def text(content: bytes) -> str:
    """All words without blanks and breaks of lines, which fall anywhere in Chinese."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in opened(content).pages))


def tags(document: Any) -> Iterator[Any]:
    """Every element of the structure that screen readers go by."""
    yield from _below(document.trailer["/Root"]["/StructTreeRoot"]["/K"])


def _below(node: Any) -> Iterator[Any]:
    found = node.get_object()
    if isinstance(found, list):
        for one in found:
            yield from _below(one)
    elif isinstance(found, dict) and "/S" in found:
        yield found
        if "/K" in found:
            yield from _below(found["/K"])


def contents(document: Any) -> bytes:
    """All streams of a document, decompressed, one after the other."""
    found = [document.get_object(number) for number in range(1, int(document.trailer["/Size"]))]
    return b"".join(one.get_data() for one in found if hasattr(one, "get_data"))
