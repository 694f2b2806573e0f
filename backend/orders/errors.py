"""Refusals of orders."""

from backend.common.errors import Kind, ServiceError
from schemas.terms import OrderState


def not_found() -> ServiceError:
    """One answer for no such order and another's."""
    return ServiceError(Kind.NOT_FOUND, "orders.not_found", "没有找到该订单", "There is no such order")


def bad_number() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "orders.bad_number",
        "订单号应为1至64个可见的 ASCII 字符，不含空格；请勿使用顾客的姓名、证件号或手机号",
        "An order number is 1 to 64 visible ASCII characters without blanks; never a customer's name, number or phone",
    )


def number_taken() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "orders.number_taken",
        "该订单号已用于内容不同的订单",
        "This order number was used for an order with other content",
    )


def check_used() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "orders.check_used",
        "该次核验已有订单，一次核验只能对应一个订单",
        "There is an order for this check already; one check is for one order",
    )


def not_eligible() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "orders.not_eligible",
        "该次核验的结论是按押金方式办理，不能建立免押订单；请照常提供押金方式",
        "This check asked for a deposit, so no order without one can be made; please offer the way with a deposit",
    )


def check_too_old() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "orders.check_too_old",
        "该次核验已超过两小时，请顾客重新出示通行码",
        "This check is more than two hours old; please ask the customer for a new pass",
    )


def too_long(most: int) -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "orders.too_long",
        f"该服务最长可借{most}天",
        f"This service lends for {most} days at most",
        data={"max_days": most},
    )


def changed(state: OrderState) -> ServiceError:
    """This cannot be reported where the order stands: `data.state` says where that is."""
    return ServiceError(
        Kind.CONFLICT,
        "orders.changed",
        f"该订单目前为“{state.zh}”，不能进行此项操作",
        f"This order is now “{state.en}”, where this cannot be done",
        data={"state": state.value},
    )
