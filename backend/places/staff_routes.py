"""Staff keep the map: shops, replies, and what residents report."""

from flask.views import MethodView

from backend.places import errors, service, texts
from backend.places.model import Particulars
from backend.places.rules.listing import assessment
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from schemas import places as wire
from schemas.terms import PlaceState, PlaceTaskState

blp = blueprint("places_staff", "/staff/places", "诚信商家管理 keeping the map")

CHANGED = errors.changed(PlaceState.CLOSED)
INVALID = errors.invalid([("lng", texts.SWAPPED)])


@blp.route("")
class Places(MethodView):
    @blp.arguments(wire.StaffPlaceListQuery, location="query")
    @blp.response(200, wire.StaffPlacePage)
    @blp.refuses(errors.no_district)
    def get(self, query):
        """List all shops, shown or not, the latest put down first

        全部商家，含过期、暂停和已撤下的，最新登记的在前。
        """
        return service.listed_for_staff(deps(), actor(), **query)

    @blp.idempotent
    @blp.arguments(wire.PlaceCreate)
    @blp.response(201, wire.StaffPlace)
    @blp.refuses(INVALID, errors.known("…"))
    def post(self, body):
        """Put a shop of a year's list on the map

        登记一家列入年度名单的商家。
        """
        return service.create(deps(), actor(), **_put_down(body))


@blp.route("/tasks")
class Tasks(MethodView):
    @blp.arguments(wire.PlaceTaskListQuery, location="query")
    @blp.response(200, wire.PlaceTaskPage)
    def get(self, query):
        """List the shops that residents say have moved or closed, the first raised in front

        待核实（或已核实）的商家，最早转为任务的在前；只有人数，不知是谁。
        """
        return service.tasks(deps(), actor(), **query)


@blp.route("/tasks/<task_id>/resolve")
class Resolved(MethodView):
    @blp.arguments(wire.PlaceResolve)
    @blp.response(200, wire.PlaceTask)
    @blp.refuses(errors.task_not_found, errors.task_changed(PlaceTaskState.RESOLVED), CHANGED)
    def post(self, body, task_id):
        """Say what was found: a moved shop is paused, a closed one withdrawn

        填写核实结果：已搬走的暂停展示，已关门的撤下；两人同时办理时只有一人成功。
        """
        return service.resolve(deps(), actor(), task_id=task_id, **body)


@blp.route("/<place_id>")
class Place(MethodView):
    @blp.response(200, wire.StaffPlace)
    @blp.refuses(errors.not_found)
    def get(self, place_id):
        """Read a shop with its history

        商家详情和经过。
        """
        return service.find_for_staff(deps(), actor(), place_id=place_id)

    @blp.arguments(wire.PlacePut)
    @blp.response(200, wire.StaffPlace)
    @blp.refuses(errors.not_found, INVALID, CHANGED, errors.stale(2), errors.known("…"))
    def put(self, body, place_id):
        """Change a shop, and its assessment of one year

        修改商家信息和某一年度的评估；在最新版本上修改。
        """
        version = body.pop("version")
        return service.change(deps(), actor(), place_id=place_id, version=version, **_put_down(body))


@blp.route("/<place_id>/pause")
class Paused(MethodView):
    @blp.arguments(wire.PlaceReason)
    @blp.response(200, wire.StaffPlace)
    @blp.refuses(errors.not_found, CHANGED)
    def post(self, body, place_id):
        """Show a shop no more until it is resumed

        暂停展示。
        """
        return service.pause(deps(), actor(), place_id=place_id, **body)


@blp.route("/<place_id>/resume")
class Shown(MethodView):
    @blp.arguments(wire.PlaceResume)
    @blp.response(200, wire.StaffPlace)
    @blp.refuses(errors.not_found, CHANGED)
    def post(self, body, place_id):
        """Show a paused shop again

        恢复展示；已过有效期的仍不显示。
        """
        return service.resume(deps(), actor(), place_id=place_id, **body)


@blp.route("/<place_id>/close")
class Closed(MethodView):
    @blp.arguments(wire.PlaceReason)
    @blp.response(200, wire.StaffPlace)
    @blp.refuses(errors.not_found, CHANGED)
    def post(self, body, place_id):
        """Withdraw a shop; only a newer list brings it back

        撤下商家；以后年度的名单可重新列入。
        """
        return service.close(deps(), actor(), place_id=place_id, **body)


@blp.route("/<place_id>/reply")
class Reply(MethodView):
    @blp.arguments(wire.PlaceReplyPut)
    @blp.response(200, wire.StaffPlace)
    @blp.refuses(errors.not_found, CHANGED, INVALID)
    def put(self, body, place_id):
        """Put down what the shop replies to its assessment, or take it away

        登记或撤回商家对评估的回复；与商家信息一同公开。
        """
        return service.put_reply(deps(), actor(), place_id=place_id, **body)


def _put_down(body):
    """The shop and its assessment as they were named."""
    listed = {name: body.pop(name) for name in ("year", "assessed_by", "valid_until", "source_document")}
    return {"given": Particulars(**body), "listed": assessment(**listed)}
