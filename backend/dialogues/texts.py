"""What is said in a chat, in both languages. No record, grade or number is ever said in a chat."""

from schemas.text import Text

WELCOME = Text(
    "您好，这里是“信用上海”市民服务。聊天中不会显示任何信用记录、等级或证件号码。\n请点按钮，或直接输入想办的事，也可"
    "以回复数字。有新资讯时会发到这里，不想收请回复“退订”。",
    "Hello, this is Credit Shanghai's citizen service. No credit record, grade or identity number is shown in a"
    " chat.\nTap a button,"
    " write what you want, or send its number. News are sent here; to switch them off, send “unsubscribe”.",
)
MENU = Text("请选择：", "Please choose:")
HELP = Text(
    "可以直接说：报告、异议、附近、红包、免押、资讯、消息、绑定、解绑、停用链接、人工；拼音也可以。\n查看本人信息前"
    "请先绑定账号；报告只"
    "通过一次性链接打开，打开时须核验本人。\n不想收资讯，请发送“退订”。",
    "Just say: report, objections, nearby, benefits, deposit-free, news, notices, bind, unbind, kill links,"
    " human.\nBind your account"
    " before asking for your own information; a report opens only by a link that works once, after proof of identity."
    "\nTo receive no news, send “unsubscribe”.",
)
HUMAN = Text(
    "人工服务请拨打 12345 市民服务热线（24 小时），说明“公共信用信息”即可。",
    "To speak to a person, call the citizens' hotline 12345 (24 hours) and say “public credit information”.",
)
NOT_UNDERSTOOD = Text(
    "没有听懂，请从下面选择，或回复“人工”。", "I did not understand; please choose below, or send “human”."
)
WHICH = Text("您是想：", "Did you mean:")
NO_WORDS = Text(
    "暂时看不懂图片、语音、表情或名片，请用文字说明，或从下面选择。",
    "Pictures, voice, stickers and contacts cannot be read here; please write, or choose below.",
)
EDITED = Text(
    "改动已发出的消息不会重新办理，请重新发送一条。",
    "A message that is changed later is not handled again; please send a new one.",
)
TOO_LONG = Text(
    "内容太长，请用一句话说明想办什么。", "That is too long; please say in one sentence what you want."
)
TOO_FAST = Text("消息太多，请稍等一分钟再发。", "That is a lot at once; please wait a minute.")
STALE_BUTTON = Text(
    "这个按钮已失效，请从下面重新选择。", "This button does not work any more; please choose again."
)
NO_SUCH_NUMBER = Text("没有这个选项，请从下面选择。", "There is no such number; please choose below.")
TAP_THE_LINK = Text(
    "这一项是链接，请点上一条消息中的“{label}”打开。",
    "That one is a link: please tap “{label}” in the last message.",
)
IN_A_GROUP = Text(
    "为保护您的隐私，请与我单独聊天。", "For your privacy, please talk to me in a private chat."
)
SORRY = Text(
    "抱歉，这里出了点问题，请稍后再试，或拨打 12345。",
    "Sorry, something went wrong; please try again later, or call 12345.",
)

