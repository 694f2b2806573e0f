"""Consent to sensitive processing: separate, informed, to be withdrawn as easily as it was given (PIPL 14-17, 29-30)."""

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.identity import errors, store, texts
from backend.identity.model import Consent
from backend.identity.texts import ConsentNotice
from backend.notices import service as notices
from backend.registry import service as registry
from schemas.notices import NoticeKind
from schemas.terms import ConsentPurpose


def current_notices() -> tuple[ConsentNotice, ...]:
    """What is read before a consent, one text a purpose."""
    return tuple(texts.current(purpose) for purpose in ConsentPurpose)


@atomic
def give_consent(deps: Deps, actor: Actor, *, purpose: ConsentPurpose, notice_version: str) -> Consent:
    """Agree to the notice in force; the same again gives the live consent.

    A consent to an older version is replaced. Raises `consents.outdated_notice` (409) for any other version.
    """
    subject_id = actor.require_subject()
    notice = texts.current(purpose)
    if notice_version != notice.version:
        raise errors.outdated_notice(notice.version)
    live = store.find_open_consent(deps.db, _open_key(subject_id, purpose))
    if live is not None and live.notice_version == notice.version:
        return live
    if live is not None:
        store.close_consent(deps.db, live.id, deps.now(), withdrawn=False)
    return _given(deps, actor, subject_id, notice)


def list_consents(deps: Deps, actor: Actor) -> tuple[Consent, ...]:
    """The caller's own, newest first, ended ones included."""
    return tuple(store.list_consents(deps.db, actor.require_subject()))


def live_consent(deps: Deps, subject_id: str, purpose: ConsentPurpose) -> Consent | None:
    """The person's consent to the notice in force, if it has not ended."""
    live = store.find_open_consent(deps.db, _open_key(subject_id, purpose))
    return live if live is not None and live.notice_version == texts.current(purpose).version else None


@atomic
def withdraw_consent(deps: Deps, actor: Actor, *, consent_id: str) -> Consent:
    """End a consent and erase the template with it, in one transaction; doing it again finds nothing left to do.

    A template that is there is erased whatever became of the consent before, and no import makes another one until the
    person agrees anew (PIPL 15, 47). Open face challenges hang on the consent and end with it. Raises 404 for another
    person's consent.
    """
    consent = store.find_own_consent(deps.db, actor.require_subject(), consent_id)
    if consent is None:
        raise errors.no_such_consent()
    if end_face_use(deps, actor, consent):
        notices.send(deps, actor.id, NoticeKind.CONSENT_WITHDRAWN)
    return consent


@atomic
def end_face_use(deps: Deps, actor: Actor, consent: Consent) -> bool:
    """Erase the template, end the consent and write down that none is left; whether the consent was live until now."""
    erased = registry.erase_face(deps, actor, subject_id=consent.subject_id)
    if not store.close_consent(deps.db, consent.id, deps.now(), withdrawn=True):
        return False
    audit.record(
        deps,
        actor,
        "identity.consent_withdraw",
        consent.id,
        subject_id=consent.subject_id,
        purpose=consent.purpose.value,
        notice_version=consent.notice_version,
        template_erased=erased,
        template_left=registry.template_of(deps, consent.subject_id) is not None,
    )
    return True


def _given(deps: Deps, actor: Actor, subject_id: str, notice: ConsentNotice) -> Consent:
    consent = Consent(
        id=deps.new_id(),
        subject_id=subject_id,
        account_id=actor.id,
        purpose=notice.purpose,
        notice_version=notice.version,
        notice_digest=texts.digest(notice),
        given_at=deps.now(),
        open_key=_open_key(subject_id, notice.purpose),
    )
    if not store.insert_consent(deps.db, consent):
        raise Retry(consent.id)
    audit.record(
        deps,
        actor,
        "identity.consent_give",
        consent.id,
        subject_id=subject_id,
        purpose=notice.purpose.value,
        notice_version=notice.version,
        notice_digest=consent.notice_digest,
    )
    notices.send(deps, actor.id, NoticeKind.CONSENT_GIVEN, notice_version=notice.version)
    return consent


def _open_key(subject_id: str, purpose: ConsentPurpose) -> str:
    return f"{subject_id}:{purpose.value}"
