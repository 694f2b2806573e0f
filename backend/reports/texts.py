"""What a report says around its records, in both languages."""

from schemas.terms import ReportView
from schemas.text import Text

OWN_PURPOSE = Text("本人查询本人信用报告", "The subject reads the own credit report")
PRINT_PURPOSE = Text("本人下载本人信用报告（PDF）", "The subject downloads the own credit report as PDF")
PRINT_AGAIN_PURPOSE = Text(
    "本人再次下载同一份信用报告（PDF）", "The subject downloads the same credit report again, as PDF"
)
SHOW_AGAIN_PURPOSE = Text("本人再次查看同一份信用报告", "The subject looks at the same credit report again")
OWN_LINK_PURPOSE = Text(
    "本人通过报告链接查看本人信用报告", "The subject opens the own credit report by a link"
)
SHARED_PURPOSE = Text(
    "经本人书面授权查看，用途：{purpose}", "Seen with the subject's written authorisation, for: {purpose}"
)
SHARED_AGAIN_PURPOSE = Text(
    "经本人书面授权查看（同一次打开，再次显示），用途：{purpose}",
    "Seen with the subject's written authorisation (the same opening, shown again), for: {purpose}",
)
CHAT_PURPOSE = Text("在聊天中获取，本人查看", "Asked for in a chat, for oneself")
SUMMARY_PURPOSE = Text("本人查询信用记录数量", "The subject asks how many records there are")
CALENDAR_PURPOSE = Text("本人查询失信信息到期日历", "The subject asks when adverse information is forgotten")
QUESTION_PURPOSE = Text("核实您对一次查询提出的疑问", "To find out about a look that you asked about")
QUESTION_SCOPE = Text(
    "您的疑问和被询问的那条查询记录", "Your question and the line of the access log it is about"
)
QUESTIONS = Text("市民对查询的疑问", "Questions about looks")

NOT_ME = Text("这次查询不是我", "This look was not me")

WHOLE = Text("全部公共信用信息", "The whole public credit record")
COUNTS = Text("信用记录条数，不含内容", "Numbers of records, without content")
ADVERSE = Text("全部失信信息及其期限", "All adverse information and its periods")

QUERY_ARTICLE = Text("《上海市社会信用条例》第三十五条", "Shanghai Social Credit Regulation, Article 35")
PUBLIC_ARTICLE = Text(
    "《信用修复管理办法》（国家发展改革委令第36号）", "Measures for credit restoration (NDRC Order 36)"
)

_ALWAYS = (
    Text(
        "本报告仅反映生成时依法可查询的公共信用信息，超过查询期限的信息不再显示。",
        "This report shows public credit information that may be queried at the time it was drawn; what is past its query"
        " period is no longer shown.",
    ),
    Text(
        "报告真伪可凭报告编号和校验码核验。",
        "Anyone holding the report's number and verification code can have it verified.",
    ),
)
NOTICES = {
    ReportView.OWN: (
        *_ALWAYS,
        Text(
            "您每年享有两次免费获取信用报告的权利；超过两次仍可继续查询，不会被拒绝。",
            "Two free reports a year are your right; you are not refused beyond that.",
        ),
        Text(
            "如认为信息有错误、遗漏、侵犯隐私或已超过期限，您可以提出异议。",
            "If something is wrong, missing, private or past its period, you may object.",
        ),
    ),
    ReportView.THIRD_PARTY: (
        Text(
            "第三方查看版本：经信息主体书面授权提供，仅可用于授权用途，不得转让。查看已被记录，主体可以看到。",
            "Third-party view: given with the subject's written authorisation, for the authorised purpose only, and not to be"
            " passed on. This look is on record and the subject sees it.",
        ),
        *_ALWAYS,
    ),
}

FILE_NAME = Text("上海市公共信用信息报告-{report_no}.pdf", "shanghai-credit-report-{report_no}.pdf")

SELF_NAME = Text("本人", "You")
LINK_HOLDER = Text("持您所给报告链接的人", "Someone holding the report link you gave")
