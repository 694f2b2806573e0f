"""The closed vocabularies of the service, each word with its Chinese and English label.

No marshmallow here: the domain imports this file and stays light.
"""

from enum import StrEnum
from typing import Self

from schemas.text import Text


class Term(StrEnum):
    """A word that is stored and sent by its value and shown by its label."""

    zh: str
    en: str
    label: Text

    def __new__(cls, value: str, zh: str = "", en: str = "") -> Self:
        """The labels have defaults only for the type checker, which takes a look-up by value for this call."""
        term = str.__new__(cls, value)
        term._value_ = value
        term.zh = zh
        term.en = en
        term.label = Text(zh, en)
        return term


class SubjectKind(Term):
    PERSON = "person", "自然人", "Natural person"
    ENTITY = "entity", "法人和非法人组织", "Legal person or other organisation"


class Nature(Term):
    """Measures 11-13."""

    BASIC = "basic", "基本信息", "Basic information"
    ADVERSE = "adverse", "失信信息", "Adverse information"
    OTHER = "other", "其他信息", "Other information"


class Category(Term):
    """The eight kinds that the operating report of 2018 counts."""

    REGISTRATION = "registration", "登记类", "Registration"
    QUALIFICATION = "qualification", "资质类", "Qualification"
    SUPERVISION = "supervision", "监管类", "Supervision"
    JUDGMENT = "judgment", "判决类", "Judgment"
    ENFORCEMENT = "enforcement", "执行类", "Enforcement"
    PERFORMANCE = "performance", "履约类", "Performance of contracts"
    MANAGEMENT = "management", "管理类", "Management"
    PUBLIC_WELFARE = "public_welfare", "公益类", "Public welfare"


class Openness(Term):
    """Measures 16."""

    PUBLIC = "public", "公开", "Public"
    RESTRICTED = "restricted", "授权查询", "By authorisation only"


class Severity(Term):
    """Measures 17."""

    MINOR = "minor", "轻微", "Minor"
    GENERAL = "general", "一般", "General"
    SERIOUS = "serious", "严重", "Serious"


class GradeValue(Term):
    """What a rule set says of a record; only benefits ask for it (DOMAIN 6). No record yet is not a bad record."""

    EXCELLENT = "excellent", "优秀", "Excellent"
    GOOD = "good", "良好", "Good"
    FAIR = "fair", "一般", "Fair"
    ATTENTION = "attention", "需关注", "Needs attention"
    NO_RECORD = "no_record", "暂无信用记录", "No record yet"


class RuleEffect(Term):
    """What a rule of a grade does: adverse information sets a ceiling, a good deed raises."""

    AT_MOST = "at_most", "最高为", "At most"
    LIFTS_TO = "lifts_to", "提升至", "Raises to"


class DecisionOwner(Term):
    """What a decision by grade was made for; always something that the resident asked for."""

    BENEFIT_CLAIM = "benefit_claim", "信用权益申领", "Claim of a benefit"
    DEPOSIT_FREE = "deposit_free", "信用免押核验", "Deposit-free check"


class ReplayOutcome(Term):
    """What came out when a decision was worked out again from what was kept of it."""

    SAME = "same", "重新计算，结果一致", "Worked out again with the same result"
    DIFFERENT = "different", "重新计算，结果不一致", "Worked out again with another result"
    RULES_GONE = (
        "rules_gone",
        "当时的规则已缺失或被改动",
        "The rules of that time are missing or were altered",
    )
    FACTS_ERASED = (
        "facts_erased",
        "所依据的记录已依法删除，不再重新计算",
        "A record it rested on was deleted by law, so it is not worked out again",
    )


class Level(Term):
    """How far a resident has proved who they are; ordered by `rank`."""

    PHONE = "phone", "手机验证", "Phone confirmed"
    REAL_NAME = "real_name", "实名", "Name and number bound"
    VERIFIED = "verified", "已核验", "Verified"

    @property
    def rank(self) -> int:
        return list(Level).index(self)


