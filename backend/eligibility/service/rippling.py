"""A record behind a no was put right: the person is told, and may try again.

A pass that is out is judged again when it is used. What was judged with a check is an answer that was given, and it stays as it
was given: its decision is ended, and the check says what became of the record.
"""

from collections.abc import Iterator, Sequence

from backend.accounts import service as accounts
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.eligibility import store
from backend.eligibility.model import Check
from backend.eligibility.service.forgetting import forget
from backend.grades import service as grades
from backend.notices import service as notices
from backend.records.model import Ripple
from schemas.notices import NoticeKind
from schemas.terms import DecisionOwner, RippleCause, Verdict

DELETED = frozenset({RippleCause.ERASED, RippleCause.WITHDRAWN})
PUT_RIGHT = frozenset(RippleCause) - {RippleCause.WITHDRAWN, RippleCause.RELEASED}
"""An own good deed that its subject dropped made nobody's answer worse, and what is released counts again."""


class Rejudging:
    """The consumer of ripples; it forgets once more what a process of another release wrote meanwhile."""

    name = "eligibility.rejudging"

    def judge_again(self, deps: Deps, actor: Actor, ripple: Ripple) -> None:
        if ripple.what in DELETED:
            forget(deps, record_id=ripple.record_id, subject_id=ripple.subject_id)
        if ripple.what in PUT_RIGHT:
            _tell(deps, ripple, tuple(_ended(deps, actor, ripple)))


def _ended(deps: Deps, actor: Actor, ripple: Ripple) -> Iterator[Check]:
    """The checks whose decisions used the record; each ends and says what became of the record. A pass that is used at this
    very moment collides with this, so that either the check is found here or the pass is judged again there."""
    for decision in grades.find_using(deps, ripple.record_id, DecisionOwner.DEPOSIT_FREE):
        found = store.find_check(deps.db, decision.owner.id)
        if found is None:
            store.outdate(deps.db, decision.owner.id)
        if grades.supersede(deps, actor, decision=decision, cause=ripple.what) and found is not None:
            store.note_record_changed(deps.db, found.id, ripple.what, deps.now())
            yield found


def _tell(deps: Deps, ripple: Ripple, ended: Sequence[Check]) -> None:
    """Of however many a no, the person hears once, with the day of the last one."""
    refused = [one.decided_at for one in ended if one.verdict is Verdict.NOT_ELIGIBLE]
    account_id = accounts.account_of(deps, ripple.subject_id)
    if refused and account_id is not None:
        told = {"on": shanghai_date(max(refused)), "cause": ripple.what}
        notices.send(deps, account_id, NoticeKind.CHECK_RECORD_CHANGED, **told)
