"""Every rule about imports, seen red once: a copy of the house gets a violation, and the guard must find it."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path

import pytest

from tests.architecture.stores import foreign_store_imports

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("backend", "bot", "notifications", "schemas")
EDGES = ("bot", "bot.__main__", "notifications", "notifications.__main__", "bot.app", "bot.polling")
WEB = "web"
Plant = Callable[[str, str], None]
BROKEN = (
    ("edges", "bot/planted.py", "import notifications", "bot.planted -> notifications"),
    ("edges", "notifications/planted.py", "import bot", "notifications.planted -> bot"),
    ("edges", "schemas/planted.py", "import backend.common", "schemas.planted -> backend.common"),
    ("map", "backend/audit/planted.py", "import backend.records.model", "backend.audit.planted -> backend.records.model"),
    ("map", "backend/common/planted.py", "import backend.audit", "backend.common.planted -> backend.audit"),
    ("map", "backend/face/planted.py", "import backend.common", "backend.face.planted -> backend.common"),
    ("map", "backend/unplaced/__init__.py", "", "backend.unplaced"),
    ("feature", "backend/records/model.py", "import backend.records.store", "backend.records.model -> backend.records.store"),
    ("feature", "backend/audit/store.py", "import backend.audit.service", "backend.audit.store -> backend.audit.service"),
    ("feature", "backend/audit/rules.py", "import backend.audit.store", "backend.audit.rules -> backend.audit.store"),
    ("flask", "backend/audit/service/planted.py", "import flask", "backend.audit.service.planted -> flask"),
    ("flask", "bot/planted.py", "import backend.web.api", "bot.planted -> backend.web.api"),
    ("mongo", "backend/audit/rules.py", "import pymongo", "backend.audit.rules -> pymongo"),
    ("mongo", "backend/web/planted.py", "import bson", "backend.web.planted -> bson"),
    ("face", "backend/gateways/planted.py", "import backend.face.worker", "backend.gateways.planted -> backend.face.worker"),
    ("map", "backend/printing/planted.py", "import backend.common", "backend.printing.planted -> backend.common"),
    ("printing", "backend/gateways/planted.py", "import backend.printing", "backend.gateways.planted -> backend.printing"),
    ("weasyprint", "backend/gateways/planted.py", "import weasyprint", "backend.gateways.planted -> weasyprint"),
    ("dlib", "bot/planted.py", "import face_recognition", "bot.planted -> face_recognition"),
    ("orders", "backend/orders/planted.py", "import backend.grades.store", "backend.orders.planted -> backend.grades.store"),
    ("checks", "backend/eligibility/x.py", "import backend.intake", "backend.eligibility.x -> backend.intake"),
)  # fmt: skip
"""Contract, file, the line that it gets, and what the guard has to say of it under that contract."""


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code and of the rules; what the guard read in it once it reads again only where it changed."""
    made = tmp_path_factory.mktemp("house")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, made / package, ignore=shutil.ignore_patterns("__pycache__", "data"))
    shutil.copy(ROOT / "pyproject.toml", made)
    return made


@pytest.fixture
def plant(house: Path) -> Iterator[Plant]:
    """Adds a line to a file of the copy, which is as it was when the test is over."""
    with ExitStack() as after:

        def add(file: str, line: str) -> None:
            path = house / file
            if not path.parent.exists():
                path.parent.mkdir()
                after.callback(path.parent.rmdir)
            before = path.read_bytes() if path.exists() else None
            after.callback(path.unlink if before is None else partial(path.write_bytes, before))
            with path.open("a") as opened:
                opened.write(f"\n{line}\n")

        yield add


def test_the_house_as_it_stands_keeps_its_rules(house: Path) -> None:
    assert _complaints(house) == ""


def test_each_broken_rule_is_found(house: Path, plant: Plant) -> None:
    """All in one house, since the guard tells of each; who reads it once reads it for all of them."""
    for _, file, line, _ in BROKEN:
        plant(file, line)
    told = _told_by_contract(_complaints(house))
    missed = [(contract, file) for contract, file, _, complaint in BROKEN if complaint not in told[contract]]
    assert missed == []


def test_a_store_is_imported_only_by_the_service_beside_it() -> None:
    assert foreign_store_imports(ROOT) == []


def test_a_store_imported_from_elsewhere_is_found(house: Path, plant: Plant) -> None:
    for file, line in (
        ("backend/records/staff_routes.py", "from backend.records import store"),
        ("backend/identity/service/planted.py", "from backend.records import store as records"),
        ("backend/reports/service/planted.py", "import backend.records.store"),
        ("backend/orders/staff_routes.py", "from backend.records.store import find"),
        ("bot/planted.py", "from backend.audit import store"),
    ):
        plant(file, line)
    assert [found.partition(":")[0] for found in foreign_store_imports(house)] == [
        "backend/identity/service/planted.py",
        "backend/orders/staff_routes.py",
        "backend/records/staff_routes.py",
        "backend/reports/service/planted.py",
        "bot/planted.py",
    ]


def test_a_service_package_may_import_the_store_beside_it(house: Path, plant: Plant) -> None:
    plant("backend/records/service/planted.py", "from backend.records import store")
    assert foreign_store_imports(house) == []


@pytest.mark.parametrize("edge", EDGES)
def test_an_edge_without_http_never_loads_flask_or_dlib(edge: str) -> None:
    assert sorted({"flask", "flask_smorest", "dlib"} & _loaded()[edge]) == []


def test_the_web_process_loads_neither_dlib_nor_the_bot() -> None:
    assert "flask" in _loaded()[WEB]
    others = {"dlib", "face_recognition", "aiogram", "weasyprint", "numpy", "pandas"}
    assert sorted(others & _loaded()[WEB]) == []


@cache
def _loaded() -> dict[str, set[str]]:
    """What a process has loaded once it has each edge and those before it, and what another has once it is the web's; both go
    on from one that loaded what every process begins with."""
    program = (
        "import importlib, json, os, sys\n"
        "import backend.bootstrap\n"
        "def told(name):\n"
        "    print(json.dumps([name, [one for one in sys.modules if '.' not in one]]), flush=True)\n"
        "other = os.fork()\n"
        "if not other:\n"
        "    import backend.apidocs\n"
        "    backend.apidocs.text()\n"
        f"    told({WEB!r})\n"
        "    sys.exit()\n"
        "assert os.waitpid(other, 0)[1] == 0\n"
        "for edge in sys.argv[1:]:\n"
        "    importlib.import_module(edge)\n"
        "    told(edge)\n"
    )
    command = [sys.executable, "-c", program, *EDGES]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.stderr == ""
    return {name: set(loaded) for name, loaded in map(json.loads, done.stdout.splitlines())}


def _told_by_contract(complaints: str) -> dict[str, str]:
    """What is said under the heading of each contract; of a kept one there is none."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    names = {one["name"]: one["id"] for one in contracts}
    heading = re.compile(rf"^({'|'.join(map(re.escape, names))})\n-+$", re.MULTILINE)
    _, *told = heading.split(complaints)
    return dict.fromkeys(names.values(), "") | {
        names[name]: said for name, said in zip(told[::2], told[1::2], strict=True)
    }


def _complaints(house: Path) -> str:
    """What the import guard says; empty when it is content."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", program, "--no-logo", "--cache-dir", str(house / ".cache")]
    done = subprocess.run(command, cwd=house, capture_output=True, text=True)
    return done.stdout + done.stderr if done.returncode else ""
