"""Orders: reported by the merchant, read by it and by the borrower."""

from flask.views import MethodView

from backend.eligibility import errors as check_errors
from backend.orders import errors, service
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from schemas import orders as wire
from schemas.terms import OrderState

blp = blueprint("orders", "", "免押订单 deposit-free orders")

CHANGED = errors.changed(OrderState.SETTLED)


@blp.route("/merchant/orders")
class Orders(MethodView):
    @blp.arguments(wire.OrderListQuery, location="query")
    @blp.response(200, wire.OrderPage)
    def get(self, query):
        """List the own orders, newest first

        本商户的免押订单，可按状态筛选；逾期以当前时间判断。
        """
        return service.of_merchant(deps(), actor(), **query)

    @blp.arguments(wire.OrderCreate)
    @blp.response(201, wire.Order)
    @blp.refuses(
        check_errors.check_not_found,
        errors.bad_number,
        errors.personal_number,
        errors.number_taken,
        errors.not_eligible,
        errors.check_used,
        errors.check_too_old,
        errors.too_long(30),
    )
    @blp.idempotent
    def post(self, body):
        """Make an order from a check that said eligible; the same number and content is the same order

        以两小时内结论为“可免押金”的核验建立订单；同一订单号、同样内容重复提交，得到同一订单。交付前已取消的订单不再占用核验，
        可用新的订单号重新建立。订单号中不得含有身份证号、手机号。
        """
        return service.create(deps(), actor(), **body)


@blp.route("/merchant/orders/<order_id>")
class OneOrder(MethodView):
    @blp.response(200, wire.Order)
    @blp.refuses(errors.not_found)
    def get(self, order_id):
        """Read an own order

        本商户的一个订单。
        """
        return service.find(deps(), actor(), order_id=order_id)


@blp.route("/merchant/orders/<order_id>/activate")
class Activated(MethodView):
    @blp.response(200, wire.Order)
    @blp.refuses(errors.not_found, CHANGED)
    def post(self, order_id):
        """Report that the thing is handed out

        物品已交付，借用天数自次日起算。
        """
        return service.activate(deps(), actor(), order_id=order_id)


@blp.route("/merchant/orders/<order_id>/return")
class Returned(MethodView):
    @blp.response(200, wire.Order)
    @blp.refuses(errors.not_found, CHANGED)
    def post(self, order_id):
        """Report that the thing came back

        物品已归还。
        """
        return service.give_back(deps(), actor(), order_id=order_id)


@blp.route("/merchant/orders/<order_id>/settle")
class Settled(MethodView):
    @blp.arguments(wire.OrderSettle)
    @blp.response(200, wire.Order)
    @blp.refuses(errors.not_found, CHANGED)
    def post(self, body, order_id):
        """Report that all is paid; final

        费用已结清，订单完结，不可更改。
        """
        return service.settle(deps(), actor(), order_id=order_id, **body)


@blp.route("/merchant/orders/<order_id>/cancel")
class Cancelled(MethodView):
    @blp.response(200, wire.Order)
    @blp.refuses(errors.not_found, CHANGED)
    def post(self, order_id):
        """Cancel an order before anything is handed out; final

        交付前取消订单，不可恢复。
        """
        return service.cancel(deps(), actor(), order_id=order_id)


@blp.route("/me/orders")
class OwnOrders(MethodView):
    @blp.arguments(wire.OrderListQuery, location="query")
    @blp.response(200, wire.OrderPage)
    def get(self, query):
        """List what the caller has borrowed without a deposit, newest first

        本人的免押订单。商户在此登记的逾期等情况只有本人和商户看得到，不会由此进入公共信用记录。公共图书馆作为信息提供单位，
        依信用信息目录（LIBRARY-P-01）自行报送的借阅逾期信息不来自这些订单，如有，见本人信用报告，可提出异议。
        """
        return service.mine(deps(), actor(), **query)


@blp.route("/me/orders/<order_id>")
class OwnOrder(MethodView):
    @blp.response(200, wire.Order)
    @blp.refuses(errors.not_found)
    def get(self, order_id):
        """Read one of them

        本人的一个免押订单。
        """
        return service.find_mine(deps(), actor(), order_id=order_id)