BIND_FIRST = Text(
    "请先绑定账号：登录“信用上海”App 或网页，在“聊天绑定”中获取绑定码，然后在这里发送“绑定”加绑定码。",
    "Please bind your account first: sign in to the Credit Shanghai app or website, get a code under “Chats”, and"
    " send “bind” and the"
    " code here.",
)
NAME_FIRST = Text(
    "您的账号还没有绑定姓名和身份证号，请先在网页完成实名绑定。",
    "Your account has no name and identity number yet; please bind them on the website first.",
)
SEND_CODE = Text(
    "请发送绑定码（8 位，十分钟内有效）。没有绑定码？登录“信用上海”App 或网页，在“聊天绑定”中获取。",
    "Please send the binding code (8 characters, it lasts ten minutes). You get one in the Credit Shanghai app or"
    " website under “Chats”.",
)
BOUND = Text(
    "绑定成功。现在可以在这里获取报告链接、查看异议进度、领取权益和接收消息。聊天中不显示信用记录；随时可发送“解绑”。",
    "Bound. You can now get links to your report, see how objections stand, claim benefits and receive notices"
    " here. No record is shown"
    " in a chat; send “unbind” at any time.",
)
BOUND_ALREADY = Text("此聊天已绑定（{on} 起）。", "This chat is bound (since {on}).")
NOT_BOUND = Text("此聊天没有绑定账号。", "This chat is not bound to an account.")
UNBIND_SURE = Text(
    "解绑后，这里不再接收您的消息，从这里获取的报告链接也会失效。确定解绑吗？",
    "After that this chat receives nothing of yours, and report links made here stop working. Unbind?",
)
UNBOUND = Text("已解绑。", "Unbound.")
REBIND_SURE = Text(
    "此聊天已绑定一个账号（{on} 起）。继续将解除原来的绑定，改为绑定生成这个绑定码的账号。"
    "如果绑定码不是您自己生成的，请选择保留。",
    "This chat is bound to an account (since {on}). Going on ends that and binds it to the account that made this code. If the"
    " code is not one that you made yourself, keep what you have.",
)
YES_REBIND = Text("改为绑定新账号", "Bind to the new account")
CODE_VOID = Text(
    "刚才的绑定码被群里的人看到了，已作废，请在 App 或网页重新生成。",
    "Others saw your binding code here, so it works no more; please make another in the app or website.",
)
ALREADY_OPENED = Text(
    "这条链接在 {at} 已被打开过；已停用，不能再打开。如果不是您本人打开的，请查看“谁看过我的信息”，或拨打 12345。",
    "This link was opened on {at}; it is switched off and opens no more. If that was not you, see who looked at your record, or"
    " call 12345.",
)
ALREADY_DEAD = Text(
    "这条链接此前已失效，不能再打开。", "This link had stopped working before; it opens no more."
)

LINK = Text(
    "您的报告链接已生成：只能打开一次，{minutes} 分钟内有效，打开时须登录并核验本人。请勿转发；被打开时会通知您。之"
    "前的链接已停用。",
    "Your report link: it opens once, within {minutes} minutes, after you sign in and prove who you are. Do not"
    " pass it on; you are told"
    " when it is opened. Any earlier link is off.",
)
LINK_WORKS = Text(
    "这条报告链接仍有效（至 {until}，尚未打开）。", "This report link works (until {until}, not opened yet)."
)
KILLED = Text("已停用 {count} 条报告链接。", "{count} report links were switched off.")
NONE_TO_KILL = Text("没有可停用的报告链接。", "There is no report link to switch off.")
OTHERS_LEFT = Text(
    "您另有 {count} 条在 App 或网页生成的链接仍有效（包括给他人的）。",
    "{count} other links that you made in the app or website still work.",
)

NO_OBJECTION = Text("您没有提出过异议。", "You have made no objection.")
OBJECTIONS = Text(
    "您的异议（只显示进度，不显示内容）：", "Your objections (where they stand, not what they say):"
)
OBJECTION = Text("{number}. {on} 提出 · {state}", "{number}. Made {on} · {state}")
NEXT_DUE = Text("　下一期限：最迟 {on}（{clock}）", "   next due by {on} ({clock})")
PROVISIONAL = Text("，暂定", ", provisional")
OVERDUE = Text("，已逾期", ", overdue")
PAUSED = Text("　期限已暂停（{clock}）", "   paused ({clock})")

SEND_PLACE = Text(
    "请发送您的位置，查找附近的诚信商家。位置只用于这次查找，不会保存。",
    "Please send your location to find trustworthy shops nearby. It is used for this search only and not kept.",
)
SHOPS = Text("离您最近的诚信商家：", "The nearest trustworthy shops:")
SHOP = Text(
    "{number}. {name}（{kind}，{distance}）{address}", "{number}. {name} ({kind}, {distance}) {address}"
)
NO_SHOPS = Text("附近 10 公里内没有名单上的商家。", "There is no listed shop within 10 km.")
METRES, KILOMETRES = Text("{n} 米", "{n} m"), Text("{n} 公里", "{n} km")

