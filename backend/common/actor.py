"""Who is acting, through which door, and how far they have proved who they are."""

from dataclasses import dataclass
from datetime import datetime

from backend.common import errors
from schemas.terms import Channel, Level, Role


@dataclass(frozen=True)
class Actor:
    """The caller of a use case.

    `id` is the account (citizen), staff, merchant or process id; `subject_id` the information subject a citizen has
    bound; `name`, `unit` are what the access log shows of staff (a citizen is shown as 本人). `verified_until` is the end of
    the ten minutes that a passed face check or window code gives. `through` names the key or the clerk that a merchant acts
    by (`key:…`, `clerk:…`); every line it causes in the audit log says so.
    """

    id: str
    role: Role
    channel: Channel
    session_id: str | None = None
    subject_id: str | None = None
    name: str | None = None
    unit: str | None = None
    level: Level | None = None
    verified_until: datetime | None = None
    through: str | None = None

    def require(self, *roles: Role) -> None:
        """Raise unless the actor has one of `roles`."""
        if self.role is Role.ANONYMOUS:
            raise errors.not_signed_in()
        if self.role not in roles:
            raise errors.not_allowed()

    def require_subject(self) -> str:
        """The bound subject of a citizen, or the refusal that tells what to do."""
        self.require(Role.CITIZEN)
        if self.subject_id is None:
            raise errors.real_name_required()
        return self.subject_id

    def require_verified(self, now: datetime) -> str:
        """The bound subject, if the proof of identity is still fresh at `now` (DOMAIN 5: ten minutes)."""
        self.require(Role.CITIZEN)
        if self.subject_id is None:
            raise errors.binding_and_verification_required()
        if not self.is_verified(now):
            raise errors.verification_required()
        return self.subject_id

    def is_verified(self, now: datetime) -> bool:
        """Whether the proof of identity is still fresh at `now`."""
        return self.verified_until is not None and now < self.verified_until


def anonymous(channel: Channel) -> Actor:
    return Actor(id="anonymous", role=Role.ANONYMOUS, channel=channel)


def system(channel: Channel, name: str) -> Actor:
    """A process that acts by itself: the worker's sweeps, an operations command."""
    return Actor(id=f"system:{name}", role=Role.SYSTEM, channel=channel, name=name)
