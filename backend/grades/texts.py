"""What a grade says besides its rules, in both languages."""

from schemas.text import Text

NO_RULES = Text(
    "信用等级规则尚未发布，暂不评级", "The rules for grades are not yet published, so there is no grade"
)
ENTITY = Text(
    "法人和非法人组织的等级规则尚未发布，暂不评级",
    "No rules for the grade of legal persons and other organisations are published yet, so there is no grade",
)
NOT_SHARED = Text(
    "信用等级仅用于本人主动申请的信用权益，不向第三方提供",
    "A grade is only for benefits that its subject asks for, so it is not shown to anybody else",
)
CONTESTED = Text(
    "该记录正在异议处理中，暂不计入等级", "The record is under objection and does not count meanwhile"
)
CONTESTED_ARTICLE = Text(
    "《上海市社会信用条例》第三十六条、《上海市公共信用信息归集和使用管理办法》第三十条",
    "Shanghai Social Credit Regulation, art. 36; Shanghai Public Credit Information Measures, art. 30",
)
RULES_GONE = Text("当时适用的规则已缺失", "The rule that applied then is missing")
NOTICE = Text(
    "信用等级由公布的规则自动得出，仅用于您主动申请的信用权益，不影响基本公共服务。如认为记录有误，您可以提出异议，处理期间"
    "该记录不计入等级；对等级本身有疑问的，可致电12345要求人工说明。",
    "The grade follows from published rules by itself and is only for benefits that you ask for; it never bears on basic"
    " services. If a record is wrong you may object, and it does not count meanwhile; about the grade itself you may ask"
    " a person at 12345 to explain.",
)

OWN_PURPOSE = Text("本人查询信用等级", "The subject asks for the own grade")
SCOPE = Text("影响信用等级的记录要素", "The facts of the record that bear on the grade")