BENEFITS = Text("现在可以领取的信用权益：", "Benefits that can be claimed now:")
BENEFIT = Text(
    "{number}. {title}（剩 {left} 份，至 {until}）", "{number}. {title} ({left} left, until {until})"
)
NO_BENEFITS = Text("现在没有可以领取的权益。", "There is no benefit to claim now.")
CLAIM = Text("领取 {number}", "Claim {number}")
CLAIMED = Text(
    "已领取“{title}”，有效期至 {until}。为保护您的权益，权益码请在网页出示。",
    "You have “{title}” until {until}. Its code is shown on the website only.",
)
CLAIM_ON_PAGE = Text(
    "这项权益按信用等级确定，须先核验本人，请在网页领取。",
    "This benefit goes by grade and needs proof of identity; please claim it on the website.",
)
NOT_ENTITLED = Text(
    "目前不能领取这项权益，原因请在网页查看。", "You cannot claim this one at present; the website says why."
)
NOW_BEGINS = Text("（尚未开始）", " (not begun)")

DEPOSIT_FREE = Text(
    "信用免押：借用雨伞、充电宝、图书等可免交押金。您在网页生成一次性凭证给商户，商户只得到“可以”或“不可以”，看不到"
    "您的姓名、记录或"
    "等级；不用凭证也可照常交押金。",
    "Deposit-free: borrow umbrellas, power banks, books and more without a deposit. You make a pass for one use on"
    " the website; the"
    " merchant learns yes or no, never your name, record or grade. Paying the deposit always remains possible.",
)
SERVICES = Text("目前有：", "At present:")

NEWS = Text("想看哪一类资讯？", "Which kind of news?")
NO_NEWS = Text("这一类还没有资讯。", "There is nothing of this kind yet.")

SWITCHES = Text(
    "点一下即可打开或关闭在此聊天接收的消息（✓ 接收，✗ 不接收）。告知您的权利、期限和决定的消息不能关闭；想完全不收，请解绑。",
    "Tap to switch what comes into this chat (✓ on, ✗ off). Notices of your rights, deadlines and decisions cannot"
    " be switched off;"
    " unbind to receive nothing.",
)
SWITCHED = Text("已设置：{kind} {state}", "Set: {kind} {state}")
ON, OFF = Text("接收", "on"), Text("不接收", "off")
ALL_ON, ALL_OFF = Text("全部接收", "All on"), Text("全部不接收", "All off")
FOLLOWS = Text("有新资讯时会发到这里。", "News are sent to this chat.")
FOLLOWS_NOT = Text("这里不再接收资讯。", "News are not sent to this chat any more.")
FOLLOW_OR_NOT = Text(
    "要在这里接收资讯吗？其他消息须先绑定账号。",
    "Do you want news in this chat? Other notices need a bound account.",
)
FOLLOW, UNFOLLOW = Text("接收资讯", "Send news"), Text("不接收资讯", "No news")

LANGUAGE = Text("请选择语言 / Please choose a language", "请选择语言 / Please choose a language")
LANGUAGE_SET = Text("已切换为中文。", "I will speak English.")

LABELS = {
    "report": Text("报告", "Report"),
    "objections": Text("异议", "Objections"),
    "nearby": Text("附近", "Nearby"),
    "benefits": Text("红包", "Benefits"),
    "deposit_free": Text("免押", "Deposit-free"),
    "news": Text("资讯", "News"),
    "notices": Text("消息", "Notices"),
    "bind": Text("绑定", "Bind"),
    "unbind": Text("解绑", "Unbind"),
    "kill_links": Text("停用链接", "Kill links"),
    "help": Text("帮助", "Help"),
    "human": Text("人工（12345）", "A person (12345)"),
    "language": Text("English / 中文", "中文 / English"),
    "language:zh": Text("中文", "中文"),
    "language:en": Text("English", "English"),
}
OPEN_REPORT = Text("打开报告", "Open the report")
KILL_THIS = Text("停用此链接", "Switch this link off")
KILL_ALL = Text("全部停用", "Switch all off")
YES_UNBIND = Text("确定解绑", "Yes, unbind")
NO_KEEP = Text("不解绑", "No, keep it")
TO_PAGE = Text("打开网页", "Open the website")
TO_MAP = Text("打开地图", "Open the map")
MORE = Text("更多", "More")
GO_MENU = Text("菜单", "Menu")
SHARE_PLACE = Text("发送我的位置", "Send my location")
