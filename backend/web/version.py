"""Which version and commit of the service this process runs."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _version() -> str:
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


def _commit() -> str:
    """The commit of a checkout; `unknown` where the code was installed without its history."""
    folder = ROOT / ".git"
    if not (folder / "HEAD").is_file():
        return "unknown"
    head = (folder / "HEAD").read_text().strip()
    if not head.startswith("ref: "):
        return head
    name = head.removeprefix("ref: ")
    if (folder / name).is_file():
        return (folder / name).read_text().strip()
    packed = (folder / "packed-refs").read_text().splitlines() if (folder / "packed-refs").is_file() else []
    return next((line.split()[0] for line in packed if line.endswith(f" {name}")), "unknown")


VERSION = _version()
COMMIT = _commit()
