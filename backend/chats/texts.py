"""How a chat is bound, in words."""

from schemas.terms import Way
from schemas.text import Text

BY_HAND = {
    Way.TELEGRAM: Text(
        "在机器人聊天中发送：绑定 {code}。十分钟内有效，只能使用一次，请勿告诉他人。",
        "Send to the bot: bind {code}. It lasts ten minutes and works once; tell nobody.",
    ),
    Way.WECHAT: Text(
        "在“信用上海”公众号中发送：绑定 {code}。十分钟内有效，只能使用一次，请勿告诉他人。",
        "Send to the official account “信用上海”: bind {code}. It lasts ten minutes and works once; tell nobody.",
    ),
}
WITH_LINK = {
    Way.TELEGRAM: Text(
        "点击链接或扫描二维码，或在机器人聊天中发送：绑定 {code}。十分钟内有效，只能使用一次，请勿告诉他人。",
        "Open the link or scan the QR code, or send to the bot: bind {code}. It lasts ten minutes and works once; tell nobody.",
    ),
    Way.WECHAT: Text(
        "用微信扫描二维码（在手机上可长按识别），或在“信用上海”公众号中发送：绑定 {code}。"
        "十分钟内有效，只能使用一次，请勿告诉他人。",
        "Scan the QR code with WeChat (on the phone itself press it long), or send to the official account “信用上海”: bind"
        " {code}. It lasts ten minutes and works once; tell nobody.",
    ),
}
