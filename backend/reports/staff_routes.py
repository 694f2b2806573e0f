"""The auditor's queue of questions about looks."""

from flask.views import MethodView

from backend.reports import errors, service
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from schemas import reports as wire
from schemas.terms import QuestionState

blp = blueprint("questions", "/staff/questions", "查询疑问 questions about looks")


@blp.route("")
class Questions(MethodView):
    @blp.arguments(wire.QuestionListQuery, location="query")
    @blp.response(200, wire.ListedQuestionPage)
    def get(self, query):
        """List the questions about looks, the one that is due first being first

        市民对查询提出的疑问，最先提出（最先到期）的在前。
        """
        return service.questions(deps(), actor(), **query)


@blp.route("/<question_id>")
class Question(MethodView):
    @blp.response(200, wire.StaffQuestion)
    @blp.refuses(errors.question_not_found)
    def get(self, question_id):
        """Read a question and the line of the access log it is about

        一条疑问和被询问的查询记录；查看先记入日志，当事人可以看到。
        """
        return service.question(deps(), actor(), question_id=question_id)


@blp.route("/<question_id>/answer")
class Answer(MethodView):
    @blp.arguments(wire.QuestionAnswer)
    @blp.response(200, wire.StaffQuestion)
    @blp.refuses(errors.question_not_found, errors.question_changed(QuestionState.ANSWERED), errors.own_look)
    def post(self, body, question_id):
        """Answer a question, once; the person is told

        答复一条疑问，只能答复一次；当事人会收到消息。本人所为的查询须由他人核实。
        """
        return service.answer(deps(), actor(), question_id=question_id, **body)
