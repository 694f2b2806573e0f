"""Refusals of restorations."""

from datetime import date

from backend.common.errors import Kind, ServiceError
from backend.limits.errors import wait
from schemas import days
from schemas.terms import RestorationState
from schemas.text import Text


def record_not_found() -> ServiceError:
    """One answer for no such record, somebody else's, and one that is not shown any more."""
    return ServiceError(
        Kind.NOT_FOUND,
        "restorations.record_not_found",
        "您的信用记录中没有这一条",
        "There is no such record among your own",
    )


def not_found() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND, "restorations.not_found", "没有找到这件修复申请", "There is no such application"
    )


def not_adverse() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "restorations.not_adverse",
        "该记录不是失信信息，无需修复",
        "The record is not adverse, so there is nothing to restore",
    )


def not_ended(text: Text) -> ServiceError:
    return ServiceError(Kind.CONFLICT, "restorations.not_ended", text.zh, text.en)


def too_early(earliest_on: date) -> ServiceError:
    """`data.earliest_on` is the first day on which it can be asked for (NDRC Order 36)."""
    said = days.day(earliest_on)
    return ServiceError(
        Kind.CONFLICT,
        "restorations.too_early",
        f"该信息自 {said.zh} 起方可申请修复（《信用修复管理办法》，国家发展改革委令第36号）",
        f"Restoration can be asked for from {said.en} on (Measures for credit restoration, NDRC Order 36)",
        data={"earliest_on": earliest_on.isoformat()},
    )


def already_open(restoration_id: str) -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "restorations.already_open",
        "您对该记录的修复申请正在办理",
        "Your application for this record is being handled",
        data={"restoration_id": restoration_id},
    )


def too_often(retry_after: int) -> ServiceError:
    """More than anybody needs: the limit keeps one person from filling the desks."""
    left = wait(retry_after)
    return ServiceError(
        Kind.TOO_MANY,
        "restorations.too_often",
        f"您近期提交的信用修复申请过多，请{left.zh}后再提；确有急需的，请拨打 12345 或到服务窗口办理",
        f"You have made too many applications for restoration lately; please wait {left.en}, or call 12345 or come to a"
        " service window if it is urgent",
        retry_after=retry_after,
    )


def changed(state: RestorationState) -> ServiceError:
    """Somebody was faster, or this is not what can be done now: `data.state` says where the case stands."""
    return ServiceError(
        Kind.CONFLICT,
        "restorations.changed",
        f"该申请目前为“{state.zh}”，不能进行此项操作，请刷新后查看",
        f"This application now stands at “{state.en}”, where this cannot be done; please look at it again",
        data={"state": state.value},
    )


def record_deleted() -> ServiceError:
    """Nothing is taken in that may repeat what was deleted."""
    return ServiceError(
        Kind.CONFLICT,
        "restorations.record_deleted",
        "该记录已从数据库删除，无需修复，申请已办结",
        "The record was deleted from the database, so there is nothing to restore; the application is closed",
    )


def no_proof() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "restorations.no_proof",
        "准予修复须注明修复证明的文号",
        "A restoration needs the number of the document that proves it",
    )
