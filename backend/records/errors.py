"""Refusals of what may happen to a record."""

from backend.common.errors import Kind, ServiceError
from schemas.text import Text


def not_found() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND, "records.not_found", "没有找到这条信用记录", "There is no such record"
    )


def changed() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "records.changed",
        "该记录刚刚已被更正或移除，请刷新后再办理",
        "The record was corrected or removed a moment ago; please look at it again",
    )


def nothing_corrected() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "records.nothing_corrected",
        "更正内容与现有内容相同",
        "The correction says what the record says already",
    )


def doc_no_taken() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "records.doc_no_taken",
        "该信息主体名下已有这一文书号的同类记录",
        "The subject has a record of this kind with this document number already",
    )


def ends_with_itself() -> ServiceError:
    """A correction that says of something momentary that it has not ended."""
    return not_fit(
        "records.ends_with_itself",
        "ended_on",
        Text(
            "该目录事项所记的行为或事件不能持续，不存在“尚未终止”",
            "what this item of the catalogue tells of cannot last, so that it has ended",
        ),
    )


def not_fit(reason: str, field: str, text: Text) -> ServiceError:
    """A correction that could not be imported either; `data.field` names what is wrong with it."""
    return ServiceError(
        Kind.INVALID,
        reason,
        f"更正内容不符合要求：{text.zh}",
        f"The correction cannot be taken: {text.en}",
        data={"field": field},
    )
