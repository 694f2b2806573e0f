"""Leaving: taking the own data away, and closing the account."""

from dataclasses import replace
from typing import Any

from backend.accounts import service as accounts
from backend.audit import service as audit
from backend.audit.model import Entry
from backend.chats import service as chats
from backend.common import errors as common_errors
from backend.common import names, numbers
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.common.pages import MAX_LIMIT
from backend.identity import store
from backend.identity.model import Export, Profile
from backend.identity.service import consenting
from backend.notices import service as notices
from backend.notices.model import Notice
from backend.recipients import service as recipients
from backend.registry import service as registry
from backend.registry.model import Subject
from schemas.terms import Role
from schemas.text import Text

PURPOSE = Text("本人导出个人数据", "You took a copy of your own data")
SCOPE = Text(
    "账号资料、同意记录、消息、查询记录和本人的案件", "Account, consents, notices, access log and own cases"
)


@atomic
def close_account(deps: Deps, actor: Actor) -> None:
    """Close the caller's account for good: its sessions end, the phone and every address of other channels are erased, the
    person may register again.

    Live consents are withdrawn and the face template is erased, whether a consent ever hung on it or not, and no import makes
    another one until the person agrees anew (PIPL 47); the audit log stays (Measures 26).
    """
    actor.require(Role.CITIZEN)
    if actor.subject_id is not None:
        for consent in store.list_consents(deps.db, actor.subject_id):
            if consent.ended_at is None:
                consenting.end_face_use(deps, actor, consent)
        registry.erase_face(deps, actor, subject_id=actor.subject_id)
        store.delete_code(deps.db, actor.subject_id)
    recipients.forget(deps, account_id=actor.id)
    chats.forget(deps, account_id=actor.id)
    audit.record(deps, actor, "identity.close_account", actor.id, subject_id=actor.subject_id)
    accounts.close(deps, actor)


def export(deps: Deps, actor: Actor) -> Export:
    """What is kept about the caller's account and person (PIPL 45); `copies` puts the cases beside it.

    Name, number and phones are whole only for who is `verified`, else masked: a borrowed phone must not tell them. The look
    is written down before anything leaves, and is itself in the access log that leaves.
    """
    actor.require(Role.CITIZEN)
    if actor.subject_id is None:
        return Export(deps.now(), _account(deps, actor), (), _notices(deps, actor), ())
    audit.look(deps, actor, "identity.export", subject_id=actor.subject_id, purpose=PURPOSE, scope=SCOPE)
    return Export(
        exported_at=deps.now(),
        profile=_profile(deps, actor, actor.subject_id),
        consents=consenting.list_consents(deps, actor),
        notices=_notices(deps, actor),
        access_log=_looks(deps, actor.subject_id),
    )


def _account(deps: Deps, actor: Actor) -> Profile:
    """What there is of an account by itself, the phone masked."""
    account = accounts.profile(deps, actor)
    return Profile(account.id, account.phone, account.language, account.created_at, masked=True)


def _profile(deps: Deps, actor: Actor, subject_id: str) -> Profile:
    subject = registry.find(deps, subject_id)
    if subject is None:
        raise common_errors.real_name_required()
    whole = actor.is_verified(deps.now())
    words = registry.words_of(deps, subject)
    return replace(
        _account(deps, actor),
        masked=not whole,
        subject_id=subject.id,
        name=words.name if whole else names.masked(words.name),
        id_number=words.number if whole else numbers.mask(words.number),
        district=subject.district,
        face_template=registry.template_of(deps, subject.id) is not None,
        **_phones(deps, actor, subject, whole=whole),
    )


def _phones(deps: Deps, actor: Actor, subject: Subject, *, whole: bool) -> dict[str, Any]:
    """The account's phone and the one on file."""
    on_file = registry.phone_of(deps, subject)
    if whole:
        return {"phone": accounts.phone_of(deps, actor), "phone_on_file": on_file}
    return {"phone_on_file": on_file and numbers.mask(on_file)}


def _notices(deps: Deps, actor: Actor) -> tuple[Notice, ...]:
    page = notices.inbox(deps, actor, limit=MAX_LIMIT)
    found = list(page.items)
    while page.next_cursor is not None:
        page = notices.inbox(deps, actor, limit=MAX_LIMIT, cursor=page.next_cursor)
        found += page.items
    return tuple(found)


def _looks(deps: Deps, subject_id: str) -> tuple[Entry, ...]:
    page = audit.looks(deps, subject_id, limit=MAX_LIMIT)
    found = list(page.items)
    while page.next_cursor is not None:
        page = audit.looks(deps, subject_id, limit=MAX_LIMIT, cursor=page.next_cursor)
        found += page.items
    return tuple(found)
