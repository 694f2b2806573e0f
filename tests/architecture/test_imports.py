"""Every rule about imports, seen red once: a copy of the house gets a violation, and the guard must find it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.stores import foreign_store_imports

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("backend", "bot", "notifications", "schemas")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the code and of the rules."""
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "data")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


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
        ("flask", "backend/audit/service.py", "import flask", "backend.audit.service -> flask"),
        ("flask", "bot/planted.py", "import backend.web.api", "bot.planted -> backend.web.api"),
        ("mongo", "backend/audit/rules.py", "import pymongo", "backend.audit.rules -> pymongo"),
        ("mongo", "backend/web/planted.py", "import bson", "backend.web.planted -> bson"),
        ("face", "backend/gateways/planted.py", "import backend.face.worker", "backend.gateways.planted -> backend.face.worker"),
        ("dlib", "bot/planted.py", "import face_recognition", "bot.planted -> face_recognition"),
        ("orders", "backend/orders/planted.py", "import backend.grades.store", "backend.orders.planted -> backend.grades.store"),
        ("checks", "backend/eligibility/x.py", "import backend.intake", "backend.eligibility.x -> backend.intake"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_found(house: Path, contract: str, file: str, line: str, complaint: str) -> None:
    _plant(house / file, line)
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
def test_a_store_imported_from_elsewhere_is_found(house: Path, file: str, line: str) -> None:
    _plant(house / file, line)
    assert [found for found in foreign_store_imports(house) if found.startswith(f"{file}:")]


def test_a_service_package_may_import_the_store_beside_it(house: Path) -> None:
    _plant(house / "backend/records/service/planted.py", "from backend.records import store")
    assert foreign_store_imports(house) == []


@pytest.mark.parametrize(
    "edge", ["bot", "bot.__main__", "bot.app", "bot.polling", "notifications", "notifications.__main__"]
)
def test_an_edge_without_http_never_loads_flask_or_dlib(edge: str) -> None:
    program = f"import sys, {edge}; print(sorted({{'flask', 'flask_smorest', 'dlib'}} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def _plant(path: Path, line: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(f"\n{line}\n")


def _complaints(house: Path, *contracts: str) -> str:
    """What the import guard says; empty when it is content."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    chosen = [word for contract in contracts for word in ("--contract", contract)]
    command = [sys.executable, "-c", program, "--no-logo", "--cache-dir", str(house / ".cache"), *chosen]
    done = subprocess.run(command, cwd=house, capture_output=True, text=True)
    return done.stdout + done.stderr if done.returncode else ""
