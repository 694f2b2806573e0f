"""The same with records as units hand them in: a catalogue is named, and a corrected row moves no decision that was made."""

from datetime import date
from pathlib import Path

from backend.catalogue import service as catalogue
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.grades import service
from backend.grades.model import Decision, Owner
from backend.records import service as records
from backend.records.model import Ripple
from backend.registry.model import Subject
from schemas.terms import Channel, DecisionOwner, GradeValue, ReplayOutcome, RippleCause, Role
from tests.backend.catalogue.made import item
from tests.backend.grades.conftest import WHY, WORKER
from tests.backend.records.conftest import counts, person, row, taken, the_record
from tests.support.people import COMMAND

__all__ = ["person"]

CLAIM = DecisionOwner.BENEFIT_CLAIM


def decide(deps: Deps, subject: Subject) -> Decision:
    actor = Actor("a1", Role.CITIZEN, Channel.API, subject_id=subject.id)
    return service.decide(deps, actor, subject_id=subject.id, owner=Owner(CLAIM, "c1"), purpose=WHY)


class Claims:
    """A consumer as benefits will be one: it judges again whatever used the record."""

    name = "test.claims"

    def judge_again(self, deps: Deps, actor: Actor, ripple: Ripple) -> None:
        for decision in service.find_using(deps, ripple.record_id, CLAIM):
            service.judge_again(deps, actor, decision=decision, cause=ripple.what, purpose=WHY)


def test_the_catalogue_that_gave_the_words_is_named(deps: Deps, person: Subject, tmp_path: Path) -> None:
    taken(deps, tmp_path, row())
    assert decide(deps, person).catalogue_version == "2026=1"


def test_a_corrected_row_is_judged_again_and_the_old_decision_still_comes_out(
    deps: Deps, person: Subject, tmp_path: Path
) -> None:
    catalogue.publish(deps, COMMAND, year=2026, items=[item(lasts=True)])
    taken(deps, tmp_path, row(ended_on=None))
    old = decide(deps, person)
    assert old.facts[0].since is None
    corrected = taken(deps, tmp_path, row(occurred_on="2020-03-12", ended_on="2022-04-01"), name="b.jsonl")
    assert counts(corrected) == (0, 1, 0, 0)
    records.ripple(deps, WORKER, consumers=(Claims(), service.Forgetting()))
    new = service.find_of(deps, old.owner)
    ended = service.find(deps, old.id)
    assert new is not None
    assert ended is not None
    assert (old.value, new.value) == (GradeValue.FAIR, GradeValue.GOOD)
    assert (ended.superseded_by, ended.successor_id) == (RippleCause.CORRECTED, new.id)
    for decision in (ended, new):
        assert service.replay(deps, decision).outcome is ReplayOutcome.SAME


def test_what_ended_with_itself_ages_from_the_day_it_happened(
    deps: Deps, person: Subject, tmp_path: Path
) -> None:
    taken(deps, tmp_path, row(occurred_on="2022-04-01", ended_on=None))
    decision = decide(deps, person)
    assert (decision.facts[0].since, decision.value) == (date(2022, 4, 1), GradeValue.GOOD)


def test_whoever_of_the_consumers_comes_first_an_erasure_reaches_both(
    deps: Deps, person: Subject, tmp_path: Path
) -> None:
    taken(deps, tmp_path, row())
    old = decide(deps, person)
    records.erase(deps, WORKER, record=the_record(deps))
    records.ripple(deps, WORKER, consumers=(service.Forgetting(), Claims()))
    new, ended = service.find_of(deps, old.owner), service.find(deps, old.id)
    assert new is not None
    assert ended is not None
    assert (new.value, new.standing) == (GradeValue.NO_RECORD, GradeValue.GOOD)
    assert (ended.facts, ended.superseded_by, ended.proved) == ((), RippleCause.ERASED, ReplayOutcome.SAME)
