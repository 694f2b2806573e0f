"""What WeChat tells later about a template message that it took."""

import re

from backend.common.deps import Deps
from backend.deliveries import service as deliveries
from backend.recipients import service as recipients
from backend.wechat.model import Message
from schemas.terms import Way

EVENT = "templatesendjobfinish"
NUMBER = re.compile("[0-9]{1,32}")
ARRIVED, BLOCKED = "success", "failed:user block"


def note(deps: Deps, told: Message) -> None:
    """Note whether the message arrived; who has switched such messages off is not reached until they are back. The same
    report twice changes nothing, and every other event is passed over."""
    if told.event != EVENT or not NUMBER.fullmatch(told.msg_id):
        return
    blocked = told.status == BLOCKED
    reason = None if told.status == ARRIVED else "refused_by_user" if blocked else "not_delivered"
    deliveries.confirm(deps, way=Way.WECHAT, receipt=told.msg_id, arrived=reason is None, reason=reason)
    if blocked:
        recipients.mark_address_gone(deps, way=Way.WECHAT, address=told.user, reason="refused_by_user")
