"""Who may call which route: the one table. A route that is not here keeps the service from starting.

The key is the method and Flask's rule. `PUBLIC` routes never look at a token, so a stale one does no harm there. A route
open to `ANONYMOUS` and others reads a token when one is sent, and then a bad one is refused. What a caller may do with
a single thing (the own record, the own unit's case) is the use case's question, not this table's.
"""

from schemas.terms import STAFF_ROLES, Role

Rights = dict[str, frozenset[Role]]

PUBLIC = frozenset({Role.ANONYMOUS})
CITIZENS = frozenset({Role.CITIZEN})
STAFF = STAFF_ROLES
SIGNED_IN = CITIZENS | STAFF
CLERKS = frozenset({Role.WINDOW_CLERK})
PROVIDERS = frozenset({Role.PROVIDER})
STEWARDS = frozenset({Role.DATA_STEWARD})
OFFICERS = frozenset({Role.CASE_OFFICER})
AUDITORS = frozenset({Role.AUDITOR, Role.ADMIN})

RIGHTS: Rights = {
    "GET /": PUBLIC,
    "GET /docs": PUBLIC,
    "GET /docs/style.css": PUBLIC,
    "GET /healthz": PUBLIC,
    "GET /readyz": PUBLIC,
    "GET /metrics": PUBLIC,
    "GET /.well-known/jwks.json": PUBLIC,
    "GET /api/v1/openapi.json": PUBLIC,
    "POST /api/v1/auth/codes": PUBLIC,
    "POST /api/v1/auth/sessions": PUBLIC,
    "POST /api/v1/auth/sessions/refresh": PUBLIC,
    "DELETE /api/v1/auth/sessions/current": SIGNED_IN,
    "POST /api/v1/auth/staff-sessions": PUBLIC,
    "GET /api/v1/staff/me": STAFF,
    "GET /api/v1/me": CITIZENS,
    "PUT /api/v1/me/language": CITIZENS,
    "DELETE /api/v1/me": CITIZENS,
    "GET /api/v1/me/export": CITIZENS,
    "PUT /api/v1/me/identity": CITIZENS,
    "GET /api/v1/consent-notices": PUBLIC,
    "GET /api/v1/me/consents": CITIZENS,
    "POST /api/v1/me/consents": CITIZENS,
    "DELETE /api/v1/me/consents/<consent_id>": CITIZENS,
    "POST /api/v1/me/face-challenges": CITIZENS,
    "POST /api/v1/me/face-challenges/<challenge_id>/frames": CITIZENS,
    "POST /api/v1/me/window-codes/redeem": CITIZENS,
    "GET /api/v1/identity/parity": PUBLIC,
    "GET /api/v1/me/report": CITIZENS,
    "GET /api/v1/me/report/summary": CITIZENS,
    "GET /api/v1/me/report-links": CITIZENS,
    "POST /api/v1/me/report-links": CITIZENS,
    "DELETE /api/v1/me/report-links/<link_id>": CITIZENS,
    "GET /api/v1/report-links/<code>": PUBLIC | CITIZENS,
    "GET /r/<code>": PUBLIC | CITIZENS,
    "GET /api/v1/verify/<report_no>": PUBLIC,
    "GET /verify/<report_no>": PUBLIC,
    "GET /api/v1/me/access-log": CITIZENS,
    "POST /api/v1/me/access-log/<entry_id>/questions": CITIZENS,
    "GET /api/v1/me/questions": CITIZENS,
    "GET /api/v1/me/questions/<question_id>": CITIZENS,
    "GET /api/v1/staff/questions": AUDITORS,
    "GET /api/v1/staff/questions/<question_id>": AUDITORS,
    "POST /api/v1/staff/questions/<question_id>/answer": AUDITORS,
    "GET /api/v1/me/forgetting-calendar": CITIZENS,
    "GET /api/v1/me/grade": CITIZENS,
    "GET /api/v1/grade-rules": PUBLIC,
    "GET /api/v1/grade-rules/<version>": PUBLIC,
    "GET /api/v1/me/restorations": CITIZENS,
    "POST /api/v1/me/restorations": CITIZENS,
    "GET /api/v1/me/restorations/<restoration_id>": CITIZENS,
    "GET /api/v1/me/restorations/<restoration_id>/evidence/<evidence_id>": CITIZENS,
    "POST /api/v1/me/restorations/<restoration_id>/withdraw": CITIZENS,
    "GET /api/v1/staff/restorations": OFFICERS,
    "GET /api/v1/staff/restorations/<restoration_id>": OFFICERS,
    "GET /api/v1/staff/restorations/<restoration_id>/evidence/<evidence_id>": OFFICERS,
    "POST /api/v1/staff/restorations/<restoration_id>/accept": OFFICERS,
    "POST /api/v1/staff/restorations/<restoration_id>/decline": OFFICERS,
    "GET /api/v1/provider/restorations": PROVIDERS,
    "GET /api/v1/provider/restorations/<restoration_id>": PROVIDERS,
    "GET /api/v1/provider/restorations/<restoration_id>/evidence/<evidence_id>": PROVIDERS,
    "POST /api/v1/provider/restorations/<restoration_id>/proofs": PROVIDERS,
    "DELETE /api/v1/me/records/<record_id>": CITIZENS,
    "GET /api/v1/me/removals": CITIZENS,
    "POST /api/v1/staff/records/<record_id>/erasures": STEWARDS,
    "POST /api/v1/provider/records/erasures": PROVIDERS,
    "GET /api/v1/provider/removals": PROVIDERS,
    "GET /api/v1/me/notices": CITIZENS,
    "POST /api/v1/me/notices/<notice_id>/read": CITIZENS,
    "POST /api/v1/staff/window-codes": CLERKS,
    "GET /api/v1/staff/desk": STAFF,
    "GET /api/v1/staff/calendars": STAFF,
    "PUT /api/v1/staff/calendars/<int:year>": STEWARDS,
    "GET /api/v1/staff/notices": STAFF,
    "POST /api/v1/staff/notices/<notice_id>/read": STAFF,
    "GET /api/v1/catalogue": PUBLIC,
    "GET /api/v1/catalogue/<int:year>": PUBLIC,
    "GET /api/v1/catalogue/items/<code>": PUBLIC,
    "GET /api/v1/me/objections": CITIZENS,
    "POST /api/v1/me/objections": CITIZENS,
    "GET /api/v1/me/objections/<objection_id>": CITIZENS,
    "POST /api/v1/me/objections/<objection_id>/evidence": CITIZENS,
    "GET /api/v1/me/objections/<objection_id>/evidence/<evidence_id>": CITIZENS,
    "POST /api/v1/me/objections/<objection_id>/withdraw": CITIZENS,
    "POST /api/v1/me/objections/<objection_id>/dissent": CITIZENS,
    "GET /api/v1/staff/objections": OFFICERS,
    "GET /api/v1/staff/objections/<objection_id>": OFFICERS,
    "GET /api/v1/staff/objections/<objection_id>/evidence/<evidence_id>": OFFICERS,
    "POST /api/v1/staff/objections/<objection_id>/compare": OFFICERS,
    "POST /api/v1/staff/objections/<objection_id>/take-over": OFFICERS,
    "POST /api/v1/staff/objections/<objection_id>/request-supplement": OFFICERS,
    "POST /api/v1/staff/objections/<objection_id>/forward": OFFICERS,
    "POST /api/v1/staff/objections/<objection_id>/decide": OFFICERS,
    "GET /api/v1/provider/objections": PROVIDERS,
    "GET /api/v1/provider/objections/<objection_id>": PROVIDERS,
    "GET /api/v1/provider/objections/<objection_id>/evidence/<evidence_id>": PROVIDERS,
    "POST /api/v1/provider/objections/<objection_id>/findings": PROVIDERS,
}
