"""What residents are told about benefits, in both languages."""

from schemas.text import Text

PURPOSE = Text(
    "您申领信用权益，系统据此查看影响信用等级的记录要素，以确定您可享受的档次",
    "You claimed a benefit; the facts that bear on your grade were looked at to see what you are entitled to",
)
AGAIN = Text(
    "您的一条信用记录有变动，系统为您重新核定曾经申领的信用权益",
    "One of your records changed, so what you had claimed was judged again for you",
)
OWN_PURPOSE = Text(
    "本人查看一次权益申领的结果和原因", "The subject reads why a claim of a benefit came out so"
)
REPLAY_PURPOSE = Text(
    "本人要求重新计算一次权益申领的等级决定",
    "The subject has a decision by grade behind a claim worked out again",
)
OWN_SCOPE = Text("该次申领所依据的等级理由", "The reasons of the grade behind that claim")
USES_RECORD = Text(
    "申领时将查看您的信用记录中影响等级的要素，仅用于确定本次可享受的档次，并记入您的查询记录；商户只知道优惠内容，不知道您的"
    "身份和记录；各档优惠不同的，优惠内容可能反映您所在的档次。不申领不影响任何基本公共服务。",
    "When you claim, the facts of your record that bear on the grade are looked at, only to see what you get this time, and the"
    " look is in your access log. The shop learns the discount, never who you are or a record; where grades get"
    " different discounts, the discount may tell which. Not claiming bears on no basic service.",
)
USES_NOTHING = Text(
    "人人可领，申领时不查看您的信用记录。", "For everybody: your record is not looked at when you claim."
)
BELOW = Text(
    "目前的信用等级未达到该活动的要求（{grade}及以上）",
    "Your grade does not reach what this benefit asks for ({grade} or better)",
)
ELSEWHERE = Text(
    "该活动仅面向指定区的居民，登记的居住区不在其中",
    "This benefit is for residents of certain districts, and yours on file is not among them",
)
OBJECT = Text(
    "如认为所依据的记录有误，您可以提出异议；处理期间该记录不计入，更正后权益为您保留。",
    "If a record is wrong you may object: it does not count meanwhile, and after a correction the benefit is kept for you.",
)
