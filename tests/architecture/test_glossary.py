"""The glossary speaks the language of the code."""

import re

import pytest

from tests.support.processes import ROOT

CELL = re.compile(r"`([^`]+)`")


def identifiers() -> list[str]:
    rows = [
        line.split("|")
        for line in (ROOT / "docs" / "glossary.md").read_text().splitlines()
        if line.startswith("|")
    ]
    return sorted({word for row in rows[2:] for word in CELL.findall(row[3])})


@pytest.fixture(scope="module")
def code() -> str:
    roots = ("backend", "bot", "notifications", "schemas")
    return "\n".join(path.read_text() for root in roots for path in sorted((ROOT / root).rglob("*.py")))


@pytest.mark.parametrize("identifier", identifiers())
def test_every_identifier_of_the_glossary_is_in_the_code(identifier: str, code: str) -> None:
    word = re.escape(identifier)
    # Begun with the word itself, so that the engine skips to it; what stands before it is looked at from there.
    assert re.search(rf"{word}(?<=\b{word})\b", code)
