"""What staff may know of orders: how many would end with a merchant."""

from flask.views import MethodView

from backend.merchants import errors as merchant_errors
from backend.orders import service
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from schemas import orders as wire

blp = blueprint("orders_staff", "/staff/merchants", "商户管理 looking after merchants")


@blp.route("/<merchant_id>/open-orders")
class OpenOrders(MethodView):
    @blp.response(200, wire.OpenOrders)
    @blp.refuses(merchant_errors.not_found)
    def get(self, merchant_id):
        """Count the orders that would end with a merchant

        商户未了结的免押订单数量，终止合作前请先查看；只有数量，不含任何人的信息。
        """
        return service.open_orders(deps(), actor(), merchant_id=merchant_id)
