"""The desk over HTTP: queues with their next due date, and putting in a year's working days."""

from flask.views import MethodView

from backend.calendars import errors as calendar_errors
from backend.desk import service
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from schemas import calendars as calendar_wire
from schemas import desk as wire

blp = blueprint("desk", "/staff", "工作台 desk")


@blp.route("/desk")
class Desk(MethodView):
    @blp.response(200, wire.Desk)
    def get(self):
        """See what waits for the own desk: every queue with its count, its overdue cases and the next due date

        本岗位（提供单位为本单位）的全部待办队列：数量、逾期数量和最近到期日。
        """
        return service.desk(deps(), actor())


@blp.route("/calendars/<int:year>")
class CalendarYear(MethodView):
    @blp.arguments(wire.CalendarPutQuery, location="query")
    @blp.arguments(calendar_wire.CalendarPut)
    @blp.response(200, wire.PutYear)
    @blp.refuses(
        calendar_errors.wrong_year(1990, 2100),
        calendar_errors.no_source,
        calendar_errors.changed(1),
    )
    def put(self, query, body, year):
        """Put in a year's holidays and make-up days; open clocks are worked out anew, and both sides are told

        录入一年的放假和调休安排。未结案件的期限随即重新计算，到期日有变动的同时告知双方，并记录变动前后的日期。
        `dry_run=true` 只校验，不写入，也不计算哪些案件会变动（`moved` 为 null）。
        """
        put = service.preview_year if query["dry_run"] else service.put_year
        return put(deps(), actor(), year=year, **body)
