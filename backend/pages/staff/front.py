"""The front of the desk: every queue with its clocks, and the desk's notices."""

from flask import Response, request

from backend.desk import service as desk
from backend.notices import service as notices
from backend.pages.edge import go, page
from backend.pages.staff import rooms
from backend.web.auth import actor, deps
from backend.web.pages import Pages

blp = Pages("staff_front", __name__)

NOTICES = 20


@blp.get("/staff")
def front() -> Response:
    found = desk.desk(deps(), actor())
    queues = [(queue, rooms.of_queue(queue.name)) for queue in found.queues]
    return page("staff/front.html", desk=found, queues=queues, now=deps().now())


@blp.get("/staff/notices")
def inbox() -> Response:
    found = notices.desk_inbox(deps(), actor(), limit=NOTICES, cursor=request.args.get("cursor"))
    return page("staff/notices.html", inbox=found)


@blp.post("/staff/notices/<notice_id>/read")
def read(notice_id: str) -> Response:
    """Read for the whole desk, and on to the case it is about."""
    notice = notices.desk_read(deps(), actor(), notice_id=notice_id)
    return go(rooms.of_case(notice.case, notice.case_id) or "/staff/notices")
