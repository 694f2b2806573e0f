"""Files that must agree with each other."""

import re
import subprocess
import tomllib
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from backend.common.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
_PIN = r"^([a-z0-9-]+)==(\S+)(?: ; (.*))? \\$"
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def test_the_example_of_the_environment_has_one_line_for_each_setting() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    names = [match[1] for line in lines if (match := re.match(r"#?\s?([A-Z][A-Z0-9_]+)=", line))]
    assert sorted(names) == sorted(spec.name.upper() for spec in fields(Settings))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_names_packages_versions_and_hashes_only(lock: Path) -> None:
    pinned = (
        r"[a-z0-9][a-z0-9-]*==[0-9][0-9a-z.]*( ; [a-z_]+ [<>=!]+ '[^']*'( and [a-z_]+ [<>=!]+ '[^']*')*)? \\"
    )
    hashed = r"    --hash=sha256:[0-9a-f]{64}( \\)?"
    lines = [line for line in lock.read_text().splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(f"{pinned}|{hashed}", line)] == []


def test_the_locks_agree_with_each_other_and_with_what_is_asked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = project["project"]["dependencies"] + project["project"]["optional-dependencies"]["local"]
    asked += project["dependency-groups"]["dev"]
    pins: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, pin, marker in re.findall(_PIN, lock.read_text(), re.MULTILINE):
            pins.setdefault(f"{name} {marker}", set()).add(pin)
    assert {name: versions for name, versions in pins.items() if len(versions) > 1} == {}
    names = {name.split()[0] for name in pins}
    assert [word for word in asked if canonicalize_name(Requirement(word).name) not in names] == []


def test_every_committed_file_is_free_of_addresses_of_a_package_registry() -> None:
    words = ["pypi." + "org", "files.python" + "hosted", "registry.npmjs" + ".org"]
    command = ["git", "grep", "-lIiF", *[part for word in words for part in ("-e", word)]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == ""


def test_the_environment_of_this_test_is_the_locked_one() -> None:
    rows = re.findall(_PIN, (ROOT / "requirements" / "dev.txt").read_text(), re.MULTILINE)
    here = [(name, pin) for name, pin, marker in rows if not marker or Marker(marker).evaluate()]
    assert [f"{name} is {version(name)}, not {pin}" for name, pin in here if version(name) != pin] == []