class Role(Term):
    """Who may act. A citizen and an anonymous caller are roles like any other."""

    ANONYMOUS = "anonymous", "未登录", "Not signed in"
    CITIZEN = "citizen", "市民", "Citizen"
    MERCHANT = "merchant", "商户", "Merchant"
    PROVIDER = "provider", "信息提供单位", "Information provider"
    CASE_OFFICER = "case_officer", "异议处理员", "Case officer"
    DATA_STEWARD = "data_steward", "数据管理员", "Data steward"
    BENEFIT_MANAGER = "benefit_manager", "权益管理员", "Benefit manager"
    NEWS_EDITOR = "news_editor", "资讯编辑", "News editor"
    AUDITOR = "auditor", "审计员", "Auditor"
    WINDOW_CLERK = "window_clerk", "窗口人员", "Window clerk"
    ADMIN = "admin", "系统管理员", "Administrator"
    SYSTEM = "system", "系统", "The system itself"


STAFF_ROLES = frozenset(
    {
        Role.PROVIDER,
        Role.CASE_OFFICER,
        Role.DATA_STEWARD,
        Role.BENEFIT_MANAGER,
        Role.NEWS_EDITOR,
        Role.AUDITOR,
        Role.WINDOW_CLERK,
        Role.ADMIN,
    }
)


class Channel(Term):
    """Through which door a request came; shown to the resident in the access log."""

    API = "api", "应用程序接口", "App or web interface"
    PAGE = "page", "网页", "Web page"
    LINK = "link", "报告链接", "Report link"
    BOT = "bot", "聊天机器人", "Chatbot"
    COUNTER = "counter", "服务窗口", "Service window"
    CONSOLE = "console", "工作台", "Staff console"
    COMMAND = "command", "运维命令", "Operations command"
    WORKER = "worker", "后台任务", "Background worker"


class RecordMark(Term):
    """What is noted on a record (Regulation 36, Measures 30)."""

    CONTESTED = "contested", "异议处理中", "Under objection"
    DISSENTED = "dissented", "经核查仍有异议", "Still contested after review"


class RippleCause(Term):
    """What happened to a record, so that decisions which used it are judged again (DOMAIN 4)."""

    CORRECTED = "corrected", "更正", "Corrected"
    ERASED = "erased", "删除", "Erased"
    HIDDEN = "hidden", "不再提供查询", "Hidden"
    RESTORED = "restored", "信用修复", "Restored"
    WITHDRAWN = "withdrawn", "本人撤下", "Withdrawn"
    SUSPENDED = "suspended", "暂停查询", "Suspended"
    RELEASED = "released", "恢复查询", "Released"


class RemovalKind(Term):
    """The three deletions, which are never one (Regulation 37, 38; Measures 27)."""

    HIDDEN = "hidden", "不再提供查询", "Out of the query interface"
    ERASED = "erased", "从数据库删除", "Out of the database"
    WITHDRAWN = "withdrawn", "应本人要求撤下", "Dropped at the subject's request"


class UnitKind(Term):
    """The seven sorts of information provider that the operating report of 2018 counts."""

    MUNICIPAL = "municipal", "市级行政机关", "Municipal department"
    CENTRAL = "central", "中央在沪单位", "Central unit in Shanghai"
    DISTRICT = "district", "区级政府", "District government"
    JUDICIAL = "judicial", "司法机关", "Judicial organ"
    PUBLIC_ENTERPRISE = "public_enterprise", "公共企事业单位", "Public enterprise or institution"
    PEOPLES_ORGANISATION = "peoples_organisation", "人民团体", "People's organisation"
    SOCIAL_ORGANISATION = "social_organisation", "社会组织", "Social organisation"


class FieldType(Term):
    """What a field of a catalogue item holds, and how it is written in JSON."""

    TEXT = "text", "文本", "Text"
    DATE = "date", "日期", "Date, YYYY-MM-DD"
    MONEY_FEN = "money_fen", "金额（分）", "Amount of money in fen, a whole number"
    NUMBER = "number", "数值", "Number"
    CHOICE = "choice", "选项", "One of the listed choices"
    YES_NO = "yes_no", "是否", "true or false"
    USCC = "uscc", "统一社会信用代码", "Unified social credit code"


