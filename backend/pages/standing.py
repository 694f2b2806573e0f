"""What a grade asks for, said in a sentence from the published rules themselves."""

from backend.grades.model import RANK, RuleSet
from schemas.terms import GradeValue, RuleEffect
from schemas.text import Text

_BASE = Text("没有影响等级的失信记录就能达到", "Reached by who has no adverse record that counts")
_BELOW = Text("有较轻的失信记录也可能达到", "May be reached with lesser adverse records too")
_NEWCOMERS = Text("；没有任何记录的人也算达到", "; who has no record at all counts as reaching it")
_LIFTED = Text(
    "没有影响等级的失信记录，并且：{deeds}", "No adverse record that counts, and one of these: {deeds}"
)


def meaning(rules: RuleSet | None, grade: GradeValue | None, *, newcomers: bool = True) -> Text | None:
    """Who reaches a grade; `newcomers`: whether the floor of the rules speaks for those without records here."""
    if rules is None or grade is None:
        return None
    if RANK[grade] > RANK[rules.base]:
        return _lifted(rules, grade)
    said = _BASE if RANK[grade] == RANK[rules.base] else _BELOW
    if newcomers and RANK[grade] <= RANK[rules.floor]:
        return Text(said.zh + _NEWCOMERS.zh, said.en + _NEWCOMERS.en)
    return said


def _lifted(rules: RuleSet, grade: GradeValue) -> Text:
    lifting = [
        one.said.sentence
        for one in rules.rules
        if one.effect is RuleEffect.LIFTS_TO and RANK[one.value] >= RANK[grade]
    ]
    return Text(
        _LIFTED.zh.format(deeds="；或".join(one.zh for one in lifting)),
        _LIFTED.en.format(deeds="; or ".join(one.en for one in lifting)),
    )
