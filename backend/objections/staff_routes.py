"""The case officers' and the providers' side of objections."""

from flask.views import MethodView

from backend.evidence import errors as evidence_errors
from backend.objections import errors, service
from backend.records import errors as record_errors
from backend.records.model import Correction
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from backend.web.downloads import ANY, SCHEMA, attachment
from schemas import objections as wire
from schemas.terms import FindingOutcome, ObjectionState
from schemas.text import Text

blp = blueprint("objections_staff", "/staff/objections", "异议办理 handling objections")
provider_blp = blueprint("objections_provider", "/provider/objections", "异议核查 findings of providers")

MOVED = (errors.changed(ObjectionState.CLOSED), errors.record_deleted)
OTHER = errors.other_officer("…")
REMEDIES = (
    errors.nothing_decided,
    record_errors.nothing_corrected,
    record_errors.changed,
    record_errors.doc_no_taken,
    record_errors.not_fit("records.bad_date", "occurred_on", Text("日期有误", "the date is wrong")),
)


@blp.route("")
class Desk(MethodView):
    @blp.arguments(wire.DeskObjectionListQuery, location="query")
    @blp.response(200, wire.ListedObjectionPage)
    def get(self, query):
        """List the cases, nearest due first

        全部异议，最早到期的在前；可按状态、是否逾期、提供单位筛选，不含记录内容和个人信息。
        """
        return service.for_officers(deps(), actor(), **query)


@blp.route("/<objection_id>")
class DeskCase(MethodView):
    @blp.response(200, wire.Objection)
    @blp.refuses(errors.not_found)
    def get(self, objection_id):
        """Read a case with its record; the subject sees who looked

        查看一件异议及所涉记录；查看会先记入信息主体可见的查询日志。
        """
        return service.find_for_officer(deps(), actor(), objection_id=objection_id)


@blp.route("/<objection_id>/evidence/<evidence_id>")
class DeskEvidence(MethodView):
    @blp.response(200, SCHEMA, content_type=ANY)
    @blp.refuses(errors.not_found, errors.not_yours, evidence_errors.not_found, evidence_errors.damaged)
    def get(self, objection_id, evidence_id):
        """Download a file of an own case

        下载一份证明材料，仅限本案经办人；下载会先记入信息主体可见的查询日志。
        """
        return attachment(
            service.download_for_officer(deps(), actor(), objection_id=objection_id, evidence_id=evidence_id)
        )


@blp.route("/<objection_id>/compare")
class Compared(MethodView):
    @blp.response(200, wire.Objection)
    @blp.refuses(errors.not_found, *MOVED)
    def post(self, objection_id):
        """Take a case and begin to compare

        受理并开始比对，您成为本案经办人；两人同时点击时只有一人成功。
        """
        return service.compare(deps(), actor(), objection_id=objection_id)


@blp.route("/<objection_id>/take-over")
class TakenOver(MethodView):
    @blp.arguments(wire.ObjectionTakeOver)
    @blp.response(200, wire.Objection)
    @blp.refuses(errors.not_found, *MOVED, errors.own_already)
    def post(self, body, objection_id):
        """Take another officer's case over, with a reason

        接手他人经办的异议，理由记入办理经过。
        """
        return service.take_over(deps(), actor(), objection_id=objection_id, **body)


@blp.route("/<objection_id>/request-supplement")
class SupplementRequested(MethodView):
    @blp.arguments(wire.ObjectionSupplementRequest)
    @blp.response(200, wire.Objection)
    @blp.refuses(errors.not_found, *MOVED, OTHER)
    def post(self, body, objection_id):
        """Ask the person for more; the running clocks stand still

        请异议人补充材料，进行中的期限暂停计算；到期未补充的按现有材料继续。
        """
        return service.request_supplement(deps(), actor(), objection_id=objection_id, **body)


@blp.route("/<objection_id>/forward")
class Forwarded(MethodView):
    @blp.arguments(wire.ObjectionForward)
    @blp.response(200, wire.Objection)
    @blp.refuses(errors.not_found, *MOVED, OTHER)
    def post(self, body, objection_id):
        """The data agree: forward the case to the provider's unit

        平台数据与单位一致，转交提供单位核查，单位五个工作日内答复。
        """
        return service.forward(deps(), actor(), objection_id=objection_id, **body)


@blp.route("/<objection_id>/decide")
class Decided(MethodView):
    @blp.arguments(wire.ObjectionDecide)
    @blp.response(200, wire.Objection)
    @blp.refuses(errors.not_found, *MOVED, OTHER, *REMEDIES)
    def post(self, body, objection_id):
        """The data differ: put the record right and close the case

        平台数据与单位不一致，更正或停止提供该记录并办结；两人同时点击时只有一人成功。
        """
        del body["outcome"]  # there is one, and the schema holds it
        return service.decide(deps(), actor(), objection_id=objection_id, **_remedy(body))


@provider_blp.route("")
class Provided(MethodView):
    @provider_blp.arguments(wire.ProviderObjectionListQuery, location="query")
    @provider_blp.response(200, wire.ListedObjectionPage)
    def get(self, query):
        """List the cases forwarded to the own unit, nearest due first

        转交本单位核查的异议，最早到期的在前。
        """
        return service.for_provider(deps(), actor(), **query)


@provider_blp.route("/<objection_id>")
class ProvidedCase(MethodView):
    @provider_blp.response(200, wire.Objection)
    @provider_blp.refuses(errors.not_found)
    def get(self, objection_id):
        """Read a case forwarded to the own unit; the subject sees who looked

        查看转交本单位的一件异议及所涉记录；查看会先记入信息主体可见的查询日志。
        """
        return service.find_for_provider(deps(), actor(), objection_id=objection_id)


@provider_blp.route("/<objection_id>/evidence/<evidence_id>")
class ProvidedEvidence(MethodView):
    @provider_blp.response(200, SCHEMA, content_type=ANY)
    @provider_blp.refuses(errors.not_found, evidence_errors.not_found, evidence_errors.damaged)
    def get(self, objection_id, evidence_id):
        """Download a file of a case forwarded to the own unit

        下载转交本单位的异议的一份证明材料；下载会先记入信息主体可见的查询日志。
        """
        return attachment(
            service.download_for_provider(deps(), actor(), objection_id=objection_id, evidence_id=evidence_id)
        )


@provider_blp.route("/<objection_id>/findings")
class Findings(MethodView):
    @provider_blp.arguments(wire.ObjectionFinding)
    @provider_blp.response(200, wire.Objection)
    @provider_blp.refuses(errors.not_found, *MOVED, errors.no_correction_wanted, *REMEDIES)
    def post(self, body, objection_id):
        """Answer a case of the own unit: corrected or upheld

        答复本单位的一件异议：更正或维持，并说明理由。
        """
        outcome, asked = body.pop("outcome"), _remedy(body)
        if outcome is FindingOutcome.CORRECTED:
            return service.find_corrected(deps(), actor(), objection_id=objection_id, **asked)
        if asked.pop("correction") is not None or asked.pop("remove") is not None:
            raise errors.no_correction_wanted()
        return service.find_upheld(deps(), actor(), objection_id=objection_id, **asked)


def _remedy(body):
    """The words of the body as the use cases take them; a correction that names nothing is none."""
    correction = body.pop("correction")
    return {**body, "correction": Correction(**correction) if correction else None}