class ForbiddenKind(Term):
    """What may not be collected about natural persons (Measures 14, Regulation 14).

    `needs_consent` tells the second group apart: only with a warning and the person's written consent.
    """

    RELIGION = "religion", "宗教信仰", "Religious belief"
    GENES = "genes", "基因", "Genes"
    FINGERPRINTS = "fingerprints", "指纹等生物识别", "Fingerprints and other biometrics"
    BLOOD_TYPE = "blood_type", "血型", "Blood type"
    DISEASE = "disease", "疾病和病史", "Disease and medical history"
    INCOME = "income", "收入", "Income"
    DEPOSITS = "deposits", "存款", "Deposits"
    SECURITIES = "securities", "有价证券", "Securities"
    INSURANCE = "insurance", "商业保险", "Commercial insurance"
    REAL_ESTATE = "real_estate", "不动产", "Real estate"
    TAX_AMOUNT = "tax_amount", "纳税数额", "Amount of tax paid"

    @property
    def needs_consent(self) -> bool:
        return list(ForbiddenKind).index(self) > list(ForbiddenKind).index(ForbiddenKind.DISEASE)


class ConsentPurpose(Term):
    """What a resident agrees to, each by itself (PIPL 14, 29: separate consent for sensitive information)."""

    FACE_VERIFICATION = "face_verification", "人脸核验", "Face verification"


class ProofWay(Term):
    """The two ways to become `verified`; both reach exactly the same functions (DOMAIN 5)."""

    FACE = "face", "人脸核验", "Face verification"
    WINDOW = "window", "服务窗口核验码", "Code from a service window"


class ReportView(Term):
    """Whose eyes a report is drawn for."""

    OWN = "own", "本人查看", "Own view"
    THIRD_PARTY = "third_party", "第三方查看版本", "Third-party view"


class Audience(Term):
    """For whom a report link is made; one for others is the subject's written authorisation (Reg. 17, Meas. 20)."""

    SELF = "self", "本人", "Myself"
    THIRD_PARTY = "third_party", "第三方", "Someone else"


class LinkState(Term):
    ACTIVE = "active", "可用", "Can be opened"
    USED_UP = "used_up", "已用完", "Opened as often as allowed"
    EXPIRED = "expired", "已过期", "Expired"
    KILLED = "killed", "已停用", "Switched off"


class QuestionState(Term):
    """A subject's question about a line of the own access log ("not me")."""

    OPEN = "open", "待核实", "Being looked into"
    ANSWERED = "answered", "已答复", "Answered"


class QuestionFinding(Term):
    """What the auditor found out about a look that its subject asked about."""

    LAWFUL = "lawful", "查询依法有据", "The look was lawful"
    UNLAWFUL = "unlawful", "查询没有依据", "The look had no lawful ground"
    OWN_ACCOUNT = "own_account", "查询来自您本人的账号", "The look came from your own account"


class CaseKind(Term):
    """What the desk works on, each with its own clocks."""

    OBJECTION = "objection", "异议", "Objection"
    RESTORATION = "restoration", "信用修复", "Restoration"
    REMOVAL = "removal", "信息移除", "Removal of a record"
    QUESTION = "question", "查询疑问", "Question about a look"
    CONTEST = "contest", "免押核验复核", "Review of a deposit-free check"
    PLACE = "place", "诚信商家核实", "Check of a shop on the map"
    BENEFIT = "benefit", "权益活动", "Benefit campaign"
    NEWS = "news", "资讯", "Article"
    BATCH = "batch", "报送的文件", "File handed in"


class ObjectionGround(Term):
    """Why a subject may object to a record (Measures 28)."""

    ERROR_OR_OMISSION = "error_or_omission", "信息有错误或者遗漏", "The information is wrong or incomplete"
    PRIVACY_OR_SECRET = (
        "privacy_or_secret",
        "侵犯商业秘密或者个人隐私",
        "It infringes a business secret or privacy",
    )
    EXPIRED_NOT_REMOVED = (
        "expired_not_removed",
        "超过期限仍在提供查询或者公示",
        "It is past its period and still shown",
    )


class ObjectionState(Term):
    """Where an objection stands (docs/objections.md)."""

    SUBMITTED = "submitted", "已提交", "Submitted"
    MARKED = "marked", "已标注，待比对", "Record marked, to be compared"
    COMPARING = "comparing", "比对中", "Being compared"
    SUPPLEMENT_REQUESTED = "supplement_requested", "待您补充材料", "Waiting for more from you"
    FORWARDED = "forwarded", "已转信息提供单位核查", "With the provider"
    CORRECTED = "corrected", "已更正", "Corrected"
    UPHELD = "upheld", "经核查维持", "Upheld by the provider"
    DISSENTED = "dissented", "经核查仍有异议，已附声明", "Still contested, with your statement"
    WITHDRAWN = "withdrawn", "已撤回", "Withdrawn"
    CLOSED = "closed", "已办结", "Closed"


