from dataclasses import replace
from typing import Any

import pytest

from backend.accounts import service as accounts
from backend.audit import service as audit
from backend.common.actor import Actor, anonymous
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.limits import service as limits
from backend.notices import service as notices
from backend.records.model import Mark
from backend.reports import service
from backend.reports.model import NewLink, Report
from backend.reports.service.linking import MADE_PER_PERSON
from schemas.notices import NoticeKind
from schemas.terms import Audience, Channel, LinkState, RecordMark, ReportView, Role
from tests.backend.reports.conftest import NAME, Refuse
from tests.support.records import keep, make_record
from tests.support.refusals import at_once, refused
from tests.support.web import ClientAs
from tests.support.world import START, Clock

ANYBODY = anonymous(Channel.API)


def make(deps: Deps, actor: Actor, audience: Audience = Audience.THIRD_PARTY, **more: Any) -> NewLink:
    return service.make_link(deps, actor, purpose="应聘入职", audience=audience, **more)


def opened(deps: Deps, actor: Actor, link: NewLink) -> Report:
    return service.open_link(deps, actor, code=code_of(link))


def code_of(link: NewLink) -> str:
    return link.url.rpartition("/")[2]


def state(deps: Deps, actor: Actor) -> LinkState:
    return service.links(deps, actor, limit=1).items[0].state


def test_a_link_for_somebody_else_is_an_authorisation_and_needs_a_fresh_proof(
    deps: Deps, bound: Actor, verified: Actor
) -> None:
    refused("identity.verification_required", make, deps, bound)
    assert make(deps, verified).max_opens == 3
    assert make(deps, bound, Audience.SELF).max_opens == 1


def test_the_code_of_a_link_is_nowhere_in_the_database(deps: Deps, verified: Actor) -> None:
    link = make(deps, verified)
    held = str(list(deps.db["report_links"].find())) + str(list(deps.db["audit_log"].find()))
    assert code_of(link) not in held
    assert link.url.startswith(deps.settings.site + "/r/")


@pytest.mark.parametrize("purpose", [f"给{NAME}看", "请拨 13800138000"])
def test_a_purpose_with_a_name_or_number_is_refused(deps: Deps, verified: Actor, purpose: str) -> None:
    refused(
        "reports.purpose_personal",
        service.make_link,
        deps,
        verified,
        purpose=purpose,
        audience=Audience.THIRD_PARTY,
    )
    assert deps.db["report_links"].count_documents({}) == 0


@pytest.mark.parametrize("purpose", [f"给{NAME}看", "给 王 小明", "请拨 13800138000"])
def test_so_is_that_of_an_own_link_of_who_has_just_proved_it(
    deps: Deps, verified: Actor, purpose: str
) -> None:
    own: Any = {"purpose": purpose, "audience": Audience.SELF}
    refused("reports.purpose_personal", service.make_link, deps, verified, **own)


def test_a_borrowed_phone_learns_the_name_by_no_purpose(deps: Deps, bound: Actor, verified: Actor) -> None:
    """Neither by making links, nor by reading what was written for them; and the name is kept nowhere."""
    for purpose in ("李小明，李大明", f"李小明，{NAME}"):
        made = service.make_link(deps, bound, purpose=purpose, audience=Audience.SELF)
        assert made.purpose == purpose
    number: Any = {"purpose": "请拨 13800138000", "audience": Audience.SELF}
    refused("reports.purpose_personal", service.make_link, deps, bound, **number)
    assert [one.purpose for one in service.links(deps, bound, limit=9).items] == [None, None]
    assert service.kill_link(deps, bound, link_id=made.id).purpose is None
    kept = str(list(deps.db["report_links"].find())) + str(list(deps.db["audit_log"].find()))
    assert ("李大明" in kept, NAME in kept) == (True, False)
    whole = [one.purpose for one in service.links(deps, verified, limit=9).items]
    assert whole == ["李小明，王**", "李小明，李大明"]


def test_what_an_authorisation_is_for_is_there_without_proof(
    deps: Deps, bound: Actor, verified: Actor
) -> None:
    make(deps, verified)
    (listed,) = service.links(deps, bound, limit=9).items
    assert listed.purpose == "应聘入职"


