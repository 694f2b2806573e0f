"""The channels of this installation, as its settings name them."""

from collections.abc import Callable, Mapping

from backend.common.settings import Settings, SettingsError
from backend.gateways import telegram, wechat_account
from backend.gateways.carrying import Carrier, Handover, Message, Verdict
from backend.gateways.push import FilePush, HttpPush
from backend.gateways.sms import NotSent, Sms
from backend.gateways.telegram import TelegramCarrier
from backend.gateways.wechat import WeChatCarrier
from schemas.terms import Way

SMS_CHARACTERS = 300


class SmsCarrier:
    """Notices as text messages through the gateway that also sends sign-in codes. It knows no key by which it would see a
    message again."""

    def __init__(self, sms: Sms) -> None:
        self._sms = sms

    def carry(self, to: str, message: Message) -> Handover:
        try:
            self._sms.send(to=to, text=_sms_text(message))
        except NotSent as error:
            return error.handover
        return Handover(Verdict.TAKEN)

    def close(self) -> None:
        """Nothing is kept open."""


def _sms_text(message: Message) -> str:
    """The address stands whole at the end, set apart so that a phone finds it; what is too long is cut before it. An address
    that would leave less than half of the message is left out."""
    link = f" {message.url}" if message.url and len(message.url) < SMS_CHARACTERS // 2 else ""
    words, room = f"【信用上海】{message.title}：{message.body}", SMS_CHARACTERS - len(link)
    return (words if len(words) <= room else words[: room - 1] + "…") + link


def build(settings: Settings, sms: Sms) -> Mapping[Way, Carrier]:
    """What can be sent by: SMS always, app pushes through their gateway (a file outside of production), Telegram with a
    bot's token, WeChat with the account's id, secret and template. Raises `SettingsError` for an address that is none."""
    found: dict[Way, Carrier] = {Way.SMS: SmsCarrier(sms)}
    if settings.push_gateway_url and settings.push_gateway_key:
        key = settings.push_gateway_key
        found[Way.APP_PUSH] = _at(
            "PUSH_GATEWAY_URL", settings.push_gateway_url, lambda url: HttpPush(url, key)
        )
    elif settings.app_env != "production":
        found[Way.APP_PUSH] = FilePush(settings.data_dir / "outbox" / "app_push.jsonl")
    if token := settings.bot_token:
        base = settings.bot_api_url or telegram.OFFICIAL
        found[Way.TELEGRAM] = _at("BOT_API_URL", base, lambda url: TelegramCarrier(token, url))
    app_id, secret, template = settings.wechat_app_id, settings.wechat_app_secret, settings.wechat_template_id
    if app_id and secret and template:
        base = settings.wechat_api_url or wechat_account.OFFICIAL
        found[Way.WECHAT] = _at(
            "WECHAT_API_URL", base, lambda url: WeChatCarrier(app_id, secret, template, url)
        )
    return found


def _at(name: str, address: str, made: Callable[[str], Carrier]) -> Carrier:
    try:
        return made(address)
    except ValueError as error:
        raise SettingsError(f"{name}: {error}") from error
