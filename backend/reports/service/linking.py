"""Links to the report: made, listed, switched off, opened."""

from dataclasses import replace
from datetime import datetime, timedelta

from backend.accounts import service as accounts
from backend.audit import service as audit
from backend.chats import service as chats
from backend.common import errors as common_errors
from backend.common import names
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.common.mongo import atomic
from backend.common.pages import Page, Position
from backend.limits import service as limits
from backend.limits.errors import too_many
from backend.notices import service as notices
from backend.registry import service as registry
from backend.reports import errors, rules, store, texts
from backend.reports.model import ListedLink, NewLink, Opening, Report, ReportLink
from backend.reports.service.drawing import draw, report_key
from backend.reports.service.sheets import Occasion
from schemas.base import said
from schemas.notices import NoticeKind
from schemas.terms import Audience, Channel, LinkRefusal, LinkState, ReportView, Role

AGAIN = timedelta(minutes=5)
"""So long the form that opened a link shows the same opening once more."""
REFUSALS_LOGGED = limits.Limit(20, timedelta(days=1))
# Far beyond what anybody needs, chats included; each link is a line of the log, which is kept for good.
MADE_PER_PERSON = limits.Limit(30, timedelta(hours=1))


def make_link(
    deps: Deps,
    actor: Actor,
    *,
    purpose: str,
    audience: Audience,
    minutes: int | None = None,
    max_opens: int | None = None,
) -> NewLink:
    """A link to the own report. For somebody else it is the written authorisation (Reg. 17, Meas. 20), so it needs a
    fresh proof of identity and keeps its purpose; for oneself it shows nothing without that proof when opened.

    Raises 404 `reports.no_subject`, 422 `reports.purpose_personal`, 429 `limits.too_many`.
    """
    third = audience is Audience.THIRD_PARTY
    subject_id = actor.require_verified(deps.now()) if third else actor.require_subject()
    with limits.charged(deps, [_charge(subject_id)], too_many):
        return _make(
            deps, actor, subject_id, purpose=purpose, audience=audience, minutes=minutes, max_opens=max_opens
        )


def _charge(subject_id: str) -> limits.Charge:
    return ("reports.link", subject_id, MADE_PER_PERSON)


def _make(
    deps: Deps,
    actor: Actor,
    subject_id: str,
    *,
    purpose: str,
    audience: Audience,
    minutes: int | None = None,
    max_opens: int | None = None,
    chat_id: str | None = None,
) -> NewLink:
    """The answer repeats the purpose as it came: only what is kept has the name masked, which whoever asks must not learn."""
    code, now = deps.new_code(), deps.now()
    link = ReportLink(
        id=deps.new_id(),
        account_id=actor.id,
        subject_id=subject_id,
        audience=audience,
        purpose=_fit_to_keep(deps, actor, subject_id, purpose),
        code_hash=rules.code_hash(report_key(deps), code),
        created_at=now,
        expires_at=rules.expires_at(now, audience, minutes),
        max_opens=max_opens or rules.DEFAULT_OPENS[audience],
        chat_id=chat_id,
    )
    _keep(deps, actor, link)
    url = f"{deps.settings.site}/r/{code}"
    return NewLink(link.id, url, audience, purpose, link.expires_at, link.max_opens)


def links(deps: Deps, actor: Actor, *, limit: int, cursor: str | None = None) -> Page[ListedLink]:
    """The caller's own links, newest first, dead ones included; what those for oneself are for, to who has just proved to be
    that person."""
    subject_id, now = actor.require_subject(), deps.now()
    scope = f"report-links:{subject_id}"
    found = store.list_links(deps.db, subject_id, after=deps.cursors.read(cursor, scope), limit=limit + 1)
    page = deps.cursors.page(found, limit, scope, lambda link: Position(link.created_at, link.id))
    return Page(tuple(_listed(actor, link, now) for link in page.items), page.next_cursor)


@atomic
def kill_link(deps: Deps, actor: Actor, *, link_id: str) -> ListedLink:
    """Switch an own link off at once; switching off twice is no mistake. The link as it stood before."""
    subject_id = actor.require_subject()
    before = store.kill_link(deps.db, subject_id, link_id, deps.now())
    if before is None:
        raise errors.link_not_found()
    audit.record(deps, actor, "reports.link_kill", link_id, subject_id=subject_id)
    worked = _dead(deps, before) is None
    listed = _listed(actor, before, deps.now())
    return (
        listed if worked or listed.state is not LinkState.ACTIVE else replace(listed, state=LinkState.KILLED)
    )


@atomic
def kill_links(deps: Deps, actor: Actor, *, chat_id: str | None = None) -> int:
    """Switch off every own link that still opens, or those made in one chat; how many there were."""
    subject_id = actor.require_subject()
    found = store.list_active_links(deps.db, subject_id, deps.now(), chat_id=chat_id)
    for link in found:
        kill_link(deps, actor, link_id=link.id)
    return len(found)


