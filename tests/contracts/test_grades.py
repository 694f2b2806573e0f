"""What is said about grades in the documentation is what the published rules say; what was published never changes."""

import re

import pytest

from backend.grades.model import Rule, RuleSet
from backend.grades.service import published
from schemas.terms import RuleEffect, Severity
from tests.support.processes import ROOT

DOCUMENT = (ROOT / "docs" / "grades.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")] for line in DOCUMENT.splitlines() if line[:1] == "|"
]
PUBLISHED = {"shanghai-2026-1": "0843e3954f8aa9e76881ff92bde2c9733a1d8de94db261335b8836f1f0e4015b"}
"""Version -> digest. A line is added with each version and none is ever changed: decisions made by it are still there."""


def test_a_published_version_is_never_altered_and_none_is_lost() -> None:
    assert {one.version: one.digest for one in published.book().sets} == PUBLISHED


def test_the_table_says_what_the_rules_in_force_say() -> None:
    rules = published.book().sets[0]
    rows = [row for row in ROWS if re.fullmatch(r"`[a-z_]+`", row[0]) and len(row) == 6]
    assert rows == [_row(rule) for rule in rules.rules] + [
        ["`base`", "", "", rules.base.value, rules.base_said.sentence.zh, rules.base_said.article.zh],
        ["`no_record`", "", "", f"no_record ({rules.floor.value})", rules.floor_said.sentence.zh, rules.floor_said.article.zh],
    ]  # fmt: skip


@pytest.mark.parametrize("rules", published.book().sets, ids=lambda rules: rules.version)
def test_every_rule_speaks_both_languages_and_names_an_article(rules: RuleSet) -> None:
    said = [rules.base_said, rules.floor_said, *(rule.said for rule in rules.rules)]
    for one in said:
        assert re.search(r"[\u4e00-\u9fff]", one.sentence.zh)
        assert re.search(r"[\u4e00-\u9fff].*第.+条", one.article.zh)
        assert not re.search(r"[\u4e00-\u9fff]", one.sentence.en + one.article.en)


def _row(rule: Rule) -> list[str]:
    when = rule.when
    words = [*(one.value for one in when.nature), *(one.value for one in when.category)]
    words += [one.value if isinstance(one, Severity) else "unset" for one in when.severity]
    age = [f"≤ {when.within_months}"] if when.within_months is not None else []
    age += [f"> {when.after_months}"] if when.after_months is not None else []
    least = [f"× {when.at_least}"] if when.at_least > 1 else []
    effect = "at most" if rule.effect is RuleEffect.AT_MOST else "raises to"
    return [
        f"`{rule.id}`",
        " ".join(words + least),
        " ".join(age),
        f"{effect} {rule.value.value}",
        rule.said.sentence.zh,
        rule.said.article.zh,
    ]