class ObjectionOutcome(Term):
    """What an objection led to, once it is over."""

    CORRECTED = "corrected", "信息已更正", "The record was corrected"
    REMOVED = "removed", "信息已停止提供", "The record is no longer shown"
    UPHELD = "upheld", "信息经核查维持", "The record was upheld"
    WITHDRAWN = "withdrawn", "异议已撤回", "The objection was withdrawn"


class ObjectionAct(Term):
    """What moves an objection, or happens on its way; each is one line of its timeline."""

    SUBMIT = "submit", "提交异议", "Objection submitted"
    MARK = "mark", "标注有争议的记录", "Record marked as contested"
    COMPARE = "compare", "开始比对", "Comparison begun"
    TAKE_OVER = "take_over", "更换经办人", "Taken over by another officer"
    REQUEST_SUPPLEMENT = "request_supplement", "请求补充材料", "More material asked for"
    ADD_EVIDENCE = "add_evidence", "补充材料", "Material added"
    GO_ON = "go_on", "补充期满，按现有材料继续", "Supplement period over, going on with what there is"
    FORWARD = "forward", "转交信息提供单位核查", "Forwarded to the provider"
    CORRECT = "correct", "作出更正", "Correction made"
    UPHOLD = "uphold", "核查后维持", "Upheld after review"
    DISSENT = "dissent", "提交异议声明", "Statement of dissent handed in"
    WITHDRAW = "withdraw", "撤回异议", "Objection withdrawn"
    CLOSE = "close", "办结", "Closed"
    FALL_DUE = "fall_due", "期限已过", "A deadline has passed"
    SUSPEND = "suspend", "暂停查询该记录", "Record suspended from queries"
    MOVE_CLOCK = "move_clock", "期限因日历公布而调整", "Deadline moved with the published calendar"


class RemovalWish(Term):
    """How a record leaves instead of being corrected: its period is over or it should never have been shown (hidden), or
    there is no ground for it at all (erased)."""

    HIDDEN = "hidden", "停止提供查询", "Out of the query interface"
    ERASED = "erased", "从数据库删除", "Out of the database"


class RestorationState(Term):
    """Where an application for restoration stands (docs/restorations.md)."""

    SUBMITTED = "submitted", "已提交，待决定是否受理", "Submitted, acceptance to be decided"
    ACCEPTED = "accepted", "已受理，待提供单位出具结论", "Accepted, with the provider"
    DECLINED = "declined", "不予受理", "Not accepted"
    RESTORED = "restored", "已修复，停止提供查询", "Restored, out of queries"
    REFUSED = "refused", "经审核不予修复", "Refused after review"
    WITHDRAWN = "withdrawn", "已撤回", "Withdrawn"
    CLOSED = "closed", "记录已删除，申请已办结", "Closed: the record was deleted"


class RestorationAct(Term):
    """What moves an application, or happens on its way; each is one line of its timeline."""

    SUBMIT = "submit", "提交修复申请", "Application submitted"
    ACCEPT = "accept", "决定受理并转提供单位", "Accepted and handed to the provider"
    DECLINE = "decline", "决定不予受理", "Not accepted"
    RESTORE = "restore", "提供单位出具修复证明", "The provider proved the restoration"
    REFUSE = "refuse", "提供单位不予修复", "The provider refused"
    WITHDRAW = "withdraw", "撤回申请", "Application withdrawn"
    CLOSE = "close", "记录已删除，申请办结", "Closed: the record was deleted"
    FALL_DUE = "fall_due", "期限已过", "A deadline has passed"
    MOVE_CLOCK = "move_clock", "期限因日历公布而调整", "Deadline moved with the published calendar"


class ProofOutcome(Term):
    """What the provider proves about an application."""

    RESTORED = "restored", "准予修复", "Restored"
    REFUSED = "refused", "不予修复", "Refused"


class BatchState(Term):
    """Where a file stands that a unit handed in."""

    RECEIVED = "received", "已收到，等待处理", "Received, waiting"
    RUNNING = "running", "正在处理", "Being taken in"
    DONE = "done", "处理完成", "Done"
    FAILED = "failed", "未能处理", "Could not be used"


