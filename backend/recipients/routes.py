"""A resident's switches and device over HTTP."""

from flask.views import MethodView

from backend.recipients import errors, service
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from schemas import recipients as wire
from schemas.base import speaking
from schemas.terms import Way

blp = blueprint("recipients", "/me", "消息设置 what to hear, and how")


@blp.route("/notice-preferences")
class Preferences(MethodView):
    @blp.response(200, wire.Preferences)
    def get(self):
        """Read what goes by which channel

        各类消息经哪些渠道发送；站内消息始终保留。
        """
        return service.preferences(deps(), actor())

    @blp.arguments(wire.PreferencesPut)
    @blp.response(200, wire.Preferences)
    @blp.refuses(errors.legal_kind(["objection_received"]), errors.not_bound(Way.TELEGRAM.value))
    def put(self, body):
        """Switch kinds and channels on or off; what is not named stays

        按种类和渠道开关消息，未列出的保持不变；告知权利、期限和决定的消息不能关闭。
        """
        kinds = {one["kind"]: one["channels"] for one in body["kinds"]}
        return service.switch(deps(), actor(), ways=body["channels"], kinds=kinds, follows=body["follows"])


@blp.route("/device")
class Device(MethodView):
    @blp.arguments(wire.DeviceRegister)
    @blp.response(200, wire.Device)
    def put(self, body):
        """Send app pushes to this device, instead of the one before

        登记接收应用推送的设备，替换之前登记的设备。
        """
        return service.register_device(deps(), actor(), token=body["token"], language=speaking())

    @blp.response(204)
    @blp.refuses(errors.not_bound(Way.APP_PUSH.value))
    def delete(self):
        """Stop app pushes; the device's token is erased

        停止应用推送，并删除设备标识。
        """
        service.remove_device(deps(), actor())