def count_active_links(deps: Deps, actor: Actor) -> int:
    """How many own links still open; one that was made in a chat does not when the chat is no longer bound."""
    subject_id = actor.require_subject()
    found = store.list_active_links(deps.db, subject_id, deps.now(), chat_id=None)
    holder = accounts.account_of(deps, subject_id)
    bound = chats.bound_to(deps, {link.chat_id for link in found if link.chat_id is not None})
    return sum(
        link.account_id == holder and (link.chat_id is None or bound.get(link.chat_id) == holder)
        for link in found
    )


def make_chat_link(deps: Deps, actor: Actor, *, chat_id: str) -> NewLink:
    """A link to the own report for the chat that asks: it opens once, within half an hour, for the account that the chat is bound
    to, after proof of identity. The one that the chat got before is switched off, so that no more than one lies about.

    Raises what `make_link` does; the one before works on then, and 429 `limits.too_many` says so.
    """
    with limits.charged(deps, [_charge(actor.require_subject())], errors.too_many_chat_links):
        return _make_chat_link(deps, actor, chat_id)


@atomic
def _make_chat_link(deps: Deps, actor: Actor, chat_id: str) -> NewLink:
    kill_links(deps, actor, chat_id=chat_id)
    purpose, subject_id = said(texts.CHAT_PURPOSE), actor.require_subject()
    return _make(deps, actor, subject_id, purpose=purpose, audience=Audience.SELF, chat_id=chat_id)


def standing_in_chat(deps: Deps, actor: Actor, *, code: str, chat_id: str | None) -> ListedLink:
    """How a link stands that somebody sent into a chat. Raises 404 `reports.link_gone` as opening it there would."""
    link = store.find_link_by_code(deps.db, rules.code_hash(report_key(deps), code.strip().lower()))
    if link is None:
        raise errors.link_gone()
    if link.chat_id is None or link.chat_id != chat_id:
        raise _refused(deps, actor, link, LinkRefusal.ELSEWHERE, told=link.chat_id is not None)
    if (dead := _dead(deps, link)) is not None:
        raise _refused(deps, actor, link, dead, told=True)
    return _listed(actor, link, deps.now())


def standing(deps: Deps, actor: Actor, *, code: str) -> ListedLink:
    """How a link stands before anybody opens it: nothing is counted and nothing of the record is read.

    Raises what opening it would: whoever may not open it does not learn what it is for.
    """
    link = _found(deps, code)
    _require_openable(deps, actor, link)
    return _listed(actor, link, deps.now())


def open_link(deps: Deps, actor: Actor, *, code: str) -> Report:
    """The report behind a link: the own one after step-up, or the third-party view for whoever holds the code.

    Every opening is counted before it is drawn, never above the link's number, and given back if nothing was shown. Every
    refusal is on record with its reason, which the link's owner is told as well.
    """
    link = _found(deps, code)
    _require_openable(deps, actor, link)
    report = _open(deps, actor, link, None)
    if report is None:
        raise AssertionError("without a word nothing is known again")
    return report


def open_from_page(deps: Deps, actor: Actor, *, code: str, word: str) -> Report | None:
    """The same for a form of a page, which a second tap or loading its answer again sends once more: `word` is the form's and
    this browser's alone.

    Within `AGAIN` the third-party view of that opening is shown once more: a look of its own in the log, and no opening. None
    where the owner's form has opened the own report before: that is on the own page.
    """
    link = _found(deps, code)
    mac = rules.code_hash(report_key(deps), f"{link.id}\0{word}")
    if (before := _opened_before(deps, link, mac)) is not None:
        return _shown_again(deps, actor, link, before)
    _require_openable(deps, actor, link)
    return _open(deps, actor, link, mac)


def _open(deps: Deps, actor: Actor, link: ReportLink, mac: bytes | None) -> Report | None:
    at = deps.now()
    counted = store.claim_open(deps.db, link.id, at, mac=mac, since=_since(link, at))
    if counted is None:
        now = store.find_link_by_code(deps.db, link.code_hash) or link
        if (before := _opened_before(deps, now, mac)) is not None:
            return _shown_again(deps, actor, now, before)
        raise _refused(
            deps, actor, link, _dead(deps, now) or LinkRefusal.USED_UP, told=_is_owner(actor, link)
        )
    try:
        report = draw(deps, replace(actor, channel=Channel.LINK), _occasion(link))
    except Exception:
        store.release_open(deps.db, link.id, at, mac=mac)
        raise
    _tell(deps, counted)
    return replace(report, opens=counted.opens, max_opens=counted.max_opens)


def _opened_before(deps: Deps, link: ReportLink, mac: bytes | None) -> Opening | None:
    """The opening by this very form; none where what the link allowed has ended meanwhile."""
    now = deps.now()
    known = [
        one for one in link.openings if mac is not None and one.mac == mac and one.at > _since(link, now)
    ]
    over = link.killed_at is not None or now >= link.expires_at or _has_no_holder(deps, link)
    return known[-1] if known and not over else None


def _since(link: ReportLink, now: datetime) -> datetime:
    """The owner of a used link is led to the own page however late; there the proof is asked for."""
    return store.EARLIEST if link.audience is Audience.SELF else now - AGAIN


