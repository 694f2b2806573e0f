"""Facts, rule sets as mappings, and a resident with records, for tests of grades."""

from datetime import date
from pathlib import Path
from typing import Any

import yaml

from backend.grades import rules
from backend.grades.model import Fact, RuleSet
from schemas.terms import Category, Nature, Severity

ROOT = Path(__file__).parents[3]
FILE = ROOT / "backend" / "grades" / "data" / "shanghai-2026-1.yaml"
LATER = ROOT / "tests" / "data" / "grades" / "shanghai-2027-1.yaml"
ON = date(2026, 11, 21)


def the_rules() -> RuleSet:
    return rules.read(FILE.read_text(encoding="utf-8"))


def as_mapping() -> Any:
    """The published file as YAML reads it, to be broken."""
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def adverse(severity: Severity | None, since: date | None, record_id: str = "r1") -> Fact:
    return Fact(record_id, Nature.ADVERSE, Category.SUPERVISION, severity, since)


def other(category: Category, since: date | None, record_id: str = "o1") -> Fact:
    return Fact(record_id, Nature.OTHER, category, None, since)


def deed(since: date, record_id: str = "d1") -> Fact:
    return other(Category.PUBLIC_WELFARE, since, record_id)
