"""What the working days of each year rest on; putting a year in is the desk's, which reaches the cases it moves."""

from flask.views import MethodView

from backend.calendars import service
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from schemas import calendars as wire

blp = blueprint("calendars_staff", "/staff/calendars", "工作日历 working days")


@blp.route("")
class Calendars(MethodView):
    @blp.response(200, wire.CalendarYears)
    def get(self):
        """The holidays and make-up days of the years around now, and which of them are announced

        去年、今年、明年及已录入各年的放假和调休安排；尚未公布的年份标为暂定。
        """
        return service.tables(deps(), actor())
