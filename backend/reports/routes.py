"""The own report, its links, who looked, and the public verification of a report."""

from flask import Response, request
from flask.views import MethodView

from backend.gateways import printing
from backend.limits.errors import too_many
from backend.reports import errors, service
from backend.web.api import blueprint
from backend.web.auth import actor, address, ahead, deps
from backend.web.downloads import SCHEMA, attachment
from backend.web.lean import Answer
from schemas import records as record_wire
from schemas import reports as wire
from schemas.base import SPEAKING
from schemas.writing import written

blp = blueprint("reports", "", "信用报告 credit report")


@blp.route("/me/report")
class OwnReport(MethodView):
    @blp.arguments(wire.ReportQuery, location="query")
    @blp.response(200, wire.Report)
    @blp.refuses(errors.no_subject)
    @blp.reads_ahead(service.ahead)
    def get(self, query):
        """Read the own credit report

        查看本人的信用报告，须先完成本人核验；查询先记入日志，再返回内容。
        """
        if query["lang"]:
            SPEAKING.set(query["lang"])
        return _json(service.mine(deps(), actor(), ahead()))


@blp.route("/me/report.pdf")
class PrintedReport(MethodView):
    @blp.arguments(wire.ReportQuery, location="query")
    @blp.response(200, SCHEMA, content_type="application/pdf")
    @blp.refuses(errors.no_subject, printing.busy, printing.not_installed, printing.failed)
    @blp.reads_ahead(service.ahead)
    def get(self, query):
        """Download the own credit report as PDF

        与在线报告内容相同的 PDF，带核验二维码和页码，须先完成本人核验。核验有效期内内容没有变化时，再次下载得到同一份报告
        （编号相同，与网页上的报告也相同），不另计次数；每次下载都先记入查询日志。暂时无法生成时返回 503，在线报告不受影响。
        """
        if query["lang"]:
            SPEAKING.set(query["lang"])
        return attachment(service.printed(deps(), actor(), ahead()))


@blp.route("/me/report/summary")
class Summary(MethodView):
    @blp.response(200, record_wire.Counts)
    def get(self):
        """Count the own records, without their content

        只看各类记录的数量，不含内容；绑定身份后即可查看。
        """
        return service.summary(deps(), actor())


@blp.route("/me/forgetting-calendar")
class Calendar(MethodView):
    @blp.arguments(wire.CalendarQuery, location="query")
    @blp.response(200, wire.ForgettingCalendar)
    def get(self, query):
        """See when adverse information is forgotten

        每条失信信息何时停止公示、最早何时可以申请修复、何时停止查询，以及依据的条款。
        """
        return service.forgetting_calendar(deps(), actor(), **query)


@blp.route("/me/access-log")
class AccessLog(MethodView):
    @blp.arguments(wire.LookQuery, location="query")
    @blp.response(200, wire.LookPage)
    def get(self, query):
        """See who looked at the own information, when and why

        谁在何时、以何种方式、为何查询过本人的信息，最新的在前；`others=true` 只列出别人的查询。
        """
        return service.access_log(deps(), actor(), **query)


@blp.route("/me/access-log/<entry_id>/questions")
class Questions(MethodView):
    @blp.arguments(wire.QuestionAsk)
    @blp.response(201, wire.Question)
    @blp.refuses(errors.entry_not_found, errors.too_many_questions(1))
    @blp.idempotent
    def post(self, body, entry_id):
        """Ask who was behind a look, and sign out everywhere if wanted

        对一次查询提出疑问；可以同时退出全部登录。每次查询只受理一件，此前已提出的照旧，其文字须先完成本人核验，未核验为空。
        """
        return service.ask(deps(), actor(), entry_id=entry_id, **body)


@blp.route("/me/questions")
class OwnQuestions(MethodView):
    @blp.arguments(wire.PageQuery, location="query")
    @blp.response(200, wire.QuestionPage)
    def get(self, query):
        """List the own questions about looks, and their answers

        本人对查询提出的疑问、办理期限和答复，最新的在前；疑问和答复的文字须先完成本人核验，未核验为空。
        """
        return service.own_questions(deps(), actor(), **query)


@blp.route("/me/questions/<question_id>")
class OwnQuestion(MethodView):
    @blp.response(200, wire.Question)
    @blp.refuses(errors.question_not_found)
    def get(self, question_id):
        """Read an own question and its answer

        本人的一条疑问、被询问的查询记录、办理期限和答复；疑问和答复的文字须先完成本人核验，未核验为空。
        """
        return service.own_question(deps(), actor(), question_id=question_id)


@blp.route("/me/report-links")
class ReportLinks(MethodView):
    @blp.arguments(wire.PageQuery, location="query")
    @blp.response(200, wire.ReportLinkPage)
    def get(self, query):
        """List the own report links

        本人建立的报告链接及其打开次数；供本人使用的链接，其用途须先完成本人核验，未核验为空。
        """
        return service.links(deps(), actor(), **query)

    @blp.arguments(wire.ReportLinkMake)
    @blp.response(201, wire.NewReportLink)
    @blp.refuses(errors.purpose_personal, errors.no_subject, too_many(60))
    @blp.idempotent
    def post(self, body):
        """Make a link to the own report, for oneself or, as written authorisation, for somebody else

        建立限时、限次的报告链接，供本人使用，或作为书面授权交给他人；每人每小时最多 30 个。
        """
        return service.make_link(deps(), actor(), **body)


@blp.route("/me/report-links/<link_id>")
class OneReportLink(MethodView):
    @blp.response(204)
    @blp.refuses(errors.link_not_found)
    def delete(self, link_id):
        """Switch an own report link off

        停用链接，立即生效。
        """
        service.kill_link(deps(), actor(), link_id=link_id)


@blp.route("/report-links/<code>")
class OpenedLink(MethodView):
    @blp.arguments(wire.ReportQuery, location="query")
    @blp.response(200, wire.Report)
    @blp.refuses(errors.link_gone)
    def get(self, query, code):
        """Open a report link: the own report after step-up, or the third-party view

        打开报告链接：本人链接须再次核验；第三方链接显示标明用途的版本，并计入打开次数。
        """
        if request.method == "HEAD":
            # A chat's preview only asks whether something is there: it must neither use up an opening nor learn that.
            return Response(mimetype="application/json")
        if query["lang"]:
            SPEAKING.set(query["lang"])
        return _json(service.open_link(deps(), actor(), code=code))


@blp.route("/verify/<report_no>")
class Verified(MethodView):
    @blp.arguments(wire.VerificationQuery, location="query")
    @blp.response(200, wire.Verification)
    def get(self, query, report_no):
        """Ask whether a report is authentic

        凭报告编号和校验码核对报告真伪与出具时间，不提供其他内容。
        """
        return service.verify(deps(), report_no=report_no, address=address(), **query)


def _json(report):
    """The same reply as the schema's own way of writing, at a third of its cost (schemas/writing.py)."""
    return Answer(written(wire.Report, report), mimetype="application/json")
