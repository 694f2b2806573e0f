"""Who imports a store that is not the service beside it. The layers let a route skip the service; this does not."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path


def foreign_store_imports(root: Path) -> list[str]:
    """`file:line imports module` for every store imported from elsewhere than the `service` of its own feature."""
    found = []
    for package in ("backend", "bot", "notifications"):
        for path in sorted((root / package).rglob("*.py")):
            file = path.relative_to(root)
            for line, module in _imported_stores(path.read_text()):
                if not _beside(file, module):
                    found.append(f"{file}:{line} imports {module}")
    return found


@cache  # the same files are read again and again
def _imported_stores(source: str) -> list[tuple[int, str]]:
    return list(_stores(ast.parse(source)))


def _stores(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if len(parts) > 2 and parts[0] == "backend" and parts[2] == "store":
                yield node.lineno, ".".join(parts[:3])


def _beside(file: Path, store: str) -> bool:
    feature = store.split(".")[1]
    own = file.parts[:2] == ("backend", feature)
    return own and (file.parts[2] in ("service", "service.py") or file.parts[2] in ("store", "store.py"))
