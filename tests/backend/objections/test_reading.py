"""What of a case its readers see: the record as far as it may be shown, and the names of files as words of the person."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from backend.evidence.model import Upload
from backend.objections import service
from schemas.terms import Level
from schemas.terms import ObjectionState as State
from tests.backend.evidence import made
from tests.backend.objections.town import Town
from tests.support.refusals import refused
from tests.support.world import Clock


def test_staff_see_the_record_while_the_case_runs_and_afterwards_as_far_as_anybody_may(
    town: Town, clock: Clock
) -> None:
    hidden, ends = town.record(), town.record(query_until=clock() + timedelta(days=3))
    removed, upheld = town.bring_to(State.COMPARING, hidden), town.bring_to(State.FORWARDED, ends)
    clock.advance(days=20)
    read = partial(service.find_for_officer, town.deps, town.officer)
    assert read(objection_id=upheld.id).record.id == ends.id
    town.moves(upheld.id)["find_upheld"]()
    clock.advance(days=20)
    town.moves(removed.id)["decide_hidden"]()
    for shown in (removed, upheld):
        assert read(objection_id=shown.id).record is None
    asked = {"objection_id": upheld.id}
    assert service.find_for_provider(town.deps, town.provider, **asked).record is None


def test_the_name_of_a_file_is_a_word_of_the_person(town: Town) -> None:
    shown = town.submit(uploads=[Upload("王小明收据.pdf", made.small_pdf())])
    assert [one.name for one in shown.evidence] == ["材料1.pdf"]
    (own,) = service.mine(town.deps, town.resident, limit=5).items
    assert [one.name for one in own.evidence] == ["王小明收据.pdf"]
    plain = replace(town.resident, level=Level.REAL_NAME, verified_until=None)
    (listed,) = service.mine(town.deps, plain, limit=5).items
    bare = service.find_mine(town.deps, plain, objection_id=shown.id)
    for seen in (listed, bare, town.moves(shown.id)["compare"]()):
        assert [one.name for one in seen.evidence] == ["材料1.pdf"]
    seen = service.find_for_officer(town.deps, town.officer, objection_id=shown.id)
    assert [one.name for one in seen.evidence] == ["王小明收据.pdf"]


@pytest.mark.parametrize("end", ["withdraw", "find_corrected", "dissent", "time"])
def test_the_unit_has_files_words_and_person_only_while_the_case_runs(
    town: Town, clock: Clock, end: str
) -> None:
    shown = town.submit(uploads=[Upload("收据.pdf", made.small_pdf())])
    asked = {"objection_id": shown.id}
    download = partial(
        service.download_for_provider, town.deps, town.provider, **asked, evidence_id=shown.evidence[0].id
    )
    upheld = ("find_upheld",) if end in ("dissent", "time") else ()
    for move in ("compare", "forward", *upheld):
        town.moves(shown.id)[move]()
    assert download().content == made.small_pdf()
    assert service.find_for_provider(town.deps, town.provider, **asked).subject is not None
    # By time alone it is over before any sweep has run.
    clock.advance(days=20) if end == "time" else town.moves(shown.id)[end]()
    refused("objections.not_found", download)
    seen = service.find_for_provider(town.deps, town.provider, **asked)
    assert (seen.statement, seen.record, seen.subject) == (None, None, None)
    assert {line.note for line in seen.timeline} == {None}
    assert [one.name for one in seen.evidence] == ["材料1.pdf"]
    (listed,) = service.for_provider(town.deps, town.provider, limit=5).items
    assert (listed.id, listed.state) == (shown.id, seen.state)
