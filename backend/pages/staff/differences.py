"""What changed between two texts, for people: line by line, and inside a changed line by words and characters."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple

AROUND = 1
"""Lines that stay the same and are shown beside a change; the rest is left out."""
LONGEST = 2_000
"""Characters of a line that is looked into; a longer one is shown as gone and new."""
_PIECE = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)


class Piece(NamedTuple):
    """Some of a line: `same`, `gone` or `new`."""

    how: str
    text: str


Line = tuple[Piece, ...] | None
"""None stands for lines that are left out."""


def of(before: str, after: str) -> list[Line]:
    """Nothing when they are the same."""
    old, new = before.splitlines(), after.splitlines()
    found: list[Line] = []
    for how, i, j, k, m in SequenceMatcher(None, old, new).get_opcodes():
        if how == "equal":
            found += _kept(old[i:j], first=i == 0, last=j == len(old))
        elif how == "replace":
            for gone, come in zip_longest(old[i:j], new[k:m]):
                found.append(_changed(gone, come))
        else:
            found += [(Piece("gone", line),) for line in old[i:j]]
            found += [(Piece("new", line),) for line in new[k:m]]
    return (
        found if any((line and line[0].how != "same") or (line and len(line) > 1) for line in found) else []
    )


def _kept(lines: list[str], *, first: bool, last: bool) -> Iterator[Line]:
    head = 0 if first else AROUND
    tail = 0 if last else AROUND
    if len(lines) <= head + tail:
        yield from ((Piece("same", line),) for line in lines)
        return
    yield from ((Piece("same", line),) for line in lines[:head])
    yield None
    yield from ((Piece("same", line),) for line in lines[len(lines) - tail :])


def _changed(gone: str | None, come: str | None) -> Line:
    if gone is None or come is None:
        return (Piece("new", come or "") if gone is None else Piece("gone", gone),)
    if max(len(gone), len(come)) > LONGEST:
        return (Piece("gone", gone), Piece("new", come))
    return tuple(_pieces(_PIECE.findall(gone), _PIECE.findall(come)))


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    for how, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if how == "equal":
            yield Piece("same", "".join(old[i:j]))
            continue
        if j > i:
            yield Piece("gone", "".join(old[i:j]))
        if m > k:
            yield Piece("new", "".join(new[k:m]))