class DayUnit(Term):
    """In which days a time limit is counted."""

    WORKING = "working_days", "工作日", "Working days"
    CALENDAR = "calendar_days", "自然日", "Calendar days"


class SourceMark(Term):
    """How well the source of a time limit is known."""

    LAW = "law", "法规原文", "Text of the law"
    SECONDARY = "secondary", "转引，待核对", "Secondary account, to be checked"
    SERVICE = "service", "本服务规则", "Rule of this service"


class ClockState(Term):
    """What a clock on a case is doing."""

    RUNNING = "running", "计时中", "Running"
    PAUSED = "paused", "已暂停，等待补正", "Paused, awaiting a supplement"
    MET = "met", "已办结", "Done"
    STOPPED = "stopped", "不再计时", "No longer needed"


class MoveCause(Term):
    """Why the due day of a clock changed; it never changes without one."""

    PAUSED = "paused", "等待补正，暂停计时", "Paused until the supplement arrives"
    RESUMED = "resumed", "已收到补正，恢复计时", "Supplement received, running again"
    SUPPLEMENT_OVER = (
        "supplement_over",
        "补正期满，恢复计时",
        "The time for the supplement is over, running again",
    )
    EXTENDED = "extended", "经批准延长", "Extended with approval"
    CALENDAR = "calendar", "节假日安排公布或更正", "The holidays of a year were announced or corrected"


class FindingOutcome(Term):
    """What the provider found."""

    CORRECTED = "corrected", "有误，予以更正", "Wrong, and corrected"
    UPHELD = "upheld", "无误，维持", "Right, and upheld"


class DecisionOutcome(Term):
    """What an officer decides alone: data that agree are forwarded, not decided."""

    CORRECTED = "corrected", "数据不一致，予以更正", "The data differ, and the record is corrected"


class MerchantKind(Term):
    """What a merchant does for residents."""

    SUPERMARKET = "supermarket", "超市便利店", "Supermarket or convenience store"
    LIBRARY = "library", "图书馆", "Library"
    UMBRELLA = "umbrella", "雨具租借", "Umbrella rental"
    POWER_BANK = "power_bank", "充电宝租借", "Power bank rental"
    BICYCLE = "bicycle", "自行车租赁", "Bicycle rental"
    CAR = "car", "汽车租赁", "Car rental"
    HOUSING = "housing", "住房租赁", "Housing rental"
    HOTEL = "hotel", "酒店民宿", "Hotel or guest house"
    CULTURE = "culture", "文化体育场馆", "Culture and sports"
    TRAVEL = "travel", "旅游景区", "Sights and travel"
    MEDICAL = "medical", "医疗健康", "Health care"
    OTHER = "other", "其他", "Other"


class MerchantState(Term):
    """Whether a merchant takes part; a closed one never again."""

    ACTIVE = "active", "正常", "Active"
    PAUSED = "paused", "已暂停", "Paused"
    CLOSED = "closed", "已终止", "Closed"


class MerchantAct(Term):
    """What happened to a merchant; each is one line of its history."""

    CREATE = "create", "签约入驻", "Taken on"
    CHANGE = "change", "变更资料", "Particulars changed"
    PAUSE = "pause", "暂停", "Paused"
    RESUME = "resume", "恢复", "Resumed"
    CLOSE = "close", "终止", "Closed"
    CREATE_KEY = "create_key", "签发接口密钥", "API key issued"
    REVOKE_KEY = "revoke_key", "吊销接口密钥", "API key revoked"
    CREATE_CLERK = "create_clerk", "开通店员账号", "Clerk's account opened"
    CLOSE_CLERK = "close_clerk", "注销店员账号", "Clerk's account closed"


class MerchantDoor(Term):
    """By what a merchant's request came in."""

    KEY = "key", "接口密钥", "API key"
    CLERK = "clerk", "店员登录", "Clerk signed in"


class MerchantFigure(Term):
    """What is counted for a merchant each month; a number, never anything about a person."""

    CHECKS = "checks", "资格核验次数", "Eligibility checks"
    ORDERS = "orders", "免押订单数", "Deposit-free orders"
    REDEMPTIONS = "redemptions", "权益核销次数", "Benefits redeemed"


