"""The copy of the own data."""

from marshmallow import fields

from schemas.base import BeijingTime, ResponseSchema
from schemas.benefits import BenefitClaim
from schemas.chats import Chat
from schemas.eligibility import Check, Contest, Pass
from schemas.identity import Consent, ExportedLook, ExportedProfile
from schemas.notices import Notice
from schemas.objections import Objection
from schemas.orders import Order
from schemas.recipients import Preferences
from schemas.removals import Removal
from schemas.reports import Question, ReportLink
from schemas.restorations import RestorationCase


class Export(ResponseSchema):
    """Own data held by this service; the credit record itself is in `GET /me/report`."""

    exported_at = BeijingTime(required=True)
    profile = fields.Nested(ExportedProfile, required=True)
    consents = fields.List(fields.Nested(Consent), required=True)
    notices = fields.List(fields.Nested(Notice), required=True)
    access_log = fields.List(fields.Nested(ExportedLook), required=True)
    notice_preferences = fields.Nested(Preferences, required=True)
    chats = fields.List(fields.Nested(Chat), required=True)
    objections = fields.List(fields.Nested(Objection), required=True)
    restorations = fields.List(fields.Nested(RestorationCase), required=True)
    questions = fields.List(fields.Nested(Question), required=True)
    removals = fields.List(fields.Nested(Removal), required=True)
    claims = fields.List(fields.Nested(BenefitClaim), required=True)
    passes = fields.List(fields.Nested(Pass), required=True)
    checks = fields.List(fields.Nested(Check), required=True)
    contests = fields.List(fields.Nested(Contest), required=True)
    orders = fields.List(fields.Nested(Order), required=True)
    report_links = fields.List(fields.Nested(ReportLink), required=True)
    truncated = fields.List(
        fields.String(),
        required=True,
        metadata={
            "description": "未列完的清单名称（每类最多列出最近 500 件），其余请在各自的列表接口翻页查看 / lists that go on:"
            " of each kind the newest 500 are here, the rest is at its own route"
        },
    )
