"""Refusals of merchants: to staff who look after them, and to tills and clerks."""

from backend.common.errors import Kind, ServiceError
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


def invalid(reason: str, text: Text) -> ServiceError:
    return ServiceError(Kind.INVALID, f"merchants.{reason}", text.zh, text.en)


def invalid_uscc(text: Text) -> ServiceError:
    return invalid("invalid_uscc", text)


def invalid_name() -> ServiceError:
    return invalid(
        "invalid_name",
        Text(
            "名称、联系人、地区和标签须为可见文字，不能含控制字符，长度不超过规定",
            "Names, contacts, districts and labels are visible text without control characters, and not too long",
        ),
    )


def invalid_phone() -> ServiceError:
    return invalid(
        "invalid_phone",
        Text(
            "联系电话应为中国大陆的手机或固定电话号码（固话请加区号），不含字母",
            "The contact's telephone is a mainland mobile or landline (with its area code), without letters",
        ),
    )


def invalid_kinds() -> ServiceError:
    return invalid(
        "invalid_kinds",
        Text("请至少选择一个经营类别，且不要重复", "Please choose at least one kind, and none twice"),
    )


def invalid_rate(least: int, most: int) -> ServiceError:
    return invalid(
        "invalid_rate",
        Text(f"每分钟请求上限应在{least}至{most}之间", f"The limit a minute is between {least} and {most}"),
    )


def invalid_month(first_year: int) -> ServiceError:
    return invalid(
        "invalid_month",
        Text(
            f"月份应写作 YYYY-MM，在 {first_year}-01 至本月之间",
            f"A month is written YYYY-MM, from {first_year}-01 to the present one",
        ),
    )


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
