"""The annulling side of removals: data stewards and providers."""

from flask.views import MethodView

from backend.removals import errors, service
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from schemas import removals as wire

blp = blueprint("removals_staff", "", "信息移除（工作台） removals at the desk")


@blp.route("/staff/records/<record_id>/erasures")
class Erasures(MethodView):
    @blp.refuses(errors.record_not_found, errors.wrong_day, errors.tells_record, errors.changed)
    @blp.idempotent
    @blp.arguments(wire.Erasure)
    @blp.response(201, wire.Removal)
    def post(self, body, record_id):
        """Erase a record whose ground was annulled

        依据撤销决定的书面通知，将信息从数据库删除（《条例》第三十七条，三个工作日内），当即办理；日志只留不含内容的凭证。
        """
        return service.erase(deps(), actor(), record_id=record_id, **body)


@blp.route("/provider/records/erasures")
class RowErasures(MethodView):
    @blp.refuses(errors.record_not_found, errors.wrong_day, errors.tells_record, errors.changed)
    @blp.idempotent
    @blp.arguments(wire.RowErasure)
    @blp.response(201, wire.Removal)
    def post(self, body):
        """Erase an own unit's record whose decision was annulled, named by the row that was handed in

        信息提供单位撤销原决定后，按报送时的事项代码、主体号码和文书号删除本单位报送的信息（《条例》第三十七条）。
        """
        return service.erase_row(deps(), actor(), **body)


@blp.route("/provider/removals")
class UnitRemovals(MethodView):
    @blp.arguments(wire.RemovalListQuery, location="query")
    @blp.response(200, wire.UnitRemovalPage)
    def get(self, query):
        """See which of the own unit's rows were removed and must not be handed in again

        本单位报送的信息中已移除的行（批次和行号），请勿再次报送；不含信息内容和主体。
        """
        return service.of_unit(deps(), actor(), **query)
