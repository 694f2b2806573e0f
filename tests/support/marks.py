"""SlipCover's marks, put into the code of a file once for all test workers and runs: that takes longer than importing it."""

import __future__

import ast
import fcntl
import hashlib
import marshal
import sys
import zlib
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

import slipcover
from slipcover import branch, bytecode, probe

from tests.support.processes import ROOT

KEPT = ROOT / ".cache" / "marked"

Packed = tuple[CodeType, int, dict[int, Any], dict[int, Any], list[Any]]
"""Code as `marshal` can write it, where its constant `signal` belongs, the marks by constant (each the line or branch that it
stands for), the code inside it by constant, and where its calls of marks are."""
Marked = tuple[Packed, list[int], list[tuple[int, int]]]
"""A file's code, its lines and its branches."""


class Marks(slipcover.Slipcover):  # type: ignore[misc]  # it ships no types
    """SlipCover's account of what was met, over code that may have got its marks earlier."""

    def marked(self, path: str) -> CodeType:
        """The code of a file, whose marks tell this account."""
        packed, lines, branches = marked(path)
        code = self._unpacked(packed)
        with self.lock:
            self.instrumented[path].add(code)
        self._know(path, lines, branches)
        return code

    def know(self, path: str) -> None:
        """Count the lines and branches of a file that may never be imported."""
        _, lines, branches = marked(path)
        self._know(path, lines, branches)

    def _know(self, path: str, lines: list[int], branches: list[tuple[int, int]]) -> None:
        with self.lock:
            self.code_lines[path].update(lines)
            self.code_branches[path].update(branches)

    def _unpacked(self, packed: Packed) -> CodeType:
        bare, signal, marks, inside, calls = packed
        constants = list(bare.co_consts)
        constants[signal] = probe.signal
        for place, met in marks.items():
            constants[place] = probe.new(self, bare.co_filename, met, self.d_miss_threshold)
        for place, one in inside.items():
            constants[place] = self._unpacked(one)
        code = bare.replace(co_consts=tuple(constants))
        with self.lock:
            self.code2index[code] = calls
        return code


def marked(path: str) -> Marked:
    """From what is kept, if it is of this file as it stands; whoever finds it wanting makes it, and the others wait for that."""
    source = Path(path).read_bytes()
    of = hashlib.sha256(b"\0".join([_made_by(), path.encode(), source])).digest()
    kept = KEPT / path.strip("/").replace("/", " ")
    KEPT.mkdir(parents=True, exist_ok=True)
    if found := _read(kept, of):
        return found
    with (KEPT / "lock").open("w") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX, 1, zlib.crc32(path.encode()))  # others may be made meanwhile
        if not (found := _read(kept, of)):
            found = _made(path, source)
            unfinished = kept.with_name(f"{kept.name} unfinished")
            unfinished.write_bytes(of + marshal.dumps(found))
            unfinished.rename(kept)
    return found


def _read(kept: Path, of: bytes) -> Marked | None:
    try:
        written = kept.read_bytes()
    except FileNotFoundError:
        return None
    if not written.startswith(of):
        return None
    found: Marked = marshal.loads(written[len(of) :])
    return found


def _made(path: str, source: bytes) -> Marked:
    """As SlipCover's own loader does it; lines and branches as it finds them itself in files that nobody imported, where it
    takes annotations for texts, so that they are no lines of their own."""
    tree = branch.preinstrument(ast.parse(source))
    account = slipcover.Slipcover(branch=True)
    bare = compile(tree, path, "exec", dont_inherit=True)
    packed = _packed(
        account, account.instrument(bare, parent=bare)
    )  # of code inside other code it looks for no lines
    there = compile(tree, path, "exec", __future__.annotations.compiler_flag, dont_inherit=True)
    return packed, sorted({*account.lines_from_code(there)}), sorted({*account.branches_from_code(there)})


def _packed(account: Any, code: CodeType) -> Packed:
    """Its marks, which are objects of SlipCover's, come out, and so does the code inside it."""
    calls = account.code2index[code]
    editor = bytecode.Editor(code)
    marks = {editor.get_inserted_function(offset)[1]: met for offset, met in calls}
    inside = {at: _packed(account, one) for at, one in enumerate(code.co_consts) if isinstance(one, CodeType)}
    signal = next(at for at, one in enumerate(code.co_consts) if one is probe.signal)
    left = [None if at in {signal, *marks, *inside} else one for at, one in enumerate(code.co_consts)]
    return code.replace(co_consts=tuple(left)), signal, marks, inside, calls


@cache
def _made_by() -> bytes:
    return f"{sys.version} {slipcover.__version__} ".encode() + Path(__file__).read_bytes()
