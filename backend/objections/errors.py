"""Refusals of objections."""

from typing import Any

from backend.common.errors import Kind, ServiceError
from backend.limits.errors import wait
from schemas.terms import ObjectionState


def record_not_found() -> ServiceError:
    """One answer for no such record, somebody else's, and one that is not shown any more."""
    return ServiceError(
        Kind.NOT_FOUND,
        "objections.record_not_found",
        "您的信用记录中没有这一条",
        "There is no such record among your own",
    )


def not_found() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND, "objections.not_found", "没有找到这件异议", "There is no such objection"
    )


def already_open(objection_id: str) -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "objections.already_open",
        "您对该记录的异议正在办理，可在原异议中补充材料",
        "Your objection to this record is being handled; you may add material to it",
        data={"objection_id": objection_id},
    )


def too_often(retry_after: int) -> ServiceError:
    """More than anybody needs: the limit keeps one person from filling the desks."""
    left = wait(retry_after)
    return ServiceError(
        Kind.TOO_MANY,
        "objections.too_often",
        f"您近期提出的异议过多，请{left.zh}后再提；确有急需的，请拨打 12345 或到服务窗口办理",
        f"You have made too many objections lately; please wait {left.en}, or call 12345 or come to a"
        " service window if it is urgent",
        retry_after=retry_after,
    )


def too_many_additions(most: int) -> ServiceError:
    """Nobody needs so many; a case without end could be moved by nobody."""
    return ServiceError(
        Kind.CONFLICT,
        "objections.too_many_additions",
        f"您对该异议主动补充的材料已达 {most} 次，请等待办理；经办人要求补正时仍可提交，确有急需的请拨打 12345",
        f"You have added to this objection {most} times; please wait for the desk. Whatever it asks for can still be handed in;"
        " call 12345 if it is urgent",
        data={"most": most},
    )


def changed(state: ObjectionState) -> ServiceError:
    """Somebody was faster, or this is not what can be done now: `data.state` says where the case stands."""
    return ServiceError(
        Kind.CONFLICT,
        "objections.changed",
        f"该异议目前为“{state.zh}”，不能进行此项操作，请刷新后查看",
        f"This objection now stands at “{state.en}”, where this cannot be done; please look at it again",
        data={"state": state.value},
    )


def not_yours() -> ServiceError:
    return ServiceError(
        Kind.FORBIDDEN,
        "objections.not_yours",
        "证明材料只有本案经办人可以查看，请先开始比对或接手",
        "Only the officer of the case may see its evidence; please begin to compare or take it over first",
    )


def other_officer(name: str | None) -> ServiceError:
    """The case is another officer's; taking it over leaves a line and a reason."""
    data: dict[str, Any] = {"officer": name}
    return ServiceError(
        Kind.CONFLICT,
        "objections.other_officer",
        "该异议由其他工作人员经办，如需办理请先接手并说明理由",
        "Another officer handles this objection; take it over first and say why",
        data=data,
    )


def own_already() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "objections.own_already",
        "该异议已由您经办",
        "You handle this objection already",
    )


def nothing_added() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "objections.nothing_added",
        "请附上证明材料或文字说明",
        "Please attach evidence or write what you want to add",
    )


def nothing_decided() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "objections.nothing_decided",
        "更正须写明更正内容，或选择停止提供、删除，二者择一；单位已重新报送该记录的，可以不写",
        "A correction says either what is put right or how the record leaves, not both; nothing is needed only where the unit"
        " has handed the record in anew",
    )


def no_correction_wanted() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "objections.no_correction_wanted",
        "维持结论不能附带更正内容",
        "A finding that upholds the record corrects nothing",
    )


def record_deleted() -> ServiceError:
    """Nothing is taken in that may repeat what was deleted."""
    return ServiceError(
        Kind.CONFLICT,
        "objections.record_deleted",
        "该记录已从数据库删除，不再接收与其有关的材料和说明",
        "The record was deleted from the database; nothing more about it is taken in",
    )