class ValueKind(Term):
    """What the value of a benefit means."""

    AMOUNT_FEN = "amount_fen", "立减金额（分）", "Amount off, in fen"
    PERCENT_OFF = "percent_off", "折扣（减免百分比）", "Percent off"


class BenefitState(Term):
    """Whether a benefit can be claimed; what was claimed can be redeemed in every state until it expires."""

    ACTIVE = "active", "进行中", "Active"
    PAUSED = "paused", "已暂停领取", "Claiming paused"
    CLOSED = "closed", "已结束", "Closed"


class BenefitAct(Term):
    """What happened to a benefit; each is one line of its history."""

    CREATE = "create", "创建", "Created"
    CHANGE = "change", "修改", "Changed"
    PAUSE = "pause", "暂停领取", "Claiming paused"
    RESUME = "resume", "恢复领取", "Claiming resumed"
    CLOSE = "close", "结束", "Closed"


class ClaimState(Term):
    """Where somebody's claim of a benefit stands."""

    REFUSED = "refused", "未符合条件", "Not entitled"
    OFFERED = "offered", "可再次领取", "Can be claimed again"
    LIVE = "live", "待使用", "To be used"
    REDEEMED = "redeemed", "已使用", "Used"
    EXPIRED = "expired", "已过期", "Expired"


class UnitUse(Term):
    """What one piece of a benefit's stock is used for; a use counts only until the instant from which it is free."""

    FREE = "free", "可领", "Free"
    HELD = "held", "办理中", "Held by a request"
    OFFERED = "offered", "为更正保留", "Kept for somebody after a correction"
    CLAIMED = "claimed", "已领待用", "Claimed"
    REDEEMED = "redeemed", "已使用", "Redeemed"


class ServiceKind(Term):
    """What is lent without a deposit: the kinds that the operating report of 2018 counts."""

    LIBRARY_BOOKS = "library_books", "图书借阅", "Library books"
    UMBRELLA = "umbrella", "雨伞", "Umbrellas"
    POWER_BANK = "power_bank", "充电宝", "Power banks"
    BICYCLE = "bicycle", "自行车", "Bicycles"
    CAR = "car", "汽车", "Cars"
    TOY = "toy", "玩具", "Toys"
    ELECTRONICS = "electronics", "电子产品", "Electronics"
    HOTEL = "hotel", "酒店住宿", "Hotel stay"
    RENTAL = "rental", "住房租赁", "Rented home"


class ServiceState(Term):
    """Whether passes can be made for a deposit-free service; a closed one never opens again."""

    ACTIVE = "active", "开放", "Open"
    PAUSED = "paused", "已暂停", "Paused"
    CLOSED = "closed", "已终止", "Closed"


class ServiceAct(Term):
    """What happened to a deposit-free service; each is one line of its history."""

    CREATE = "create", "设立", "Set up"
    CHANGE = "change", "变更", "Changed"
    PAUSE = "pause", "暂停", "Paused"
    RESUME = "resume", "恢复", "Resumed"
    CLOSE = "close", "终止", "Closed"


class PassState(Term):
    """What became of a pass, and of the consent that it is."""

    OPEN = "open", "可使用", "Can be used"
    USED = "used", "已使用", "Used"
    WITHDRAWN = "withdrawn", "已撤回同意", "Consent withdrawn"
    REPLACED = "replaced", "已被新的通行码取代", "Replaced by a newer one"
    EXPIRED = "expired", "已过期", "Expired"


class Verdict(Term):
    """All that a merchant learns of a check; no is an answer about the deposit, never about the person."""

    ELIGIBLE = "eligible", "可免押金", "No deposit needed"
    NOT_ELIGIBLE = "not_eligible", "请按押金方式办理", "Please take the way with a deposit"


class ContestState(Term):
    """Where a contested check stands."""

    OPEN = "open", "人工复核中", "With a person"
    ANSWERED = "answered", "已答复", "Answered"


class ContestFinding(Term):
    """What a person decided about a check that was answered by rules alone (PIPL 24)."""

    UPHELD = "upheld", "维持核验结论", "The answer stands"
    GRANTED = "granted", "人工复核：可免押金", "Decided by a person: no deposit needed"


