"""Who hears what: the resident in the inbox, the officers and the provider's unit at their desks. No word of a record."""

from typing import Any

from backend.accounts import service as accounts
from backend.clocks.model import Clock
from backend.common.deps import Deps
from backend.notices import service as notices
from backend.objections.model import Objection
from schemas.notices import DeskNoticeKind, NoticeKind
from schemas.terms import CaseKind, Role


def resident(deps: Deps, case: Objection, kind: NoticeKind, **payload: Any) -> None:
    """To the account that the person has now; somebody who closed it and has no other is told by nobody."""
    account_id = accounts.account_of(deps, case.subject_id)
    if account_id is not None:
        notices.send(deps, account_id, kind, objection_id=case.id, **payload)


def officers(deps: Deps, case: Objection, kind: DeskNoticeKind, **payload: Any) -> None:
    _desk(deps, case, Role.CASE_OFFICER, None, kind, payload)


def provider(deps: Deps, case: Objection, kind: DeskNoticeKind, **payload: Any) -> None:
    _desk(deps, case, Role.PROVIDER, case.unit_code, kind, payload)


def whoever_must(deps: Deps, case: Objection, clock: Clock, kind: DeskNoticeKind, **payload: Any) -> None:
    """The desk that has to meet this clock."""
    tell = provider if clock.name == "finding" else officers
    tell(deps, case, kind, clock=clock.label.text, **payload)


def _desk(
    deps: Deps, case: Objection, role: Role, unit: str | None, kind: DeskNoticeKind, payload: dict[str, Any]
) -> None:
    named = {"case": CaseKind.OBJECTION, "case_id": case.id} | payload
    notices.tell_desk(deps, role=role, unit=unit, kind=kind, **named)
