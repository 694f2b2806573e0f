"""The map for everybody, and what residents report."""

from flask.views import MethodView

from backend.places import errors, service
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from backend.web.conditional import kept
from schemas import places as wire

blp = blueprint("places", "/places", "信用地图 map of trustworthy shops")

ASKED_WRONG = (
    errors.outside,
    errors.swapped,
    errors.half_position,
    errors.point_or_box,
    errors.radius_alone,
    errors.bad_box,
    errors.no_district,
)


@blp.route("")
class Places(MethodView):
    @blp.arguments(wire.PlaceQuery, location="query")
    @blp.response(200, wire.PlaceCollection, content_type=wire.GEOJSON)
    @blp.remembers
    @blp.refuses(*ASKED_WRONG)
    def get(self, query):
        """Find shops near a position, nearest first, or in a part of the map, or of a district

        诚信商家：按位置由近及远，或按地图范围、按区查看。所给位置只用于本次查询，不记录、不留存。过期、暂停和撤下的不显示。
        答复为 GeoJSON，坐标系由 `crs` 指明。
        """
        return _kept(lambda: service.search(deps(), **query), shared=_tells_no_place(query))


@blp.route("/clusters")
class Clusters(MethodView):
    @blp.arguments(wire.PlaceClusterQuery, location="query")
    @blp.response(200, wire.PlaceClusters, content_type=wire.GEOJSON)
    @blp.remembers
    @blp.refuses(errors.outside, errors.swapped, errors.bad_box, errors.no_district)
    def get(self, query):
        """Count the shops of each square of the map, for low zooms

        低级别地图的聚合：按网格统计商家数量，`bbox` 触及的网格均为完整计数；不给 `bbox` 为全市。
        """
        return _kept(lambda: service.clusters(deps(), **query), shared=query["bbox"] is None)


@blp.route("/<place_id>")
class Place(MethodView):
    @blp.arguments(wire.PlaceLookQuery, location="query")
    @blp.response(200, wire.PlaceDetail, content_type=wire.GEOJSON)
    @blp.remembers
    @blp.refuses(errors.not_found)
    def get(self, query, place_id):
        """Read one shop: every year's assessment, its reply, and where its position comes from

        商家详情：历年评估、有效期、名单文件、商家回复，以及坐标的来源。
        """
        return _kept(lambda: service.find(deps(), place_id=place_id, **query), shared=True)


@blp.route("/<place_id>/reports")
class Reports(MethodView):
    @blp.idempotent
    @blp.arguments(wire.PlaceReportCreate)
    @blp.response(201, wire.PlaceReport)
    @blp.refuses(errors.not_found, errors.too_many_reports(3600))
    def post(self, body, place_id):
        """Report that a shop has moved or closed; once a person and shop

        报告商家已搬走或已关门；每人每家一次，三人报告后由工作人员核实。不记录您是谁，也不收集位置。
        """
        return service.report(deps(), actor(), place_id=place_id, **body)


def _kept(make, *, shared):
    """The answer, or 304 when the phone has it."""
    found = service.edition(deps())
    state = (found.version, found.changed_at, found.since)
    return kept(state, found.since, make, shared=shared)


def _tells_no_place(query):
    """A question by position or part of the map may tell where somebody is: only the asking phone keeps its answer."""
    return query["lng"] is None and query["bbox"] is None
