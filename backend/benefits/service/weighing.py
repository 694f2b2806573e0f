"""What somebody is entitled to, decided by the grade of this instant, and how a refusal is kept and explained."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from backend.benefits import rules, texts
from backend.benefits.model import Benefit, Claim, Tier
from backend.benefits.service import acting
from backend.benefits.service.asking import Wish
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.grades import service as grades
from backend.grades.model import Decision
from backend.limits import service as limits
from backend.limits.errors import too_many
from backend.limits.service import Limit
from schemas.base import said
from schemas.text import Text

REFUSALS = ("benefits.refusals", Limit(10, timedelta(days=1)))
"""Each try looks at the record; nobody's log is filled by somebody who tries all day."""


@dataclass(frozen=True)
class Refused:
    """The grade does not reach: written down, so that a correction finds it, and told when that is committed."""

    reasons: tuple[dict[str, Any], ...]
    rule_version: str | None


def require_patience(deps: Deps, refused: Claim) -> None:
    """Raises 429 `limits.too_many` for who was refused the same thing too often in a day."""
    name, limit = REFUSALS
    standing = limits.peek(deps, name, _who(refused.benefit_id, refused.subject_id), limit=limit)
    if not standing.granted:
        raise too_many(standing.retry_after)


def count(deps: Deps, wish: Wish) -> None:
    """Count a refusal."""
    name, limit = REFUSALS
    limits.take(deps, name, _who(wish.benefit_id, wish.subject_id), limit=limit)


def judged(
    deps: Deps, actor: Actor, benefit: Benefit, blank: Claim, *, known: bool
) -> tuple[Tier | None, Decision | None]:
    """What the person gets, and the decision that says so; a campaign for everybody asks no record. `known`: refused before,
    and judged anew."""
    if known:
        require_patience(deps, blank)
        acting.end_decision(deps, actor, blank)
    if not benefit.terms.uses_grade:
        return rules.entitled(benefit.terms, None), None
    decision = grades.decide(
        deps, actor, subject_id=blank.subject_id, owner=acting.owner(blank.id), purpose=texts.PURPOSE
    )
    return rules.entitled(benefit.terms, decision.standing), decision


def keep(deps: Deps, actor: Actor, blank: Claim, *, known: bool) -> None:
    """Write the refusal down, of which each person has one in a campaign, so that a correction finds it."""
    if known:
        acting.save(deps, actor, blank, "benefits.refuse", benefit_id=blank.benefit_id)
        return
    acting.begin(deps, actor, blank, "benefits.refuse")


def reasons(benefit: Benefit, decision: Decision | None) -> tuple[dict[str, Any], ...]:
    """Why not: what the benefit asks for, then rule by rule and record by record, then what can be done about it."""
    lowest = benefit.terms.tiers[-1].minimum_grade
    grade = lowest.label if lowest else Text("", "")
    below = Text(texts.BELOW.zh.format(grade=grade.zh), texts.BELOW.en.format(grade=grade.en))
    told: list[dict[str, Any]] = [{"code": "benefits.below_minimum", "text": said(below)}]
    for reason in grades.explain(decision) if decision else ():
        about = {"rule": reason.rule, "record_id": reason.record_id, "decisive": reason.decisive}
        article = reason.article and said(reason.article)
        told.append({"code": reason.code, "text": said(reason.text), "article": article, **about})
    return (*told, {"code": "benefits.may_object", "text": said(texts.OBJECT)})


def _who(benefit_id: str, subject_id: str) -> str:
    return f"{benefit_id}:{subject_id}"
