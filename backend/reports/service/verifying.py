"""Whether a report in somebody's hand is one of ours."""

import hmac
from datetime import timedelta

from backend.audit import service as audit
from backend.common.deps import Deps
from backend.limits import service as limits
from backend.reports import rules
from backend.reports.model import Verification
from backend.reports.service.drawing import report_key

# A wrong guess costs; a right code is never refused, so that nobody can block another's report by guessing at it.
WRONG_CODES = limits.Limit(20, timedelta(minutes=10))
NOT_OURS = Verification(authentic=False, generated_at=None)


def verify(deps: Deps, *, report_no: str, code: str, address: str | None) -> Verification:
    """Authentic and when, for a number with its code; a wrong code and an unknown number have the same answer.

    `limits.too_many` when an address, or the world on one number, guesses too often.
    """
    number = rules.normalised(report_no)
    entry = audit.find_report(deps, number) if number else None
    given = rules.code_hash(report_key(deps), code.strip().lower()).hex()
    kept = str(entry.details["code_hash"]) if entry else ""
    if entry is not None and hmac.compare_digest(given, kept):
        return Verification(authentic=True, generated_at=entry.at)
    charges = limits.by_address(deps, address, ("reports.verify.address", WRONG_CODES))
    if number is not None:
        charges.append(("reports.verify.number", number, WRONG_CODES))
    limits.spend_all(deps, charges)
    return NOT_OURS
