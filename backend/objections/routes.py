"""The resident's objections: submit, follow the clocks, add evidence, withdraw, dissent."""

from flask import request
from flask.views import MethodView

from backend.evidence import errors as evidence_errors
from backend.evidence.model import Upload
from backend.objections import errors, service
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from backend.web.bodies import contents
from backend.web.downloads import ANY, SCHEMA, attachment
from backend.web.replays import KEY_HEADER
from schemas import objections as wire
from schemas.evidence import FORM_BYTES
from schemas.terms import ObjectionState

blp = blueprint("objections", "/me/objections", "异议 objections")

MOVED = (errors.changed(ObjectionState.CLOSED), errors.record_deleted)
FILES = (
    evidence_errors.too_many,
    evidence_errors.empty,
    evidence_errors.too_large,
    evidence_errors.not_supported,
    evidence_errors.unreadable,
    evidence_errors.protected,
    evidence_errors.unpacks_too_large,
    evidence_errors.expired,
)


@blp.route("")
class Objections(MethodView):
    @blp.arguments(wire.ObjectionListQuery, location="query")
    @blp.response(200, wire.ObjectionPage)
    def get(self, query):
        """List the own objections with their clocks, newest first

        本人提出过的异议及各项期限，最新的在前；绑定身份后即可查看。
        """
        return service.mine(deps(), actor(), **query)

    @blp.takes(wire.ObjectionSubmit, files=wire.ObjectionFiles, max_bytes=FORM_BYTES)
    @blp.response(201, wire.Objection)
    @blp.refuses(errors.record_not_found, errors.already_open("…"), errors.too_often(1), *FILES)
    @blp.idempotent
    def post(self, body, files):
        """Object to one of the own records; it is marked at once

        对本人的一条信用记录提出异议，可附最多六份证明材料；系统即时标注该记录，并列出各项办理期限和依据。
        """
        return service.submit(deps(), actor(), **body, uploads=_uploads(files), idempotency_key=_key())


@blp.route("/<objection_id>")
class OneObjection(MethodView):
    @blp.response(200, wire.Objection)
    @blp.refuses(errors.not_found)
    def get(self, objection_id):
        """Follow an own objection: state, clocks, timeline

        查看一件异议的进展、期限和经过；完成本人核验后还可查看所涉记录和全部说明。
        """
        return service.find_mine(deps(), actor(), objection_id=objection_id)


@blp.route("/<objection_id>/evidence")
class AddedEvidence(MethodView):
    @blp.takes(wire.ObjectionEvidenceAdd, files=wire.ObjectionFiles, max_bytes=FORM_BYTES)
    @blp.response(201, wire.Objection)
    @blp.refuses(errors.not_found, *MOVED, errors.nothing_added, errors.too_many_additions(1), *FILES)
    @blp.idempotent
    def post(self, body, files, objection_id):
        """Add evidence or words to an own objection; clocks that waited for them run on

        补充证明材料或说明，须先完成本人核验；如系应要求补充，暂停的期限自次日起继续计算。
        """
        return service.add_evidence(
            deps(),
            actor(),
            objection_id=objection_id,
            **body,
            uploads=_uploads(files),
            idempotency_key=_key(),
        )


@blp.route("/<objection_id>/evidence/<evidence_id>")
class OneEvidence(MethodView):
    @blp.response(200, SCHEMA, content_type=ANY)
    @blp.refuses(errors.not_found, evidence_errors.not_found, evidence_errors.damaged)
    def get(self, objection_id, evidence_id):
        """Download a file of an own objection

        下载本人提交的一份证明材料，须先完成本人核验。
        """
        return attachment(
            service.download_mine(deps(), actor(), objection_id=objection_id, evidence_id=evidence_id)
        )


@blp.route("/<objection_id>/withdraw")
class Withdrawn(MethodView):
    @blp.response(200, wire.Objection)
    @blp.refuses(errors.not_found, *MOVED)
    def post(self, objection_id):
        """Withdraw an own objection that is still open

        撤回办理中的异议，标注随即取消；以后可以再次提出。
        """
        return service.withdraw(deps(), actor(), objection_id=objection_id)


@blp.route("/<objection_id>/dissent")
class Dissent(MethodView):
    @blp.arguments(wire.ObjectionDissent)
    @blp.response(200, wire.Objection)
    @blp.refuses(errors.not_found, *MOVED)
    def post(self, body, objection_id):
        """Leave a statement with a record that the provider upheld

        对维持的结果仍有异议时，提交不超过五百字的声明，随该记录一并展示。
        """
        return service.dissent(deps(), actor(), objection_id=objection_id, **body)


def _uploads(files):
    return [Upload(name, content) for name, content in contents(files["evidence"])]


def _key():
    return request.headers.get(KEY_HEADER)
