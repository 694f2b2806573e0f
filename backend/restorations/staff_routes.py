"""The case officers' and the providers' side of restorations."""

from flask.views import MethodView

from backend.evidence import errors as evidence_errors
from backend.removals import errors as removal_errors
from backend.restorations import errors, service
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from backend.web.downloads import ANY, SCHEMA, attachment
from schemas import restorations as wire
from schemas.terms import RestorationState

blp = blueprint("restorations_staff", "/staff/restorations", "信用修复办理 handling restorations")
provider_blp = blueprint(
    "restorations_provider", "/provider/restorations", "信用修复审核 proofs of providers"
)

MOVED = (errors.changed(RestorationState.WITHDRAWN), errors.record_deleted)


@blp.route("")
class Desk(MethodView):
    @blp.arguments(wire.DeskRestorationListQuery, location="query")
    @blp.response(200, wire.ListedRestorationPage)
    def get(self, query):
        """List the applications, nearest due first

        全部修复申请，最早到期的在前；可按状态、是否逾期、提供单位筛选，不含记录内容和个人信息。
        """
        return service.for_officers(deps(), actor(), **query)


@blp.route("/<restoration_id>")
class DeskCase(MethodView):
    @blp.response(200, wire.RestorationCase)
    @blp.refuses(errors.not_found)
    def get(self, restoration_id):
        """Read an application, while it is open with its record; the subject sees who looked

        查看一件修复申请；办理期间可查看所涉记录、承诺和说明，查看会先记入信息主体可见的查询日志；办结后仅供查看进展和期限。
        """
        return service.find_for_officer(deps(), actor(), restoration_id=restoration_id)


@blp.route("/<restoration_id>/evidence/<evidence_id>")
class DeskEvidence(MethodView):
    @blp.response(200, SCHEMA, content_type=ANY)
    @blp.refuses(errors.not_found, evidence_errors.not_found, evidence_errors.damaged)
    def get(self, restoration_id, evidence_id):
        """Download a file of an application

        下载一份证明材料；下载会先记入信息主体可见的查询日志。
        """
        return attachment(
            service.download_for_officer(
                deps(), actor(), restoration_id=restoration_id, evidence_id=evidence_id
            )
        )


@blp.route("/<restoration_id>/accept")
class Accepted(MethodView):
    @blp.arguments(wire.RestorationAccept)
    @blp.response(200, wire.RestorationCase)
    @blp.refuses(errors.not_found, *MOVED)
    def post(self, body, restoration_id):
        """Accept an application and hand it to the provider's unit

        决定受理并转信息提供单位审核；两人同时点击时只有一人成功。
        """
        return service.accept(deps(), actor(), restoration_id=restoration_id, **body)


@blp.route("/<restoration_id>/decline")
class Declined(MethodView):
    @blp.arguments(wire.RestorationDecline)
    @blp.response(200, wire.RestorationCase)
    @blp.refuses(errors.not_found, *MOVED)
    def post(self, body, restoration_id):
        """Do not accept an application, with the reason

        决定不予受理并说明理由；申请人可在条件具备后再次申请。
        """
        return service.decline(deps(), actor(), restoration_id=restoration_id, **body)


@provider_blp.route("")
class Provided(MethodView):
    @provider_blp.arguments(wire.ProviderRestorationListQuery, location="query")
    @provider_blp.response(200, wire.ListedRestorationPage)
    def get(self, query):
        """List the accepted applications of the own unit, nearest due first

        已受理、由本单位审核的修复申请，最早到期的在前。
        """
        return service.for_provider(deps(), actor(), **query)


@provider_blp.route("/<restoration_id>")
class ProvidedCase(MethodView):
    @provider_blp.response(200, wire.RestorationCase)
    @provider_blp.refuses(errors.not_found)
    def get(self, restoration_id):
        """Read an accepted application of the own unit, while it is open with its record; the subject sees who looked

        查看本单位审核的一件修复申请；办理期间可查看所涉记录、承诺和说明，查看会先记入信息主体可见的查询日志；办结后仅供查看进展和期限。
        """
        return service.find_for_provider(deps(), actor(), restoration_id=restoration_id)


@provider_blp.route("/<restoration_id>/evidence/<evidence_id>")
class ProvidedEvidence(MethodView):
    @provider_blp.response(200, SCHEMA, content_type=ANY)
    @provider_blp.refuses(errors.not_found, evidence_errors.not_found, evidence_errors.damaged)
    def get(self, restoration_id, evidence_id):
        """Download a file of an accepted application of the own unit

        下载本单位审核的修复申请的一份证明材料；下载会先记入信息主体可见的查询日志。
        """
        return attachment(
            service.download_for_provider(
                deps(), actor(), restoration_id=restoration_id, evidence_id=evidence_id
            )
        )


@provider_blp.route("/<restoration_id>/proofs")
class Proofs(MethodView):
    @provider_blp.arguments(wire.RestorationProof)
    @provider_blp.response(200, wire.RestorationCase)
    @provider_blp.refuses(
        errors.not_found, *MOVED, errors.no_proof, removal_errors.changed, removal_errors.tells_record
    )
    def post(self, body, restoration_id):
        """Prove a restoration, which takes the record out of queries at once, or refuse it

        出具修复结论：准予修复的，该信息即时停止提供查询（《条例》第三十八条，三个工作日内）；不予修复的，说明理由。
        """
        return service.prove(deps(), actor(), restoration_id=restoration_id, **body)