def test_a_person_makes_thirty_links_an_hour(
    deps: Deps, bound: Actor, verified: Actor, web_as: ClientAs, clock: Clock
) -> None:
    """Whatever account and proof; what is refused does not count."""
    for _ in range(MADE_PER_PERSON.count - 1):
        limits.spend(deps, "reports.link", bound.subject_id or "", limit=MADE_PER_PERSON)
    personal: Any = {"purpose": NAME, "audience": Audience.SELF}
    refused("reports.purpose_personal", service.make_link, deps, verified, **personal)
    make(deps, bound, Audience.SELF)
    refused("limits.too_many", make, deps, verified)
    body = {"purpose": "租房", "audience": "self"}
    answer = web_as(bound).post("/api/v1/me/report-links", json=body)
    assert (answer.status_code, answer.json["reason"]) == (429, "limits.too_many")
    assert answer.headers["Retry-After"] == "3600"
    assert deps.db["report_links"].count_documents({}) == 1
    clock.advance(hours=1)
    make(deps, bound, Audience.SELF)


def test_somebody_else_sees_the_records_but_not_who_they_are_nor_who_looked(
    deps: Deps, verified: Actor
) -> None:
    (record,) = keep(deps, make_record(subject_id=verified.subject_id))
    report = opened(deps, ANYBODY, make(deps, verified))
    assert report.view is ReportView.THIRD_PARTY
    assert report.subject.name == "王**"
    assert "*" in report.subject.number_masked
    assert (report.access_log, report.access_log_total, report.free_reports_used) == (None, None, None)
    assert [r.id for section in report.sections for r in section.records] == [record.id]
    assert report.purpose == "应聘入职"
    assert report.notices[0].zh.startswith("第三方查看版本")


def test_somebody_else_finds_the_name_in_no_word_of_the_records(deps: Deps, verified: Actor) -> None:
    statement = Mark(RecordMark.CONTESTED, START, statement=f"{NAME}：不是我")
    words = {
        "title": f"责令王 小明限期缴纳({NAME})",
        "doc_no": f"{NAME}1号",
        "content": {"party": f"当事人{NAME}"},
    }
    keep(deps, make_record(subject_id=verified.subject_id, marks=(statement,), **words))
    (theirs,) = opened(deps, ANYBODY, make(deps, verified)).sections[1].records
    assert theirs.title == "责令王**限期缴纳(王**)"
    assert "小明" not in str(theirs)
    (own,) = service.mine(deps, verified).sections[1].records
    assert own.content[0].value == f"当事人{NAME}"


def test_the_subject_sees_that_a_link_was_opened_and_why(deps: Deps, verified: Actor) -> None:
    opened(deps, ANYBODY, make(deps, verified))
    look = service.access_log(deps, verified, limit=5).items[0]
    assert look.channel is Channel.LINK
    assert not look.own
    assert look.purpose is not None
    assert "应聘入职" in look.purpose.zh
    (notice,) = notices.inbox(deps, verified, limit=5).items
    assert notice.kind is NoticeKind.REPORT_LINK_OPENED


def test_a_signed_in_stranger_who_opens_a_link_is_not_shown_as_the_subject(
    deps: Deps, verified: Actor, other: Actor
) -> None:
    report = opened(deps, other, make(deps, verified))
    assert report.subject.name == "王**"
    assert not service.access_log(deps, verified, limit=1).items[0].own


def test_openings_by_others_do_not_use_up_the_free_reports(deps: Deps, verified: Actor) -> None:
    opened(deps, ANYBODY, make(deps, verified))
    assert service.mine(deps, verified).free_reports_used == 1


def test_the_own_link_asks_for_the_owner_and_a_fresh_proof(
    deps: Deps, bound: Actor, verified: Actor, other: Actor
) -> None:
    link = make(deps, bound, Audience.SELF, max_opens=2)
    refused("auth.required", opened, deps, ANYBODY, link)
    refused("identity.verification_required", opened, deps, bound, link)
    refused("identity.verification_required", opened, deps, replace(bound, subject_id=None), link)
    refused("reports.link_gone", opened, deps, other, link)
    refused("reports.link_gone", opened, deps, replace(verified, role=Role.CASE_OFFICER), link)
    report = opened(deps, verified, link)
    assert (report.view, report.subject.name) == (ReportView.OWN, NAME)
    assert report.access_log is not None
    assert (report.access_log[0].channel, report.access_log[0].own) == (Channel.LINK, True)