class OrderState(Term):
    """Where a deposit-free order stands; settled, cancelled and ended are final. Nobody settled what is ended."""

    CREATED = "created", "待交付", "Made, nothing handed out yet"
    ACTIVE = "active", "借用中", "On loan"
    OVERDUE = "overdue", "已逾期", "Overdue"
    RETURNED = "returned", "已归还", "Returned"
    SETTLED = "settled", "已结清", "Settled"
    CANCELLED = "cancelled", "已取消", "Cancelled"
    ENDED = "ended", "已终结", "Ended"


class OrderEnd(Term):
    """Why an order ended that the two sides did not settle."""

    MERCHANT_CLOSED = "merchant_closed", "商户已终止合作", "The merchant takes part no more"
    TIME_BARRED = "time_barred", "已过诉讼时效", "Claims out of it are time-barred"


class OrderAct(Term):
    """What a merchant reports about an order, or happens to it by the clock."""

    CREATE = "create", "建立订单", "Order made"
    ACTIVATE = "activate", "已交付", "Handed out"
    RETURN = "return", "已归还", "Came back"
    SETTLE = "settle", "已结清", "Settled"
    CANCEL = "cancel", "已取消", "Cancelled"
    FALL_DUE = "fall_due", "逾期未还", "Not back in time"
    LAPSE = "lapse", "逾时未交付，自动取消", "Not begun in time, cancelled"
    WIND_UP = "wind_up", "商户终止合作，订单终结", "Ended, since the merchant takes part no more"
    EXPIRE = "expire", "三年未了结，订单终结", "Ended, unsettled for three years"


class Way(Term):
    """By what a notice or a push reaches a person; the inbox is always there and is none of these."""

    APP_PUSH = "app_push", "应用推送", "App push"
    SMS = "sms", "短信", "Text message"
    TELEGRAM = "telegram", "Telegram", "Telegram chat"
    WECHAT = "wechat", "微信", "WeChat message"


class DeliveryState(Term):
    """What became of one message to one person by one way."""

    WAITING = "waiting", "待发送", "Waiting to be sent"
    SENT = "sent", "已交通道", "Taken by the channel"
    DELIVERED = "delivered", "已送达", "Arrived"
    FAILED = "failed", "未能送达", "Failed"
    SKIPPED = "skipped", "未发送", "Not sent"


class PushState(Term):
    """Where a push to many people stands; done and cancelled are final."""

    RUNNING = "running", "推送中", "Running"
    PAUSED = "paused", "已暂停", "Paused"
    CANCELLED = "cancelled", "已取消", "Cancelled"
    DONE = "done", "已完成", "Done"


class PushAct(Term):
    """What staff do to a push, or what happens to it by itself."""

    CREATE = "create", "发起推送", "Started"
    PAUSE = "pause", "暂停", "Paused"
    RESUME = "resume", "继续", "Resumed"
    CANCEL = "cancel", "取消", "Cancelled"
    FINISH = "finish", "完成", "Finished"
    HOLD = "hold", "自动暂停", "Paused by itself"


class Crs(Term):
    """The coordinate systems in which maps of the city speak; every position is named with its own."""

    WGS84 = "wgs84", "WGS-84（GPS）", "WGS-84 (GPS, browsers, Telegram)"
    GCJ02 = "gcj02", "GCJ-02（高德、腾讯、微信）", "GCJ-02 (AMap, Tencent, WeChat)"
    BD09 = "bd09", "BD-09（百度）", "BD-09 (Baidu)"


class PlaceKind(Term):
    """The four kinds of shops that are assessed every year."""

    CONVENIENCE = "convenience", "便利店", "Convenience store"
    SUPERMARKET = "supermarket", "标准超市", "Supermarket"
    HYPERMARKET = "hypermarket", "大卖场", "Hypermarket"
    FRESH = "fresh", "肉菜超市", "Fresh food store"


class PlaceState(Term):
    """Whether the map shows a shop; a closed one comes back only with a newer list."""

    ACTIVE = "active", "展示中", "Shown"
    PAUSED = "paused", "暂停展示", "Paused"
    CLOSED = "closed", "已撤下", "Withdrawn"


class PlaceAct(Term):
    """What happened to a shop on the map; each is one line of its history."""

    CREATE = "create", "登记", "Put on the map"
    ASSESS = "assess", "列入年度名单", "Put on a year's list"
    CHANGE = "change", "变更", "Changed"
    REPLY = "reply", "商家回复", "The shop's reply"
    PAUSE = "pause", "暂停展示", "Paused"
    RESUME = "resume", "恢复展示", "Shown again"
    CLOSE = "close", "撤下", "Withdrawn"


