"""A resident's copy of everything kept about them (PIPL 45), put together from every feature that keeps something."""

from dataclasses import dataclass
from datetime import datetime

from backend.audit.model import Entry
from backend.benefits.service import ShownClaim
from backend.chats.model import Binding
from backend.eligibility.model import ShownCheck, ShownContest, ShownPass
from backend.identity.model import Consent, Profile
from backend.notices.model import Notice
from backend.objections.model import Shown as Objection
from backend.orders.model import ShownOrder
from backend.recipients.model import Shown as Preferences
from backend.removals.model import ShownRemoval
from backend.reports.model import ListedLink, ShownQuestion
from backend.restorations.model import Shown as Restoration


@dataclass(frozen=True)
class Copy:
    """All but the credit record, which is the report's. `truncated` names the lists that go on where they are asked for."""

    exported_at: datetime
    profile: Profile
    consents: tuple[Consent, ...]
    notices: tuple[Notice, ...]
    access_log: tuple[Entry, ...]
    notice_preferences: Preferences
    chats: tuple[Binding, ...] = ()
    objections: tuple[Objection, ...] = ()
    restorations: tuple[Restoration, ...] = ()
    questions: tuple[ShownQuestion, ...] = ()
    removals: tuple[ShownRemoval, ...] = ()
    claims: tuple[ShownClaim, ...] = ()
    passes: tuple[ShownPass, ...] = ()
    checks: tuple[ShownCheck, ...] = ()
    contests: tuple[ShownContest, ...] = ()
    orders: tuple[ShownOrder, ...] = ()
    report_links: tuple[ListedLink, ...] = ()
    truncated: tuple[str, ...] = ()
