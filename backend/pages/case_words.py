"""How the pages say where a case stands and what it means for the person; one sentence for each state, act and ground."""

from schemas.terms import ObjectionGround, ObjectionState, RestorationState
from schemas.text import Text

EXAMPLES = {
    ObjectionGround.ERROR_OR_OMISSION: Text(
        "例如：罚款早已缴清，记录还写着未缴；金额、日期写错了；或者根本不是我。",
        "For example: the fine was paid long ago and the record says it was not; an amount or a date is wrong; or it was not me.",
    ),
    ObjectionGround.PRIVACY_OR_SECRET: Text(
        "例如：记录里写了我的病情、家庭情况，或者企业的商业秘密。",
        "For example: the record tells of my health or my family, or of a secret of a business.",
    ),
    ObjectionGround.EXPIRED_NOT_REMOVED: Text(
        "例如：事情结束已经满五年，报告里还查得到。",
        "For example: it ended more than five years ago and still stands in the report.",
    ),
}
OBJECTIONS = {
    ObjectionState.SUBMITTED: Text("我们已收到，正在标注记录。", "We have it and are marking the record."),
    ObjectionState.MARKED: Text(
        "记录已标注“异议处理中”。接下来由工作人员与提供单位的数据比对，您不用做什么。",
        "The record is marked as contested. Next an officer compares it with the provider's data; nothing is asked of you.",
    ),
    ObjectionState.COMPARING: Text(
        "工作人员正在与提供单位的数据比对，您不用做什么。",
        "An officer is comparing it with the provider's data; nothing is asked of you.",
    ),
    ObjectionState.SUPPLEMENT_REQUESTED: Text(
        "需要您补充材料。办理期限已暂停，收到后继续；到期没有补充的，按现有材料继续办理，不会因此结束。",
        "We need something more from you. The clocks stand still until it comes; without it the case goes on with what there is.",
    ),
    ObjectionState.FORWARDED: Text(
        "数据一致，已请提供单位核查，只有它能说明当时的情况。您不用做什么。",
        "The data agree, so the provider is checking what happened; nothing is asked of you.",
    ),
    ObjectionState.CORRECTED: Text(
        "您是对的，记录已经改正。", "You were right, and the record was put right."
    ),
    ObjectionState.UPHELD: Text(
        "提供单位核查后认为记录无误。您仍不同意的，可以在期限前留下声明，与记录一同展示。",
        "The provider stands by the record. If you still disagree you may leave a statement that is shown with it.",
    ),
    ObjectionState.DISSENTED: Text(
        "您的声明已附在记录旁边，看到记录的人也会看到它。",
        "Your statement stands beside the record; whoever sees the one sees the other.",
    ),
    ObjectionState.WITHDRAWN: Text(
        "您撤回了异议，标注已取消。以后可以再次提出。",
        "You took the objection back and the mark is gone. You may object again.",
    ),
    ObjectionState.CLOSED: Text("这件异议已经办结。", "This objection is closed."),
}
SUSPENDED = Text(
    "提供单位到期没有答复，这条记录已暂停查询，直到它答复为止。您不用做什么。",
    "The provider did not answer in time, so the record is out of every query until it does. Nothing is asked of you.",
)
RESTORATIONS = {
    RestorationState.SUBMITTED: Text(
        "我们已收到，正在决定是否受理，您不用做什么。",
        "We have it and are deciding whether to accept it; nothing is asked of you.",
    ),
    RestorationState.ACCEPTED: Text(
        "已受理，正由提供单位审核，您不用做什么。",
        "Accepted; the provider is looking into it, and nothing is asked of you.",
    ),
    RestorationState.DECLINED: Text(
        "这次没有受理，理由见下。补齐后可以再次申请。",
        "It was not accepted this time; the reason is below. You may apply again.",
    ),
    RestorationState.RESTORED: Text(
        "修复成功，这条记录已停止提供查询。", "Restored: the record is out of every query."
    ),
    RestorationState.REFUSED: Text(
        "提供单位审核后没有同意，理由见下。情况改变后可以再次申请。",
        "The provider did not agree; the reason is below. You may apply again when things have changed.",
    ),
    RestorationState.WITHDRAWN: Text(
        "您撤回了申请。以后可以再次申请。", "You took the application back. You may apply again."
    ),
    RestorationState.CLOSED: Text(
        "记录已从数据库删除，没有需要修复的内容了。", "The record was deleted, so nothing is left to restore."
    ),
}


# Said once, on the page that follows what was sent.
DONE = {
    "submit": Text(
        "已收到。下面是各项期限，有进展会通知您。",
        "We have it. The deadlines are below; you will be told of every step.",
    ),
    "evidence": Text("补充已收到。", "We have what you added."),
    "dissent": Text("声明已附在记录旁边。", "Your statement stands with the record."),
    "withdraw": Text("已撤回。", "Taken back."),
}


def of_objection(state: ObjectionState) -> Text:
    return OBJECTIONS[state]


def of_restoration(state: RestorationState) -> Text:
    return RESTORATIONS[state]
