"""A resident's chats over HTTP."""

from flask.views import MethodView

from backend.chats import errors, service
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from schemas import chats as wire

blp = blueprint("chats", "/me/chat-bindings", "聊天绑定 chats bound to the account")


@blp.route("")
class Chats(MethodView):
    @blp.response(200, wire.Chats)
    def get(self):
        """List the chats that speak for the account, with their last use

        已绑定本账号的聊天及最近使用时间。
        """
        return {"items": service.mine(deps(), actor())}

    @blp.arguments(wire.ChatBind)
    @blp.response(201, wire.NewChatCode)
    @blp.idempotent
    def post(self, body):
        """Get a code, or a link with the code in it, that binds one chat

        获取绑定码或链接：十分钟内有效，只能使用一次；重新获取后旧码失效。
        """
        return service.make_code(deps(), actor(), **body)

    @blp.arguments(wire.ChatUnbindQuery, location="query")
    @blp.response(204)
    def delete(self, query):
        """Unbind every chat, or that of one channel; unused codes stop working

        解除全部或某一渠道的聊天绑定，未使用的绑定码同时失效；本来没有绑定也视为完成。
        """
        service.unbind_all(deps(), actor(), **query)


@blp.route("/<binding_id>")
class OneChat(MethodView):
    @blp.response(204)
    @blp.refuses(errors.not_found)
    def delete(self, binding_id):
        """Unbind one chat

        解除一个聊天的绑定，立即生效；在其中生成的报告链接同时失效。
        """
        service.unbind(deps(), actor(), binding_id=binding_id)
