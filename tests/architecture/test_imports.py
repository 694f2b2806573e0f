"""Every rule about imports, seen red once: a copy of the house gets a violation, and the guard must find it."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path

import pytest

from tests.architecture.stores import foreign_store_imports

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("backend", "bot", "notifications", "schemas")
EDGES = ("bot", "bot.__main__", "notifications", "notifications.__main__", "bot.app", "bot.polling")
Plant = Callable[[str, str], None]


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


@pytest.mark.parametrize(
    ("contract", "file", "line", "complaint"),
    [
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
    ],
)  # fmt: skip
def test_a_broken_rule_is_found(
    house: Path, plant: Plant, contract: str, file: str, line: str, complaint: str
) -> None:
    plant(file, line)
    assert complaint in _complaints(house, contract)


def test_a_store_is_imported_only_by_the_service_beside_it() -> None:
    assert foreign_store_imports(ROOT) == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("backend/records/staff_routes.py", "from backend.records import store"),
        ("backend/identity/service/planted.py", "from backend.records import store as records"),
        ("backend/reports/service/planted.py", "import backend.records.store"),
        ("backend/records/staff_routes.py", "from backend.records.store import find"),
        ("bot/planted.py", "from backend.audit import store"),
    ],
)
def test_a_store_imported_from_elsewhere_is_found(house: Path, plant: Plant, file: str, line: str) -> None:
    plant(file, line)
    assert [found for found in foreign_store_imports(house) if found.startswith(f"{file}:")]


def test_a_service_package_may_import_the_store_beside_it(house: Path, plant: Plant) -> None:
    plant("backend/records/service/planted.py", "from backend.records import store")
    assert foreign_store_imports(house) == []


@pytest.mark.parametrize("edge", EDGES)
def test_an_edge_without_http_never_loads_flask_or_dlib(edge: str) -> None:
    assert _loaded_with_edges()[edge] == []


@cache
def _loaded_with_edges() -> dict[str, list[str]]:
    """What one process has of what no edge may load, after it has loaded each edge and those before it."""
    program = (
        "import importlib, json, sys\n"
        "for edge in sys.argv[1:]:\n"
        "    importlib.import_module(edge)\n"
        "    print(json.dumps(sorted({'flask', 'flask_smorest', 'dlib'} & sys.modules.keys())))"
    )
    command = [sys.executable, "-c", program, *EDGES]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.stderr == ""
    return dict(zip(EDGES, map(json.loads, done.stdout.splitlines()), strict=True))


def _complaints(house: Path, *contracts: str) -> str:
    """What the import guard says; empty when it is content."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    chosen = [word for contract in contracts for word in ("--contract", contract)]
    command = [sys.executable, "-c", program, "--no-logo", "--cache-dir", str(house / ".cache"), *chosen]
    done = subprocess.run(command, cwd=house, capture_output=True, text=True)
    return done.stdout + done.stderr if done.returncode else ""
