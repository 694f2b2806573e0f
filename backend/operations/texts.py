"""What the rows and columns of the tables are called where no term names them."""

from schemas.terms import (
    Channel,
    ObjectionOutcome,
    OperationsTable,
    ProofWay,
    QueryKind,
    RestorationState,
    Term,
    Way,
)
from schemas.text import Text

_TIMELY = {"in_time": Text("按时", "In time"), "late": Text("超期", "Late")}
_SUBMITTED = {"submitted": Text("收到申请", "Came in")}


def _terms(terms: type[Term]) -> dict[str, Text]:
    return {one.value: one.label for one in terms}


ROWS: dict[OperationsTable, dict[str, Text]] = {
    OperationsTable.QUERIES: _terms(QueryKind),
    OperationsTable.LINKS: {
        "made": Text("生成链接", "Links made"),
        "shared": Text("第三方查看", "Opened by a third party"),
    },
    OperationsTable.OBJECTIONS: _terms(ObjectionOutcome) | _SUBMITTED,
    OperationsTable.RESTORATIONS: _terms(RestorationState) | _SUBMITTED,
    OperationsTable.IMPORTS: {},
    OperationsTable.USERS: {
        "created": Text("新增账户", "New accounts"),
        "bound": Text("实名绑定", "Bound to a person"),
        "proved": Text("身份核验通过", "Proofs of identity"),
        "failed": Text("身份核验未通过", "Proofs that failed"),
        "closed": Text("注销账户", "Accounts closed"),
    },
    OperationsTable.SERVICES: {
        "claims": Text("领取红包", "Benefits claimed"),
        "redemptions": Text("核销红包", "Benefits redeemed"),
        "passes": Text("生成免押凭证", "Passes made"),
        "checks": Text("免押核验", "Deposit-free checks"),
        "orders": Text("免押订单", "Deposit-free orders"),
    },
    OperationsTable.CHATS: {
        "bound": Text("绑定聊天", "Chats bound"),
        "unbound": Text("解除绑定", "Chats unbound"),
        "understood": Text("听懂的消息", "Messages understood"),
        "offered": Text("给出选项的消息", "Messages answered with a choice"),
        "missed": Text("未听懂的消息", "Messages not understood"),
        "pressed": Text("按钮", "Buttons pressed"),
    },
}
COLUMNS: dict[OperationsTable, dict[str, Text]] = {
    OperationsTable.QUERIES: _terms(Channel),
    OperationsTable.LINKS: _terms(Channel),
    OperationsTable.OBJECTIONS: _TIMELY,
    OperationsTable.RESTORATIONS: _TIMELY,
    OperationsTable.IMPORTS: {
        "files": Text("批次", "Files"),
        "rows": Text("总行数", "Rows"),
        "accepted": Text("采纳", "Taken"),
        "refused": Text("未采纳", "Not taken"),
        "linked": Text("关联入库", "Linked"),
    },
    OperationsTable.USERS: _terms(ProofWay),
    OperationsTable.SERVICES: {},
    OperationsTable.CHATS: _terms(Way),
}
