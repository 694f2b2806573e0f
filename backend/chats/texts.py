"""How a chat is bound, in words."""

from schemas.terms import Way
from schemas.text import Text

INSTRUCTIONS = {
    Way.TELEGRAM: Text(
        "点击链接，或在机器人聊天中发送：绑定 {code}。十分钟内有效，只能使用一次，请勿告诉他人。",
        "Open the link, or send to the bot: bind {code}. It lasts ten minutes and works once; tell nobody.",
    ),
    Way.WECHAT: Text(
        "在“信用上海”公众号中发送：绑定 {code}。十分钟内有效，只能使用一次，请勿告诉他人。",
        "Send to the official account “信用上海”: bind {code}. It lasts ten minutes and works once; tell nobody.",
    ),
}