class PlaceReportKind(Term):
    """What a resident reports about a shop."""

    MOVED = "moved", "已搬走", "It has moved"
    CLOSED = "closed", "已关门", "It has closed"


class PlaceTaskState(Term):
    """Where the residents' reports about a shop stand."""

    GATHERING = "gathering", "收集中", "Not enough reports yet"
    OPEN = "open", "待核实", "To be checked"
    RESOLVED = "resolved", "已核实", "Checked"


class PlaceFinding(Term):
    """What staff found when they looked into the reports."""

    STILL_THERE = "still_there", "仍在原址营业", "It is still there"
    MOVED = "moved", "已搬走", "It has moved"
    CLOSED = "closed", "已关门", "It has closed"


class NewsCategory(Term):
    """What an article is about; the chat and the app list by it, and followers follow it."""

    NEWS = "news", "信用动态", "News"
    POLICY = "policy", "政策法规", "Policy and law"
    CASES = "cases", "典型案例", "Cases"
    NOTICES = "notices", "通知公告", "Notices"
    KNOWLEDGE = "knowledge", "信用知识", "Popular knowledge"


class NewsState(Term):
    """Where the newest revision of an article stands; an older one may be before readers meanwhile."""

    DRAFT = "draft", "草稿", "Draft"
    SUBMITTED = "submitted", "待审核", "To be reviewed"
    APPROVED = "approved", "已审核，待发布", "Approved, to be published"
    SCHEDULED = "scheduled", "定时发布", "Scheduled"
    PUBLISHED = "published", "已发布", "Published"
    UNPUBLISHED = "unpublished", "已撤下", "Taken down"


class NewsAct(Term):
    """What happened to an article; each is one line of its history."""

    CREATE = "create", "起草", "Drafted"
    CHANGE = "change", "修改", "Changed"
    SUBMIT = "submit", "提交审核", "Handed in for review"
    RETURN = "return", "退回修改", "Sent back"
    APPROVE = "approve", "审核通过", "Approved"
    SCHEDULE = "schedule", "定时发布", "Scheduled"
    CANCEL = "cancel", "取消定时", "Schedule cancelled"
    PUBLISH = "publish", "发布", "Published"
    UNPUBLISH = "unpublish", "撤下", "Taken down"


class LinkRefusal(Term):
    """Why a report link was not opened."""

    EXPIRED = "expired", "报告链接已过期，请重新获取", "This report link has expired; please get a new one"
    USED_UP = (
        "used_up",
        "报告链接已打开过，不能再次使用；如不是您本人打开，请拨打 12345",
        "This report link was opened already and does not open again; if that was not you, please call 12345",
    )
    KILLED = "killed", "报告链接已停用", "This report link was switched off"
    ELSEWHERE = (
        "elsewhere",
        "该报告链接只能由生成它的聊天所绑定的账号打开",
        "This report link opens only for the account of the chat in which it was made",
    )
    UNBOUND = (
        "unbound",
        "生成该链接的聊天已解除绑定，链接失效",
        "The chat in which this link was made is no longer bound, so it does not open",
    )


class QueryKind(Term):
    """What a person asked for of the own record, as the figures of operations count it."""

    REPORT = "report", "信用报告", "Report"
    PDF = "pdf", "信用报告（PDF）", "Report as PDF"
    SUMMARY = "summary", "信用概况", "Summary"
    CALENDAR = "calendar", "什么时候被忘记", "When it is forgotten"


class OperationsTable(Term):
    """One table of the year's figures."""

    QUERIES = "queries", "信息主体自查", "Self-queries"
    LINKS = "links", "报告链接", "Report links"
    OBJECTIONS = "objections", "异议处理", "Objections"
    RESTORATIONS = "restorations", "信用修复", "Restorations"
    IMPORTS = "imports", "数据归集", "Imports"
    USERS = "users", "用户", "Users"
    SERVICES = "services", "信用应用", "Benefits and checks"
    CHATS = "chats", "聊天服务", "Chat"


class MonthState(Term):
    """Whether the figures of a month may still change."""

    CLOSED = "closed", "已结", "Closed"
    RUNNING = "running", "进行中", "Running"
    AHEAD = "ahead", "未到", "Ahead"
