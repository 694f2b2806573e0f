"""Settings of a machine in a file beside the code, for whoever develops here; what the environment says goes before it."""

from collections.abc import Mapping
from pathlib import Path


def with_file(environ: Mapping[str, str], path: Path) -> dict[str, str]:
    """The environment, filled up with the `NAME=value` lines of a file that may be absent."""
    if not path.exists():
        return dict(environ)
    lines = (line.strip() for line in path.read_text().splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs} | dict(environ)
