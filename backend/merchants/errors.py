"""Refusals of merchants: to staff who look after them, and to tills and clerks."""

from collections.abc import Sequence

from backend.common.errors import Kind, ServiceError, by_field
from backend.merchants import texts
from backend.merchants.model import Fault
from schemas.terms import MerchantState
from schemas.text import Text


def not_found() -> ServiceError:
    return ServiceError(Kind.NOT_FOUND, "merchants.not_found", "没有找到该商户", "There is no such merchant")


def key_not_found() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND, "merchants.key_not_found", "该商户没有这个密钥", "The merchant has no such key"
    )


def clerk_not_found() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND, "merchants.clerk_not_found", "该商户没有这名店员", "The merchant has no such clerk"
    )


def name_taken(name: str) -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "merchants.name_taken",
        f"已有名为“{name}”的商户；居民靠名称辨认商户，请注明门店以示区别",
        f"There is a merchant called {name!r} already; residents know merchants by their names, so please add the branch",
    )


def changed(state: MerchantState) -> ServiceError:
    """Somebody was faster, or this is not what can be done now: `data.state` says where the merchant stands."""
    return ServiceError(
        Kind.CONFLICT,
        "merchants.changed",
        f"该商户目前为“{state.zh}”，不能进行此项操作，请刷新后查看",
        f"This merchant is now “{state.en}”, where this cannot be done; please look at it again",
        data={"state": state.value},
    )


def stale(version: int) -> ServiceError:
    """The particulars were changed meanwhile: `data.version` is the one in force."""
    return ServiceError(
        Kind.CONFLICT,
        "merchants.stale",
        "资料已被他人修改，请刷新后在最新版本上再改",
        "Somebody changed this merchant meanwhile; please look at it again and change the newest version",
        data={"version": version},
    )


def invalid(faults: Sequence[Fault]) -> ServiceError:
    """Everything that is wrong, each with its field in `data.errors`; the reason is that of the first."""
    return ServiceError(
        Kind.INVALID,
        f"merchants.{faults[0].reason}",
        "；".join(dict.fromkeys(one.text.zh for one in faults)),
        "; ".join(dict.fromkeys(one.text.en for one in faults)),
        data=by_field((one.field, one.text) for one in faults),
    )


def invalid_name(field: str = "name") -> ServiceError:
    return invalid([Fault("invalid_name", field, texts.NOT_A_LINE)])


def invalid_month(first_year: int) -> ServiceError:
    text = Text(
        f"月份应写作 YYYY-MM，在 {first_year}-01 至本月之间",
        f"A month is written YYYY-MM, from {first_year}-01 to the present one",
    )
    return invalid([Fault("invalid_month", "month", text)])


def too_many_keys(most: int) -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "merchants.too_many_keys",
        f"每个商户同时最多 {most} 个有效密钥，请先吊销不用的",
        f"A merchant has {most} working keys at most; please revoke one that is not used",
    )


def too_many_clerks(most: int) -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "merchants.too_many_clerks",
        f"每个商户同时最多 {most} 名店员，请先注销离职人员",
        f"A merchant has {most} clerks at most; please close the accounts of those who left",
    )


def mistyped_key() -> ServiceError:
    """Its check letters do not fit, which anybody can work out: this tells nothing about any key."""
    return ServiceError(
        Kind.UNAUTHENTICATED,
        "auth.mistyped_key",
        "接口密钥不完整或有错字，请完整复制 mk_ 开头的全部字符",
        "The API key is cut off or mistyped; please copy all of it, from mk_ on",
    )


def invalid_key() -> ServiceError:
    """One answer for an unknown key, a wrong secret and a revoked key."""
    return ServiceError(
        Kind.UNAUTHENTICATED,
        "auth.invalid_key",
        "接口密钥无效或已吊销，请联系权益管理员",
        "The API key is not valid, or was revoked; please ask the benefit manager",
    )


def paused() -> ServiceError:
    return ServiceError(
        Kind.FORBIDDEN,
        "merchants.paused",
        "商户已被暂停，暂不能办理业务，请联系权益管理员",
        "This merchant is paused and cannot do anything now; please ask the benefit manager",
    )


def closed() -> ServiceError:
    return ServiceError(
        Kind.FORBIDDEN,
        "merchants.closed",
        "商户已终止合作，不能再办理业务",
        "This merchant is closed and cannot do anything any more",
    )


def not_a_clerk() -> ServiceError:
    """A key has no password."""
    return ServiceError(
        Kind.FORBIDDEN,
        "merchants.not_a_clerk",
        "只有店员本人登录后才能修改密码，接口密钥不能",
        "Only a clerk who is signed in has a password to change; an API key has none",
    )
