from backend.accounts import service as accounts
from backend.accounts.model import Holder
from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.notices import service as notices
from backend.reports import service
from schemas.notices import NoticeKind
from schemas.terms import Channel, QuestionState, Role
from tests.support.refusals import at_once, refused

DOUBT = "这不是我"


def a_look(deps: Deps, actor: Actor) -> str:
    service.summary(deps, actor)
    return service.access_log(deps, actor, limit=1).items[0].id


def test_a_question_opens_a_case_and_keeps_the_words_sealed(deps: Deps, bound: Actor) -> None:
    entry_id = a_look(deps, bound)
    question = service.ask(deps, bound, entry_id=entry_id, statement=DOUBT)
    assert (question.entry_id, question.state, question.asked_at) == (
        entry_id,
        QuestionState.OPEN,
        deps.now(),
    )
    assert deps.sealer.open(question.statement_sealed) == DOUBT
    assert DOUBT not in str(list(deps.db["access_questions"].find()))
    assert [notice.kind for notice in notices.inbox(deps, bound, limit=5).items] == [
        NoticeKind.QUESTION_RECEIVED
    ]


def test_a_line_is_asked_about_once_and_the_first_words_stay(deps: Deps, bound: Actor) -> None:
    entry_id = a_look(deps, bound)
    first = service.ask(deps, bound, entry_id=entry_id, statement=DOUBT)
    assert service.ask(deps, bound, entry_id=entry_id, statement="再问一次") == first
    assert deps.db["access_questions"].count_documents({}) == 1


def test_asking_from_many_places_at_once_opens_one_case(deps: Deps, bound: Actor) -> None:
    entry_id = a_look(deps, bound)
    asked = at_once(lambda: service.ask(deps, bound, entry_id=entry_id, statement=DOUBT).id, 4)
    assert len(set(asked)) == 1
    assert deps.db["access_questions"].count_documents({}) == 1
    assert len(notices.inbox(deps, bound, limit=5).items) == 1
    assert list(audit.verify_log(deps)) == []


def test_another_persons_line_cannot_be_asked_about(deps: Deps, bound: Actor, other: Actor) -> None:
    entry_id = a_look(deps, bound)
    refused("reports.entry_not_found", service.ask, deps, other, entry_id=entry_id, statement=DOUBT)
    refused("reports.entry_not_found", service.ask, deps, bound, entry_id="no-such-line", statement=DOUBT)


def sign_in(deps: Deps, actor: Actor) -> tuple[Actor, str]:
    """One more sign-in of this resident: who that is, and the access token."""
    _, tokens = accounts.open_session(deps, Holder(actor.id, Role.CITIZEN, actor.subject_id))
    return accounts.authenticate(deps, tokens.access_token, Channel.API), tokens.access_token


def test_asking_can_end_every_session_at_once(deps: Deps, bound: Actor) -> None:
    (owner, own_token), (_, stolen_token) = sign_in(deps, bound), sign_in(deps, bound)
    service.ask(deps, owner, entry_id=a_look(deps, owner), statement=DOUBT, end_sessions=True)
    for token in (own_token, stolen_token):
        refused("auth.session_ended", accounts.authenticate, deps, token, Channel.API)


def test_asking_again_still_ends_every_session(deps: Deps, bound: Actor) -> None:
    entry_id = a_look(deps, bound)
    service.ask(deps, bound, entry_id=entry_id, statement=DOUBT)
    owner, token = sign_in(deps, bound)
    service.ask(deps, owner, entry_id=entry_id, statement=DOUBT, end_sessions=True)
    refused("auth.session_ended", accounts.authenticate, deps, token, Channel.API)


def test_looks_are_listed_in_pages(deps: Deps, bound: Actor) -> None:
    ids = [a_look(deps, bound) for _ in range(3)]
    page = service.access_log(deps, bound, limit=2)
    rest = service.access_log(deps, bound, limit=2, cursor=page.next_cursor)
    assert [look.id for look in (*page.items, *rest.items)] == ids[::-1]
