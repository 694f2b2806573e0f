"""Refusals of benefits: to residents who claim, to tills that redeem, and to staff who run campaigns."""

from collections.abc import Sequence
from typing import Any

from backend.benefits.model import Fault
from backend.common import errors
from backend.common.errors import Kind, ServiceError
from backend.limits.errors import wait
from schemas.terms import BenefitState
from schemas.text import Text

NOT_VALID = "benefits.code_not_valid"


def not_found() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND, "benefits.not_found", "没有找到该权益活动", "There is no such benefit"
    )


def claim_not_found() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND, "benefits.claim_not_found", "没有找到您的这次申领", "There is no such claim of yours"
    )


def decision_not_found() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND,
        "benefits.decision_not_found",
        "这次申领没有这项等级决定：可能未查看记录，或保存期限已过",
        "There is no such decision by grade for this claim: no record was looked at, or it is not kept any more",
    )


def out_of_stock() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "benefits.out_of_stock",
        "已领完。过期未用的会退回库存，您可以稍后再看",
        "All are claimed. What expires unused returns to stock, so you may look again later",
    )


def already_claimed(claim_id: str) -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "benefits.already_claimed",
        "您已领过该权益，可在“我领到的红包”中查看",
        "You have claimed this benefit already; it is under “My red packets”",
        data={"claim_id": claim_id},
    )


def not_open(why: str, text: Text) -> ServiceError:
    """`not_begun`, `over`, `paused`, `closed`, `no_partner`."""
    return ServiceError(Kind.CONFLICT, f"benefits.{why}", text.zh, text.en)


def not_entitled(reasons: Sequence[dict[str, Any]], rule_version: str | None) -> ServiceError:
    """`rule_version`: the published rules it was decided by; None where no record was looked at."""
    return ServiceError(
        Kind.FORBIDDEN,
        "benefits.not_entitled",
        "目前不符合该权益的申领条件，原因见下",
        "You are not entitled to this benefit at present; the reasons are below",
        data={"reasons": list(reasons), "rule_version": rule_version},
    )


def code_not_valid() -> ServiceError:
    """One answer for a code that is unknown, mistyped, cut off, used, expired, or for other shops."""
    return ServiceError(
        Kind.CONFLICT,
        NOT_VALID,
        "该权益码不能核销：可能有误、已使用、已过期或不适用于本店，请与顾客核对",
        "This code cannot be redeemed: it may be mistyped, used, expired, or for other shops; please check with the customer",
    )


def locked(retry_after: int) -> ServiceError:
    left = wait(retry_after)
    return ServiceError(
        Kind.TOO_MANY,
        "benefits.redeeming_locked",
        f"无效的权益码过多，核销已暂时锁定，请{left.zh}后再试",
        f"Too many codes that are not valid; redeeming is locked, please try again in {left.en}",
        retry_after=retry_after,
    )


def invalid(faults: Sequence[Fault]) -> ServiceError:
    """Everything that is wrong with a campaign, at once and in both languages."""
    return errors.invalid("benefits.invalid", faults)


def changed(state: BenefitState) -> ServiceError:
    """Not what can be done now, or somebody was faster: `data.state` says where the campaign stands."""
    return ServiceError(
        Kind.CONFLICT,
        "benefits.changed",
        f"该活动目前为“{state.zh}”，不能进行此项操作，请刷新后查看",
        f"This benefit is now “{state.en}”, where this cannot be done; please look at it again",
        data={"state": state.value},
    )


def stale(version: int) -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "benefits.stale",
        "活动已被他人修改，请刷新后在最新版本上再改",
        "Somebody changed this benefit meanwhile; please look at it again and change the newest version",
        data={"version": version},
    )
