"""The channels of this installation, as its settings name them."""

from collections.abc import Mapping

from backend.common.errors import ServiceError
from backend.common.settings import Settings
from backend.gateways.carrying import Carrier, Handover, Message, Verdict
from backend.gateways.push import FilePush, HttpPush
from backend.gateways.sms import Sms
from backend.gateways.telegram import TelegramCarrier
from backend.gateways.wechat import WeChatCarrier
from schemas.terms import Way

SMS_CHARACTERS = 300


class SmsCarrier:
    """Notices as text messages through the gateway that also sends sign-in codes. It cannot say whether a message that got
    no answer was taken."""

    def __init__(self, sms: Sms) -> None:
        self._sms = sms

    def carry(self, to: str, message: Message) -> Handover:
        text = f"【信用上海】{message.title}：{message.body}"
        try:
            self._sms.send(
                to=to, text=text if len(text) <= SMS_CHARACTERS else text[: SMS_CHARACTERS - 1] + "…"
            )
        except ServiceError:
            return Handover(Verdict.UNKNOWN, "no_answer")
        return Handover(Verdict.TAKEN)

    def close(self) -> None:
        """Nothing is kept open."""


def build(settings: Settings, sms: Sms) -> Mapping[Way, Carrier]:
    """What can be sent by: SMS always, app pushes through their gateway (a file outside of production), Telegram with a
    bot's token, WeChat with the account's id, secret and template."""
    found: dict[Way, Carrier] = {Way.SMS: SmsCarrier(sms)}
    if settings.push_gateway_url and settings.push_gateway_key:
        found[Way.APP_PUSH] = HttpPush(settings.push_gateway_url, settings.push_gateway_key)
    elif settings.app_env != "production":
        found[Way.APP_PUSH] = FilePush(settings.data_dir / "outbox" / "app_push.jsonl")
    if settings.bot_token:
        found[Way.TELEGRAM] = TelegramCarrier(settings.bot_token, settings.bot_api_url)
    if settings.wechat_app_id and settings.wechat_app_secret and settings.wechat_template_id:
        found[Way.WECHAT] = WeChatCarrier(
            settings.wechat_app_id,
            settings.wechat_app_secret,
            settings.wechat_template_id,
            settings.wechat_api_url,
        )
    return found
