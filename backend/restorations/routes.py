"""The resident's applications for restoration: apply, follow the clocks, withdraw."""

from datetime import date

from flask import request
from flask.views import MethodView

from backend.evidence import errors as evidence_errors
from backend.evidence.model import Upload
from backend.records import rules as record_rules
from backend.restorations import errors, service
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from backend.web.bodies import contents
from backend.web.downloads import ANY, SCHEMA, attachment
from backend.web.replays import KEY_HEADER
from schemas import restorations as wire
from schemas.evidence import FORM_BYTES
from schemas.terms import RestorationState

blp = blueprint("restorations", "/me/restorations", "信用修复 restorations")

MOVED = (errors.changed(RestorationState.WITHDRAWN), errors.record_deleted)


@blp.route("")
class Restorations(MethodView):
    @blp.arguments(wire.RestorationListQuery, location="query")
    @blp.response(200, wire.RestorationPage)
    def get(self, query):
        """List the own applications with their clocks, newest first

        本人提出过的信用修复申请及各项期限，最新的在前；绑定身份后即可查看。
        """
        return service.mine(deps(), actor(), **query)

    @blp.takes(wire.RestorationApply, files=wire.RestorationFiles, max_bytes=FORM_BYTES)
    @blp.response(201, wire.RestorationCase)
    @blp.refuses(
        errors.record_not_found,
        errors.not_adverse,
        errors.not_ended(record_rules.NOT_ENDED.text),
        errors.too_early(date(2027, 3, 1)),
        errors.already_open("…"),
        errors.too_often(1),
        *evidence_errors.OF_UPLOADS,
    )
    @blp.idempotent
    def post(self, body, files):
        """Apply for the restoration of an own adverse record, with a pledge and evidence

        对本人的一条失信信息申请信用修复，附信用承诺和最多六份证明材料；三个工作日内决定是否受理，十个工作日内反馈结果。
        """
        uploads = [Upload(name, content) for name, content in contents(files["evidence"])]
        return service.apply(
            deps(), actor(), **body, uploads=uploads, idempotency_key=request.headers.get(KEY_HEADER)
        )


@blp.route("/<restoration_id>")
class OneRestoration(MethodView):
    @blp.response(200, wire.RestorationCase)
    @blp.refuses(errors.not_found)
    def get(self, restoration_id):
        """Follow an own application: state, clocks, timeline

        查看一件修复申请的进展、期限和经过；完成本人核验后还可查看所涉记录和全部说明。
        """
        return service.find_mine(deps(), actor(), restoration_id=restoration_id)


@blp.route("/<restoration_id>/evidence/<evidence_id>")
class OneEvidence(MethodView):
    @blp.response(200, SCHEMA, content_type=ANY)
    @blp.refuses(errors.not_found, evidence_errors.not_found, evidence_errors.damaged)
    def get(self, restoration_id, evidence_id):
        """Download a file of an own application

        下载本人提交的一份证明材料，须先完成本人核验。
        """
        return attachment(
            service.download_mine(deps(), actor(), restoration_id=restoration_id, evidence_id=evidence_id)
        )


@blp.route("/<restoration_id>/withdraw")
class Withdrawn(MethodView):
    @blp.response(200, wire.RestorationCase)
    @blp.refuses(errors.not_found, *MOVED)
    def post(self, restoration_id):
        """Withdraw an own application that is still open

        撤回办理中的修复申请；以后可以再次申请。
        """
        return service.withdraw(deps(), actor(), restoration_id=restoration_id)
