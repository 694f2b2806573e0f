"""Refusals of removals."""

from backend.common.errors import Kind, ServiceError
from backend.records.errors import changed as changed
from backend.records.errors import not_found as record_not_found

__all__ = ["changed", "contested", "not_withdrawable", "record_not_found", "tells_record", "wrong_day"]


def not_withdrawable() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "records.not_withdrawable",
        "只能撤下本人的表彰奖励、志愿服务和捐赠信息（《上海市公共信用信息归集和使用管理办法》第二十七条）；"
        "如认为其他信息有误，您可以提出异议",
        "Only your own commendations, volunteering and donations can be dropped (Measures, article 27); if other"
        " information is wrong, you may object to it",
    )


def contested() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "records.contested",
        "您对该记录的异议正在办理，请先撤回异议再撤下该记录",
        "Your objection to this record is being handled; please withdraw it before you drop the record",
    )


def wrong_day() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "removals.wrong_day",
        "收到书面通知的日期不能在将来，也不能早于该信息所述事项发生之日",
        "The day of the written notice lies neither in the future nor before what the record tells of",
    )


def tells_record() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "removals.tells_record",
        "通知文号和理由中请勿写入被删除信息的文书号、标题、内容或当事人的姓名、号码：删除后不得留存",
        "Please keep the record's document number, title, content and the person's name or number out of the notice's number"
        " and the reason: nothing of them may stay",
    )
