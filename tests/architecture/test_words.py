"""Words that belong to one place only: each ban seen red, and each of its places seen free."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BANNED = {
    "os.environ": "import os\n\nHOME = os.environ['HOME']\n",
    "datetime.datetime.now": "from datetime import UTC, datetime\n\nNOW = datetime.now(UTC)\n",
    "datetime.date.today": "from datetime import date\n\nTODAY = date.today()\n",
    "time.time": "import time\n\nNOW = time.time()\n",
    "uuid": "import uuid\n\nNAME = uuid.uuid4()\n",
    "random": "import random\n\nDIE = random.Random(6)\n",
    "asyncio.create_task": "import asyncio\n\nMAKE = asyncio.create_task\n",
    "pymongo": "from pymongo import MongoClient\n\nCLIENT = MongoClient\n",
    "bson": "from bson import ObjectId\n\nID = ObjectId\n",
    "flask": "from flask import g\n\nG = g\n",
    "flask_smorest": "from flask_smorest import Blueprint\n\nB = Blueprint\n",
    "face_recognition": "import face_recognition\n\nF = face_recognition\n",
    "dlib": "import dlib\n\nD = dlib\n",
    "weasyprint": "import weasyprint\n\nW = weasyprint\n",
}


@pytest.mark.parametrize("word", BANNED)
@pytest.mark.parametrize("file", ["backend/records/service.py", "backend/records/rules.py", "bot/app.py"])
def test_a_banned_word_is_found(word: str, file: str) -> None:
    said = _ruff(file, BANNED[word])
    assert "TID251" in said
    assert f"`{word}` is banned" in said


@pytest.mark.parametrize(
    ("file", "word"),
    [
        ("backend/records/store.py", "pymongo"),
        ("backend/common/clock.py", "datetime.datetime.now"),
        ("backend/records/routes.py", "flask"),
        ("backend/records/staff_routes.py", "flask_smorest"),
        ("backend/face/matcher.py", "face_recognition"),
        ("backend/printing/document.py", "weasyprint"),
        ("bot/__main__.py", "os.environ"),
    ],
)
def test_a_banned_word_is_free_where_it_belongs(file: str, word: str) -> None:
    assert "TID251" not in _ruff(file, BANNED[word])


def test_every_exemption_says_why() -> None:
    section = (
        (ROOT / "pyproject.toml").read_text().split("[tool.ruff.lint.per-file-ignores]")[1].split("\n[")[0]
    )
    lines = [line for line in section.splitlines() if line.startswith('"')]
    same_reason = {'"backend/*/store/*.py" = ["TID251"]'}
    assert [line for line in lines if "#" not in line and line not in same_reason] == []


def test_every_silenced_complaint_says_why() -> None:
    packages = ("backend", "bot", "notifications", "schemas", "tests", "bench")
    files = [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]
    silenced = [
        f"{path.relative_to(ROOT)}:{number}" for path in files for number in _silenced_without_reason(path)
    ]
    assert silenced == []


def _silenced_without_reason(path: Path) -> list[int]:
    marks = ("# no" + "qa", "# type: " + "ignore")
    lines = enumerate(path.read_text().splitlines(), 1)
    return [n for n, line in lines for mark in marks if mark in line and not _has_reason(line.split(mark)[1])]


def _has_reason(rest: str) -> bool:
    """After the rule's code come at least two words."""
    return (
        len(rest.lstrip(":[]ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-,").split()) >= 2
    )


def _ruff(file: str, text: str) -> str:
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "concise"]
    done = subprocess.run(
        [*command, "--stdin-filename", file, "-"], cwd=ROOT, input=text, capture_output=True, text=True
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout
