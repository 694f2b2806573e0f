"""What a resident reads before a pass is made, and the words of the access log.

A change of the notice is a new `VERSION`; every consent keeps the whole text that it was given to.
"""

from schemas.text import Text

VERSION = "1"
DATA_USED = Text(
    "仅为得出“是/否”结论，使用您的公共信用信息（含授权查询信息）按公开规则计算信用等级；处于异议处理中或暂停查询的记录不计入。",
    "Only to come to a yes or no: your public credit information, restricted records included, graded by the published rules;"
    " records under objection or suspended do not count.",
)
DATA_GIVEN = Text(
    "商户只得到“可免押金”或“请按押金方式办理”的结论、一个核验编号和时间；不得到您的姓名、证件号码、等级、原因或任何信用记录，"
    "也不能把两次核验联系到同一个人。",
    "The merchant gets a yes or no, a check number and the time; not your name, number, grade, the reasons or any record, and"
    " nothing by which two checks could be seen to be of one person.",
)
WITHDRAWAL = Text(
    "通行码两分钟内有效、只能用一次；使用前可随时撤回，撤回后立即失效。",
    "The pass lasts two minutes and works once; until it is used you may withdraw it at any time, and it is void at once.",
)
KEPT = Text(
    "您的这次同意和核验结果保存三年，以便您查看、要求复算和提出异议；每次核验都记入您的查询记录。",
    "This consent and the outcome of the check are kept for three years, so that you can see it, have it worked out again and"
    " contest it; every check is in your access log.",
)
DEPOSIT_WAY = Text(
    "无论结论如何，您都可以按交押金的方式办理；不同意核验不影响您使用该服务。",
    "Whatever the outcome, the way with a deposit is open to you; without your consent the service is open all the same.",
)
AFTER_NO = Text(
    "本次未能免押，您仍可交押金办理该服务。结论由系统按公开规则作出，您可查看原因、要求复算，或申请人工复核。",
    "This time a deposit is needed, and with one the service is open to you. The answer was worked out by published rules: you"
    " can see why, have it worked out again, and ask for a person to look at it.",
)
CHECK_PURPOSE = Text(
    "经您同意，{merchant}为“{service}”核验是否免押金；商户只得到是或否",
    "With your consent {merchant} checked whether “{service}” needs a deposit; it got a yes or no and nothing else",
)
JUDGED_PURPOSE = Text(
    "您为{merchant}的“{service}”生成通行码，系统据此得出能否免押；未使用的通行码，结论随即删除",
    "You made a pass for “{service}” at {merchant}, and it was worked out whether a deposit is needed; of a pass that is not used"
    " the outcome is deleted",
)
GIVEN = Text("只有“是”或“否”", "A yes or a no, and nothing else")
OWN_PURPOSE = Text("本人查看免押核验的原因", "You looked at the reasons of your deposit-free checks")
REPLAY_PURPOSE = Text("本人要求复算一次免押核验", "You had a deposit-free check worked out again")
SCOPE = Text("据以得出结论的信用等级和原因", "The grade behind the answer, and its reasons")
REVIEW_PURPOSE = Text("人工复核您申请复核的免押核验", "To review the deposit-free check that you contested")
REVIEW_SCOPE = Text(
    "该次核验的结论、原因和您的陈述", "The answer of that check, its reasons and what you wrote"
)
NO_STATEMENT = Text("请人工复核这次核验", "Please have a person look at this check")
FORGOTTEN = Text(
    "（所涉记录已依法删除，文字随之删除）", "(The record was deleted by law, and these words with it)"
)
QUEUE = Text("免押核验待人工复核", "Deposit-free checks to be reviewed by a person")
