"""The fixed sentences of a restoration: why a record left, why somebody looked, what queues are called."""

from schemas.text import Text

RESTORED = Text(
    "信用修复：信息提供单位已出具修复证明，停止提供查询（《条例》第三十八条）",
    "Restored: the provider proved it, so the record is out of every query (Regulation, article 38)",
)
FORGOTTEN = Text(
    "所涉信息已从数据库删除，承诺和材料随之删除",
    "The record was deleted from the database, and what was written about it with it",
)
CHOOSING = Text("本人选择要申请修复的记录", "You chose a record to have restored")
CHOICE_SCOPE = Text("本人的失信信息", "Your adverse records")
HANDLING = Text("办理信用修复申请", "Handling an application for restoration")
OWN_CASE = Text("本人查看信用修复申请", "You looked at your application for restoration")
CASE_SCOPE = Text("一条信用记录及其修复申请材料", "One record and the application to restore it")
SUBJECT = Text("信息主体", "The subject")
QUEUE_SUBMITTED = Text("修复申请待决定是否受理", "Restorations to accept or not")
QUEUE_ACCEPTED = Text("修复申请待提供单位出具结论", "Restorations with providers")
QUEUE_PROOFS = Text("修复申请待本单位出具结论", "Restorations waiting for your proof")
