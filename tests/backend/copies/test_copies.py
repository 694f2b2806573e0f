"""The copy of the own data holds every case of the person, with its words for who has just proved to be that person."""

from dataclasses import replace
from typing import Any

import pytest

from backend.audit import service as audit
from backend.benefits.model import Tier
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.copies import service
from backend.evidence.model import Upload
from backend.objections import service as objections
from backend.recipients import service as recipients
from backend.removals import service as removals
from backend.reports import service as reports
from backend.restorations import service as restorations
from schemas.terms import Audience, Level, ObjectionState, Verdict, Way
from tests.backend.benefits.fair import Fair
from tests.backend.chats.conftest import bind
from tests.backend.eligibility.counter import make_counter
from tests.backend.evidence import made
from tests.backend.objections.town import STATEMENT, Town, make_town
from tests.support.people import acts
from tests.support.web import ClientAs

PLEDGE, ASKED = "本人已补缴票款", "这次查询不是我"


@pytest.fixture
def town(deps: Deps) -> Town:
    """A resident with one case of each kind, and a stranger with an objection."""
    town = make_town(deps)
    town.submit(uploads=[Upload("王小明收据.pdf", made.small_pdf())])
    closed = town.bring_to(ObjectionState.COMPARING)
    town.moves(closed.id)["decide_hidden"]()
    restorations.apply(deps, town.resident, record_id=town.record().id, pledge=PLEDGE)
    reports.summary(deps, town.resident)
    (look, *_) = reports.access_log(deps, town.resident, limit=1).items
    reports.ask(deps, town.resident, entry_id=look.id, statement=ASKED)
    fair = Fair(deps, town.resident)
    fair.claim(fair.start(tiers=(Tier(None, 500),)))
    other = town.record(subject_id=town.stranger.subject_id)
    replace(town, resident=town.stranger).submit(other)
    return town


def unproved(actor: Actor) -> Actor:
    return replace(actor, level=Level.REAL_NAME, verified_until=None)


def test_a_copy_lists_the_chats_and_not_who_they_are(town: Town, web_as: ClientAs) -> None:
    bind(town.deps, town.resident, "70000001")
    (chat,) = service.export(town.deps, town.resident).chats
    assert chat.channel is Way.TELEGRAM
    told = web_as(town.resident).get("/api/v1/me/export")
    assert [one["channel"] for one in told.get_json()["chats"]] == ["telegram"]
    assert "70000001" not in told.text


def test_a_copy_holds_every_own_case_with_its_words_and_nobody_elses(town: Town) -> None:
    copy = service.export(town.deps, town.resident)
    assert [one.statement for one in copy.objections] == [STATEMENT, STATEMENT]
    assert [one.name for one in copy.objections[1].evidence] == ["王小明收据.pdf"]
    assert [line.note for line in copy.objections[0].timeline if line.note] == ["已过期"]
    assert [one.pledge for one in copy.restorations] == [PLEDGE]
    assert [one.statement for one in copy.questions] == [ASKED]
    assert [one.case_id for one in copy.removals] == [copy.objections[0].id]
    assert [one.value for one in copy.claims] == [500]
    assert copy.notice_preferences == recipients.preferences(town.deps, town.resident)
    assert copy.truncated == ()
    assert [one.record for one in copy.objections] == [None] * 2
    assert [one.record for one in copy.restorations] == [None]
    assert len(service.export(town.deps, town.stranger).objections) == 1


def test_without_proof_the_cases_are_there_and_their_words_are_not(town: Town) -> None:
    copy = service.export(town.deps, unproved(town.resident))
    assert copy.profile.masked
    assert [(one.statement, one.state.value) for one in copy.objections] == [
        (None, "closed"),
        (None, "marked"),
    ]
    assert [one.name for one in copy.objections[1].evidence] == ["材料1.pdf"]
    assert [line.note for one in copy.objections for line in one.timeline if line.note] == []
    assert [one.pledge for one in copy.restorations] == [None]
    assert [(one.statement, one.explanation) for one in copy.questions] == [(None, None)]
    assert len(copy.removals) == 1


def test_one_look_is_written_down_before_any_case_is_read(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(acts(town.deps, "objections.read"))
    service.export(town.deps, town.resident)
    assert (len(acts(town.deps, "identity.export")), len(acts(town.deps, "objections.read"))) == (1, before)

    def away(*_: Any, **__: Any) -> None:
        raise OSError("log away")

    monkeypatch.setattr(audit, "look", away)
    monkeypatch.setattr(objections, "own_words", lambda *_, **__: pytest.fail("a case was read"))
    with pytest.raises(OSError, match="log away"):
        service.export(town.deps, town.resident)


def test_a_copy_is_one_look_however_many_pages_of_checks_it_reads(
    deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = make_counter(deps)
    resident = counter.resident()
    for _ in range(3):
        counter.asked(resident)
    monkeypatch.setattr(service, "MAX_LIMIT", 1)
    before = len(audit.looks(deps, resident.require_subject(), limit=50).items)
    copy = service.export(deps, resident)
    assert [one.verdict for one in copy.checks] == [Verdict.ELIGIBLE] * 3
    after = audit.looks(deps, resident.require_subject(), limit=50).items
    assert (len(after), after[0].action) == (before + 1, "identity.export")


def test_a_copy_names_the_report_links_and_opens_none(town: Town, web_as: ClientAs) -> None:
    made = reports.make_link(town.deps, town.resident, purpose="租房", audience=Audience.THIRD_PARTY)
    answer = web_as(town.resident).get("/api/v1/me/export")
    (link,) = answer.json["report_links"]
    assert (link["id"], link["purpose"], link["state"]) == (made.id, "租房", "active")
    assert made.url.rpartition("/")[2] not in answer.text


def test_without_proof_it_does_not_say_what_own_links_are_for(town: Town) -> None:
    reports.make_link(town.deps, town.resident, purpose="自己看", audience=Audience.SELF)
    assert [one.purpose for one in service.export(town.deps, town.resident).report_links] == ["自己看"]
    assert [one.purpose for one in service.export(town.deps, unproved(town.resident)).report_links] == [None]


def test_a_list_that_goes_on_says_so_and_is_read_page_by_page(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_CASES", 1)
    monkeypatch.setattr(service, "MAX_LIMIT", 1)
    copy = service.export(town.deps, town.resident)
    assert (len(copy.objections), copy.truncated) == (1, ("objections",))
    monkeypatch.setattr(service, "MOST_CASES", 2)
    copy = service.export(town.deps, town.resident)
    assert (len({one.id for one in copy.objections}), copy.truncated) == (2, ())


def test_the_copy_over_http_writes_every_list(town: Town, web_as: ClientAs) -> None:
    answer = web_as(town.resident).get("/api/v1/me/export")
    assert answer.status_code == 200
    kinds = ("objections", "restorations", "questions", "removals", "claims", "truncated")
    assert [len(answer.json[kind]) for kind in kinds] == [2, 1, 1, 1, 1, 0]
    assert answer.json["objections"][0]["statement"] == STATEMENT
    assert answer.json["removals"] == _listed(town, web_as)


def _listed(town: Town, web_as: ClientAs) -> Any:
    assert removals.mine(town.deps, town.resident, limit=5).items
    return web_as(town.resident).get("/api/v1/me/removals").json["items"]
