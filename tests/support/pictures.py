"""The photographs that tests use. `make test` fetches them; `python -m tests.support.pictures` does it by hand."""

import sys
from pathlib import Path

from backend.local import pictures


def picture(name: str) -> Path:
    """One of `backend.local.pictures.NAMES`."""
    path = pictures.PICTURES / name
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: run `make pictures`")
    return path


def main() -> int:
    try:
        pictures.fetch()
    except pictures.PicturesError as error:
        print(f"The photographs for the tests could not be fetched: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
