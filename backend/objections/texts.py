"""The fixed sentences of an objection: why a record changed, and why somebody looked at it."""

from schemas.text import Text

MARKED = Text(
    "信息主体提出异议，系统即时标注（《条例》第三十六条）",
    "The subject objected, so the record was marked at once (Regulation, article 36)",
)
UNMARKED_CORRECTED = Text(
    "异议办结，信息已更正，取消标注", "The objection is closed and the record corrected: unmarked"
)
UNMARKED_UPHELD = Text(
    "异议办结，信息经核查维持，取消标注", "The objection is closed and the record upheld: unmarked"
)
UNMARKED_WITHDRAWN = Text("信息主体撤回异议，取消标注", "The subject withdrew the objection: unmarked")
DISSENTED = Text(
    "经核查维持，信息主体仍有异议，附其声明（《办法》第三十条）",
    "Upheld after review, still contested by the subject, whose statement stays with it (Measures, article 30)",
)
UNMARKED_DISSENTED = Text(
    "异议处理标注由异议声明代替", "The mark of a running objection gives way to the statement"
)
CORRECTED = Text(
    "经异议核查更正（《条例》第三十六条）", "Corrected after an objection (Regulation, article 36)"
)
HIDDEN = Text("经异议核查停止提供查询", "No longer shown, after an objection")
ERASED = Text("经异议核查，该信息没有依据，予以删除", "Erased: an objection found no ground for it")
FORGOTTEN = Text(
    "所涉信息已从数据库删除，陈述和材料随之删除",
    "The record was deleted from the database, and what was written about it with it",
)
SUSPENDED = Text(
    "信息提供单位逾期未答复异议，暂停查询（《办法》第三十条）",
    "The provider did not answer the objection in time: suspended from queries (Measures, article 30)",
)
RELEASED = Text("异议已有结论或已撤回，恢复查询", "The objection has ended or been answered: shown again")
MOVED = Text(
    "答复期限因年度工作日安排公布而顺延，恢复查询", "The time to answer moved with the calendar: shown again"
)

CHOOSING = Text("本人选择要提出异议的记录", "You chose a record to object to")
CHOICE_SCOPE = Text("本人的信用记录", "Your own records")
HANDLING = Text("处理异议", "Handling an objection")
OWN_CASE = Text("本人查看异议办理情况", "You looked at your objection")
CASE_SCOPE = Text("一条信用记录及其异议材料", "One record and the objection to it")
EVIDENCE_SCOPE = Text("异议证明材料（一份）", "One piece of evidence of an objection")

SUBJECT = Text("信息主体", "The subject")
QUEUE_MARKED = Text("待比对的异议", "Objections to compare")
QUEUE_COMPARING = Text("比对中的异议", "Objections being compared")
QUEUE_SUPPLEMENT = Text("等待补充材料的异议", "Objections waiting for a supplement")
QUEUE_FORWARDED = Text("待提供单位答复的异议", "Objections with a provider")
QUEUE_FINDINGS = Text("待本单位核查的异议", "Objections for this unit to check")
