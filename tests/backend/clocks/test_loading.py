"""A set of limits is read whole or not at all."""

import json
from pathlib import Path
from typing import Any

import pytest

from backend.clocks import service

GOOD: dict[str, Any] = {
    "name": "decide",
    "label": {"zh": "处理", "en": "Decide"},
    "days": 5,
    "unit": "working_days",
    "runs_from": {"zh": "收到之日", "en": "Received"},
    "basis": {"zh": "第一条", "en": "art. 1"},
    "source_mark": "law",
}


def write(folder: Path, *limits: dict[str, Any]) -> Path:
    file = folder / "here.json"
    file.write_text(json.dumps({"code": "here", "label": {"zh": "此地", "en": "Here"}, "limits": limits}))
    return file


def test_a_set_is_read_by_name(tmp_path: Path) -> None:
    loaded = service.load(write(tmp_path, GOOD, {**GOOD, "name": "mark", "days": 0, "extension_days": 2}))
    assert (loaded.code, list(loaded.limits)) == ("here", ["decide", "mark"])
    assert (loaded.limits["decide"].extension_days, loaded.limits["mark"].extension_days) == (None, 2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": -1},
        {"days": "5"},
        {"days": True},
        {"days": 2.5},
        {"extension_days": 0},
        {"extension_days": "3"},
        {"unit": "weeks"},
        {"source_mark": "hearsay"},
    ],
)
def test_a_limit_that_cannot_be_is_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"days|weeks|hearsay"):
        service.load(write(tmp_path, {**GOOD, **wrong}))


@pytest.mark.parametrize("missing", sorted(GOOD))
def test_a_limit_without_one_of_its_parts_is_refused(tmp_path: Path, missing: str) -> None:
    with pytest.raises(KeyError, match=missing):
        service.load(write(tmp_path, {name: value for name, value in GOOD.items() if name != missing}))


def test_a_limit_named_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="twice"):
        service.load(write(tmp_path, GOOD, GOOD))