def test_refused_openers_use_up_nothing(deps: Deps, bound: Actor, verified: Actor) -> None:
    link = make(deps, bound, Audience.SELF)
    refused("auth.required", opened, deps, ANYBODY, link)
    opened(deps, verified, link)


def test_dead_links_and_unknown_codes_have_one_answer(deps: Deps, verified: Actor, clock: Clock) -> None:
    used, killed, expired = (make(deps, verified, max_opens=1, minutes=5) for _ in range(3))
    opened(deps, ANYBODY, used)
    service.kill_link(deps, verified, link_id=killed.id)
    for link in (used, killed):
        refused("reports.link_gone", opened, deps, ANYBODY, link)
    clock.advance(minutes=5)
    refused("reports.link_gone", opened, deps, ANYBODY, expired)
    refused("reports.link_gone", service.open_link, deps, ANYBODY, code="0" * 22)


def test_a_killed_link_is_dead_at_once_and_killing_again_is_no_mistake(deps: Deps, verified: Actor) -> None:
    link = make(deps, verified)
    service.kill_link(deps, verified, link_id=link.id)
    service.kill_link(deps, verified, link_id=link.id)
    assert state(deps, verified) is LinkState.KILLED
    refused("reports.link_gone", opened, deps, ANYBODY, link)


def test_an_authorisation_ends_with_the_account_that_gave_it(deps: Deps, verified: Actor) -> None:
    link = make(deps, verified)
    accounts.close(deps, verified)
    refused("reports.link_gone", opened, deps, ANYBODY, link)
    assert deps.db["report_links"].count_documents({"opens": 0}) == 1


def test_another_persons_link_cannot_be_killed_or_seen(deps: Deps, verified: Actor, other: Actor) -> None:
    link = make(deps, verified)
    refused("reports.link_not_found", service.kill_link, deps, other, link_id=link.id)
    assert service.links(deps, other, limit=5).items == ()
    opened(deps, ANYBODY, link)


def test_twenty_openers_at_once_never_open_it_more_often_than_allowed(deps: Deps, verified: Actor) -> None:
    link = make(deps, verified, max_opens=5)

    ended = at_once(lambda: opened(deps, ANYBODY, link), 20)
    refusals = [one.reason for one in ended if isinstance(one, ServiceError)]
    assert refusals == ["reports.link_gone"] * 15
    (listed,) = service.links(deps, verified, limit=5).items
    assert (listed.opens, listed.state) == (5, LinkState.USED_UP)
    assert len(audit.newest_looks(deps, str(verified.subject_id), limit=50)) == 5


def test_an_opening_that_could_not_be_logged_shows_nothing_and_is_given_back(
    deps: Deps, verified: Actor, log_refused: Refuse
) -> None:
    link = make(deps, verified, max_opens=1)
    log_refused()
    refused("audit.not_written", opened, deps, ANYBODY, link)
    assert service.links(deps, verified, limit=1).items[0].opens == 0


def test_links_are_listed_newest_first_with_what_became_of_them(
    deps: Deps, verified: Actor, clock: Clock
) -> None:
    first = make(deps, verified)
    clock.advance(seconds=1)
    second = make(deps, verified)
    opened(deps, ANYBODY, second)
    page = service.links(deps, verified, limit=1)
    assert [(one.id, one.opens, one.last_opened_at) for one in page.items] == [(second.id, 1, clock())]
    rest = service.links(deps, verified, limit=1, cursor=page.next_cursor)
    assert [(one.id, one.state) for one in rest.items] == [(first.id, LinkState.ACTIVE)]
    assert rest.next_cursor is None


def test_making_and_killing_are_on_record(deps: Deps, verified: Actor) -> None:
    service.kill_link(deps, verified, link_id=make(deps, verified).id)
    acts = deps.db["audit_log"].distinct("action", {"subject_id": verified.subject_id})
    assert acts == ["reports.link_kill", "reports.link_make"]
    assert deps.now() == START
