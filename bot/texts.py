"""What the bot says, in both languages. No record, grade or number is ever said in a chat."""

from schemas.text import Text

WELCOME = Text(
    "您好，这里是“信用上海”市民服务。\n聊天中不会显示任何信用记录、等级或号码。\n\n"
    "目前可以：\n/help 帮助\n/human 人工服务（12345）\n\n"
    "查询本人报告请使用“信用上海”App 或网页：先绑定姓名和身份证号，再刷脸或使用服务窗口核验码。",
    "Hello, this is Credit Shanghai's citizen service.\nNo credit record, grade or number is ever shown in a chat.\n\n"
    "You can use:\n/help help\n/human a person (12345)\n\n"
    "To read your own report use the Credit Shanghai app or website: bind your name and identity number, then verify by face"
    " or with a code from a service window.",
)
HUMAN = Text(
    "人工服务请拨打 12345 市民服务热线（24 小时），说明“公共信用信息”即可。",
    "To speak to a person, call the citizens' hotline 12345 (24 hours) and say “public credit information”.",
)
COMMANDS = {
    "help": Text("帮助", "Help"),
    "human": Text("人工服务（12345）", "A person (12345)"),
}
