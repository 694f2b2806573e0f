"""The judging behind a check, done when its pass is made: a long record takes long, and a merchant's wait must not tell."""

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.common.mongo import Retry
from backend.eligibility import rules, texts
from backend.eligibility.model import Bar, Judged, Pass, Service
from backend.grades import service as grades
from backend.grades.model import Owner
from schemas.terms import DecisionOwner
from schemas.text import Text

RECORD_GONE = "records.changed"


def judge(deps: Deps, actor: Actor, made: Pass, service: Service, *, check_id: str) -> Judged:
    """What the check with this number will answer by the record of now; the decision's line in the log is written with it.
    In the transaction of the pass."""
    purpose = purpose_of(texts.JUDGED_PURPOSE, made.notice.recipient, made.service_title.text)
    owner, at = Owner(DecisionOwner.DEPOSIT_FREE, check_id), deps.now()
    try:
        decision = grades.decide(deps, actor, subject_id=made.subject_id, owner=owner, purpose=purpose)
    except ServiceError as error:
        if error.reason == RECORD_GONE:  # at this very moment: the affair of nobody who asks
            raise Retry(check_id) from error
        raise
    bar = Bar(service.offer.minimum_grade, service.offer.no_record_eligible, service.version)
    verdict = rules.verdict(bar, decision.value, decision.floor)
    return Judged(
        check_id,
        decision.id,
        decision.rule_version,
        bar,
        verdict,
        min(at, decision.decided_at),
        decision.kept_until,
    )


def judged_now(deps: Deps, actor: Actor, made: Pass, service: Service) -> Judged | None:
    """What was judged when the pass was made, and judged again if a record of the person was changed or marked since, or a new
    day has begun, on which other records may count. None for a pass that was never judged."""
    judged = made.judged
    if judged is None:
        return None
    differs = grades.may_differ(deps, made.subject_id, since=judged.at)
    if not (differs or judged.outdated):
        return judged
    grades.drop(deps, decision_id=judged.decision_id)
    return judge(deps, actor, made, service, check_id=judged.check_id)


def purpose_of(said: Text, merchant: str, title: Text) -> Text:
    """A sentence of the log about a merchant and its service."""
    zh = said.zh.format(merchant=merchant, service=title.zh)
    return Text(zh, said.en.format(merchant=merchant, service=title.en))
