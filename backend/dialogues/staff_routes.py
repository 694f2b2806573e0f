"""The table of phrases and the chat's figures, for staff."""

from flask.views import MethodView

from backend.dialogues import errors, service
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from schemas import dialogues as wire

blp = blueprint("dialogues_staff", "/staff/chat", "聊天机器人 the chatbot's phrases and figures")


@blp.route("/phrases")
class Phrases(MethodView):
    @blp.response(200, wire.ChatPhrases)
    def get(self):
        """List the phrases that staff added, newest first

        工作人员添加的说法。
        """
        return {"items": service.listed(deps(), actor())}

    @blp.arguments(wire.PhrasePut)
    @blp.response(200, wire.ChatPhrase)
    @blp.refuses(errors.bad_phrase, errors.no_such_action(["report"]), errors.too_many_phrases)
    def put(self, body):
        """Say what people mean by a phrase; it counts at once in every channel

        添加或修改一个说法对应的功能，各渠道立即生效。
        """
        return service.put(deps(), actor(), **body)

    @blp.arguments(wire.PhraseRemoveQuery, location="query")
    @blp.response(204)
    @blp.refuses(errors.no_such_phrase)
    def delete(self, query):
        """Take an added phrase back

        删除添加的说法，恢复默认。
        """
        service.remove(deps(), actor(), **query)


@blp.route("/figures")
class Figures(MethodView):
    @blp.response(200, wire.ChatFigures)
    def get(self):
        """See how many messages were understood, by day and channel

        每日每渠道听懂、给出选项、没听懂的消息数；不保存聊天内容。
        """
        return {"items": service.figures(deps(), actor())}