def _shown_again(deps: Deps, actor: Actor, link: ReportLink, before: Opening) -> Report | None:
    if link.audience is Audience.SELF:
        _require_owner(deps, actor, link)
        return None
    purpose = texts.SHARED_AGAIN_PURPOSE.fill(purpose=link.purpose)
    report = draw(deps, replace(actor, channel=Channel.LINK), replace(_occasion(link), purpose=purpose))
    return replace(report, opens=before.number, max_opens=link.max_opens, again=True)


def _found(deps: Deps, code: str) -> ReportLink:
    link = store.find_link_by_code(deps.db, rules.code_hash(report_key(deps), code.strip().lower()))
    if link is None:
        raise errors.link_gone()
    return link


def _require_openable(deps: Deps, actor: Actor, link: ReportLink) -> None:
    """Whether this caller may open it now, as it was found."""
    if (dead := _dead(deps, link)) is not None:
        raise _refused(deps, actor, link, dead, told=_is_owner(actor, link))
    if link.audience is Audience.SELF:
        _require_owner(deps, actor, link)


def _dead(deps: Deps, link: ReportLink) -> LinkRefusal | None:
    """Why it opens for nobody; an authorisation ends with the account that gave it, a chat's link with the chat's binding."""
    state = link.state(deps.now())
    if state is not LinkState.ACTIVE:
        return LinkRefusal(state.value)
    return LinkRefusal.UNBOUND if _has_no_holder(deps, link) else None


def _has_no_holder(deps: Deps, link: ReportLink) -> bool:
    if link.chat_id is not None and not chats.is_bound(deps, link.chat_id, link.account_id):
        return True
    return not accounts.holds(deps, link.account_id, link.subject_id)


def _refused(deps: Deps, actor: Actor, link: ReportLink, why: LinkRefusal, *, told: bool) -> ServiceError:
    """Put the refusal on record, as far as nobody fills the log with them."""
    if limits.take(deps, "reports.refused_link", link.id, limit=REFUSALS_LOGGED).granted:
        audit.record(deps, actor, "reports.link_refused", link.id, subject_id=link.subject_id, why=why.value)
    return errors.link_gone(why if told else None)


def _is_owner(actor: Actor, link: ReportLink) -> bool:
    return actor.role is Role.CITIZEN and actor.subject_id == link.subject_id


def _listed(actor: Actor, link: ReportLink, now: datetime) -> ListedLink:
    """What somebody wrote for themselves may hold their name, which a borrowed phone must not tell; the purpose of an
    authorisation is free of it, and that of a chat's link is ours."""
    own_words = link.audience is Audience.SELF and link.chat_id is None
    return ListedLink(
        id=link.id,
        audience=link.audience,
        purpose=None if own_words and not actor.is_verified(now) else link.purpose,
        state=link.state(now),
        created_at=link.created_at,
        expires_at=link.expires_at,
        max_opens=link.max_opens,
        opens=link.opens,
        last_opened_at=link.last_opened_at,
        killed_at=link.killed_at,
    )


def _fit_to_keep(deps: Deps, actor: Actor, subject_id: str, purpose: str) -> str:
    """The purpose as it goes into the log and the database.

    A number is refused by its shape. The name is refused to who has just proved to be that person: anybody else would learn it
    by trying names, so it is masked and they are not told.
    """
    subject = registry.find(deps, subject_id)
    if subject is None:
        raise errors.no_subject()
    name = registry.name_of(deps, subject)
    if rules.holds_number(purpose) or (actor.is_verified(deps.now()) and names.mentions(purpose, name)):
        raise errors.purpose_personal()
    return names.hidden(purpose, name)


@atomic
def _keep(deps: Deps, actor: Actor, link: ReportLink) -> None:
    store.insert_link(deps.db, link)
    audit.record(
        deps,
        actor,
        "reports.link_make",
        link.id,
        subject_id=link.subject_id,
        audience=link.audience.value,
        purpose=link.purpose,
        max_opens=link.max_opens,
    )


def _require_owner(deps: Deps, actor: Actor, link: ReportLink) -> None:
    if actor.role is Role.ANONYMOUS:
        raise common_errors.not_signed_in()
    if actor.role is not Role.CITIZEN or actor.subject_id not in (None, link.subject_id):
        raise _refused(deps, actor, link, LinkRefusal.ELSEWHERE, told=link.chat_id is not None)
    actor.require_verified(deps.now())


def _occasion(link: ReportLink) -> Occasion:
    if link.audience is Audience.SELF:
        return Occasion(link.subject_id, ReportView.OWN, texts.OWN_LINK_PURPOSE, link.id)
    purpose = texts.SHARED_PURPOSE.fill(purpose=link.purpose)
    return Occasion(link.subject_id, ReportView.THIRD_PARTY, purpose, link.id, link.purpose)


def _tell(deps: Deps, link: ReportLink) -> None:
    of_interest = link.audience is Audience.THIRD_PARTY or link.chat_id is not None
    if of_interest and link.last_opened_at is not None:
        facts = {"at": link.last_opened_at, "opens": link.opens, "max_opens": link.max_opens}
        notices.send(deps, link.account_id, NoticeKind.REPORT_LINK_OPENED, **facts)
