"""Refusals of orders."""

from backend.common.errors import Kind, ServiceError, by_field
from schemas.terms import OrderState
from schemas.text import Text


def not_found() -> ServiceError:
    """One answer for no such order and another's."""
    return ServiceError(Kind.NOT_FOUND, "orders.not_found", "没有找到该订单", "There is no such order")


def bad_number() -> ServiceError:
    text = Text(
        "订单号应为1至64个字母、数字或符号，不含空格和汉字；请勿使用顾客的姓名、证件号或手机号",
        "An order number is 1 to 64 letters, digits and signs, no blanks, no Chinese; never a customer's name, number or phone",
    )
    return _invalid("bad_number", "order_no", text)


def personal_number() -> ServiceError:
    """The number is not repeated."""
    text = Text(
        "订单号中含有身份证号或手机号；请改用与顾客无关的编号，以免个人信息随订单流转",
        "There is an identity number or a mobile number in the order number; please use one that has nothing to do with the"
        " customer, so that no personal data goes round with the order",
    )
    return _invalid("personal_number", "order_no", text)


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
        "该次核验已有订单，一次核验只能对应一个订单；该订单在交付前取消的，可在两小时内重新建立",
        "There is an order for this check already; one check is for one order, until that is cancelled before anything is"
        " handed out",
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
    text = Text(f"该服务最长可借{most}天", f"This service lends for {most} days at most")
    return _invalid("too_long", "days", text, max_days=most)


def changed(state: OrderState) -> ServiceError:
    """This cannot be reported where the order stands: `data.state` says where that is."""
    return ServiceError(
        Kind.CONFLICT,
        "orders.changed",
        f"该订单目前为“{state.zh}”，不能进行此项操作",
        f"This order is now “{state.en}”, where this cannot be done",
        data={"state": state.value},
    )


def _invalid(reason: str, field: str, text: Text, **facts: int) -> ServiceError:
    return ServiceError(Kind.INVALID, f"orders.{reason}", *text, data=by_field([(field, text)]) | facts)
