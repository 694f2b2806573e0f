"""The map over HTTP: GeoJSON for who looks, reports of residents, and what staff put down."""

from typing import Any

from marshmallow import fields, validate

from schemas.base import (
    BeijingTime,
    Day,
    QuerySchema,
    RequestSchema,
    ResponseSchema,
    Said,
    TermField,
    one_line,
)
from schemas.terms import (
    Crs,
    PlaceAct,
    PlaceFinding,
    PlaceKind,
    PlaceReportKind,
    PlaceState,
    PlaceTaskState,
)
from schemas.text import Text

GEOJSON = "application/geo+json"
REASON_CHARACTERS, REPLY_CHARACTERS = 500, 500


def _about(zh: str, en: str, **more: Any) -> dict[str, Any]:
    return {"description": f"{zh} / {en}", **more}


def _text(most: int, metadata: dict[str, Any], **more: Any) -> fields.String:
    return fields.String(validate=[validate.Length(1, most), one_line], metadata=metadata, **more)


class _Latitude(validate.Range):
    """As wide as a longitude, and speaks of a latitude's own bounds all the same."""

    def _format_error(self, value: Any, message: str) -> Any:
        return [Text("纬度应在 -90 到 90 之间", "A latitude is from -90 to 90")]


def _degrees(metadata: dict[str, Any], *, latitude: bool = False, **more: Any) -> fields.Float:
    """Wide enough for numbers that were swapped, so that the answer can say so."""
    bounds = (_Latitude if latitude else validate.Range)(-180, 180)
    return fields.Float(allow_nan=False, validate=bounds, metadata=metadata, **more)


def _always(word: str) -> fields.String:
    about = _about("GeoJSON 类型", "the GeoJSON type", example=word)
    return fields.String(required=True, validate=validate.Equal(word), metadata=about)


def _year(metadata: dict[str, Any], **more: Any) -> fields.Integer:
    return fields.Integer(validate=validate.Range(2014, 2099), metadata=metadata, **more)


_CRS = _about(
    "坐标系：浏览器定位和 GPS 为 wgs84，高德、腾讯、微信为 gcj02，百度为 bd09",
    "the coordinate system: GPS and browsers wgs84; AMap, Tencent, WeChat gcj02; Baidu bd09",
    example="wgs84",
)
_DISTRICT = _about("区的代码或全称", "code or full name of the district", example="310101")
_DISTRICT_CODE = _about("区的代码", "code of the district", example="310101")
_DISTRICT_NAME = _about("区的名称", "name of the district", example="黄浦区")
_KIND = _about("商家类别", "kind of shop", example="supermarket")
_YEAR = _about("评估年度", "year of the list", example=2026)
_BBOX = _about(
    "地图范围：西,南,东,北", "part of the map: west,south,east,north", example="121.4,31.2,121.5,31.3"
)
_ASSESSED_BY = _about("评估单位", "who assessed it", example="上海市食品安全工作联合会")
_VALID_UNTIL = _about("有效期至（含当日）", "the last day it counts", example="2027-12-31")
_SOURCE = _about("名单文件", "document of the list", example="2026年度守信超市名单")
_NAME = _about("商家名称", "name of the shop", example="申邻便利（武康路店）")
_ADDRESS = _about("地址", "address", example="武康路376号")
_REASON = _about("原因", "why; staff read it", example="装修停业。")
_COORDINATES = _about("[经度, 纬度]", "[longitude, latitude]", example=[121.473702, 31.230416])
_DISTANCE = {
    "description": "与所给位置的实际距离（米），未给位置为空 / true distance in metres from the position given, or null",
    "example": 312.4,
}


class PlaceLookQuery(QuerySchema):
    crs = TermField(Crs, load_default=Crs.WGS84, metadata=_CRS)


class PlaceFilter(PlaceLookQuery):
    kind = TermField(PlaceKind, load_default=None, metadata=_KIND)
    year = _year(_YEAR, load_default=None)
    district = fields.String(load_default=None, validate=validate.Length(1, 20), metadata=_DISTRICT)
    bbox = fields.String(load_default=None, validate=validate.Length(1, 200), metadata=_BBOX)


class PlaceQuery(PlaceFilter):
    """Around `lng`, `lat`, or in `bbox`, or neither: all that the filters leave."""

    lng = _degrees(_about("经度", "longitude", example=121.4737), load_default=None)
    lat = _degrees(_about("纬度", "latitude", example=31.2304), latitude=True, load_default=None)
    radius_m = fields.Integer(
        load_default=None,
        validate=validate.Range(1, 50_000),
        metadata=_about("半径（米），默认 3000", "radius in metres, 3000 when not given", example=3000),
    )
    limit = fields.Integer(
        load_default=200,
        validate=validate.Range(1, 500),
        metadata=_about("最多返回多少家", "how many at most", example=50),
    )


class PlaceClusterQuery(PlaceFilter):
    zoom = fields.Integer(
        load_default=10,
        validate=validate.Range(0, 22),
        metadata=_about("地图级别", "zoom of the map", example=11),
    )


class PlacePageQuery(QuerySchema):
    """What the page of the map is asked by its address; never a position."""

    kind = TermField(PlaceKind, load_default=None)
    year = _year({}, load_default=None)
    district = fields.String(load_default=None, validate=validate.Length(1, 20))
    show = fields.Integer(load_default=40, validate=validate.Range(1, 500))


class PlaceNear(RequestSchema):
    """A position that a browser found, in WGS-84, and the filters that stand beside it on the page of the map."""

    lng = _degrees({}, required=True)
    lat = _degrees({}, latitude=True, required=True)
    kind = TermField(PlaceKind, load_default=None)
    year = _year({}, load_default=None)
    district = fields.String(load_default=None, validate=validate.Length(1, 20))


class PlaceGeometry(ResponseSchema):
    type = _always("Point")
    coordinates = fields.List(
        fields.Float(), required=True, validate=validate.Length(equal=2), metadata=_COORDINATES
    )


class PlaceProperties(ResponseSchema):
    """What is shown of a shop on the map."""

    name = fields.String(required=True, metadata=_NAME)
    kind = TermField(PlaceKind, required=True)
    kind_label = Said(
        required=True, metadata={"type": "string", **_about("类别名称", "kind in words", example="标准超市")}
    )
    district = fields.String(required=True, metadata=_DISTRICT_CODE)
    district_name = fields.String(required=True, metadata=_DISTRICT_NAME)
    address = fields.String(required=True, metadata=_ADDRESS)
    year = fields.Integer(required=True, metadata=_YEAR)
    assessed_by = fields.String(required=True, metadata=_ASSESSED_BY)
    valid_until = fields.Date(required=True, metadata=_VALID_UNTIL)
    source_document = fields.String(required=True, metadata=_SOURCE)
    distance_m = fields.Float(required=True, allow_none=True, metadata=_DISTANCE)


class PlaceFeature(ResponseSchema):
    """A shop as a Feature of GeoJSON (RFC 7946)."""

    type = _always("Feature")
    id = fields.String(required=True)
    geometry = fields.Nested(PlaceGeometry, required=True)
    properties = fields.Nested(PlaceProperties, required=True)


class PlaceCollection(ResponseSchema):
    """A FeatureCollection of GeoJSON, and the system its positions are in."""

    type = _always("FeatureCollection")
    crs = TermField(Crs, required=True, metadata=_CRS)
    features = fields.List(
        fields.Nested(PlaceFeature),
        required=True,
        metadata=_about("商家，按距离由近及远", "the shops, nearest first where a position was given"),
    )
    more = fields.Boolean(
        required=True,
        metadata=_about(
            "是否还有未列出的；可放大地图或改用聚合",
            "whether there are more; zoom in, or ask for clusters",
            example=False,
        ),
    )


class PlaceClusterProperties(ResponseSchema):
    count = fields.Integer(required=True, metadata=_about("商家数量", "how many shops", example=12))
    place_id = fields.String(
        required=True,
        allow_none=True,
        metadata=_about("仅一家时其编号", "id of the shop where there is one alone"),
    )
    name = fields.String(
        required=True, allow_none=True, metadata=_about("仅一家时其名称", "its name where there is one alone")
    )


class PlaceCluster(ResponseSchema):
    """A square of the map as a Feature: the middle of its shops, and how many."""

    type = _always("Feature")
    id = fields.String(required=True, metadata=_about("网格编号", "key of the square", example="132031"))
    geometry = fields.Nested(PlaceGeometry, required=True)
    properties = fields.Nested(PlaceClusterProperties, required=True)


class PlaceClusters(ResponseSchema):
    type = _always("FeatureCollection")
    crs = TermField(Crs, required=True, metadata=_CRS)
    zoom = fields.Integer(
        required=True,
        metadata=_about(
            "网格所用的级别，范围过大时低于所求",
            "zoom of the squares; lower than asked for in a large part",
            example=11,
        ),
    )
    features = fields.List(
        fields.Nested(PlaceCluster), required=True, metadata=_about("各网格", "the squares")
    )


class PlaceAssessment(ResponseSchema):
    year = fields.Integer(required=True, metadata=_YEAR)
    assessed_by = fields.String(required=True, metadata=_ASSESSED_BY)
    valid_until = fields.Date(required=True, metadata=_VALID_UNTIL)
    source_document = fields.String(required=True, metadata=_SOURCE)


class PlaceReply(ResponseSchema):
    text = fields.String(
        required=True, metadata=_about("商家回复", "what the shop says", example="感谢认可，我们会继续努力。")
    )
    on = fields.Date(required=True, metadata=_about("回复日期", "the day of the reply", example="2026-04-02"))


class PlaceSource(ResponseSchema):
    """The pair as it came, and its system."""

    crs = TermField(Crs, required=True, metadata=_CRS)
    coordinates = fields.List(fields.Float(), required=True, metadata=_COORDINATES)


class PlaceDetailProperties(PlaceProperties):
    assessments = fields.List(
        fields.Nested(PlaceAssessment),
        required=True,
        metadata=_about("历年评估，新的在前", "every year, the newest first"),
    )
    reply = fields.Nested(PlaceReply, required=True, allow_none=True)
    source = fields.Nested(PlaceSource, required=True)


class PlaceDetail(ResponseSchema):
    """One shop as a Feature, and the system its position is in."""

    type = _always("Feature")
    id = fields.String(required=True)
    crs = TermField(Crs, required=True, metadata=_CRS)
    geometry = fields.Nested(PlaceGeometry, required=True)
    properties = fields.Nested(PlaceDetailProperties, required=True)


class PlaceReportCreate(RequestSchema):
    """Nothing but what is wrong: no words, no position."""

    kind = TermField(
        PlaceReportKind, required=True, metadata=_about("情况", "what is wrong", example="closed")
    )


class PlaceReport(ResponseSchema):
    place_id = fields.String(required=True, metadata=_about("商家编号", "id of the shop"))
    kind = TermField(PlaceReportKind, required=True, metadata=_about("情况", "what was reported"))
    kind_label = Said(
        required=True, metadata={"type": "string", **_about("情况名称", "in words", example="已关门")}
    )
    reported_at = BeijingTime(required=True, metadata=_about("报告时间", "when you reported it first"))


class PlaceCreate(RequestSchema):
    """A shop of a year's list. What is wrong is told all at once (`places.invalid`, `data.errors`)."""

    name = _text(80, _NAME, required=True)
    kind = TermField(PlaceKind, required=True, metadata=_KIND)
    district = fields.String(required=True, validate=validate.Length(1, 20), metadata=_DISTRICT)
    address = _text(160, _ADDRESS, required=True)
    lng = _degrees(_about("经度", "longitude", example=121.4737), required=True)
    lat = _degrees(_about("纬度", "latitude", example=31.2304), latitude=True, required=True)
    crs = TermField(Crs, required=True, metadata=_CRS)
    year = _year(_YEAR, required=True)
    assessed_by = _text(80, _ASSESSED_BY, required=True)
    valid_until = Day(required=True, metadata=_VALID_UNTIL)
    source_document = _text(160, _SOURCE, required=True)


class PlacePut(PlaceCreate):
    """The shop as it shall be, and the version it was made from."""

    version = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1_000_000_000))


class PlaceReason(RequestSchema):
    reason = _text(REASON_CHARACTERS, _REASON, required=True)


class PlaceResume(RequestSchema):
    reason = _text(REASON_CHARACTERS, _REASON, load_default=None, allow_none=True)


class PlaceReplyPut(RequestSchema):
    text = _text(
        REPLY_CHARACTERS,
        _about("商家回复，空为撤回", "what the shop says; null takes it away", example="感谢认可。"),
        required=True,
        allow_none=True,
    )
    on = Day(
        load_default=None,
        allow_none=True,
        metadata=_about("回复日期", "the day of the reply", example="2026-04-02"),
    )


class StaffPlaceListQuery(QuerySchema):
    state = TermField(PlaceState, load_default=None)
    district = fields.String(load_default=None, validate=validate.Length(1, 20), metadata=_DISTRICT)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class PlaceTaskListQuery(QuerySchema):
    state = fields.Enum(
        PlaceTaskState,
        by_value=fields.String(validate=validate.OneOf(["open", "resolved"])),
        load_default=PlaceTaskState.OPEN,
        metadata=_about("open 待核实，resolved 已核实", "to be checked, or checked"),
    )
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class PlaceEvent(ResponseSchema):
    at = BeijingTime(required=True)
    act = TermField(PlaceAct, required=True)
    label = Said(required=True)
    state = TermField(PlaceState, required=True)
    by_name = fields.String(required=True, allow_none=True, metadata=_about("办理人", "who did it"))
    reason = fields.String(required=True, allow_none=True, metadata=_REASON)


class StaffPlace(ResponseSchema):
    """A shop as staff read it."""

    id = fields.String(required=True)
    name = fields.String(required=True, metadata=_NAME)
    kind = TermField(PlaceKind, required=True)
    district = fields.String(required=True, metadata=_DISTRICT_CODE)
    district_name = fields.String(required=True, metadata=_DISTRICT_NAME)
    address = fields.String(required=True, metadata=_ADDRESS)
    position = fields.List(
        fields.Float(),
        required=True,
        metadata=_about("WGS-84 位置", "position in WGS-84", example=[121.473702, 31.230416]),
    )
    source = fields.Nested(PlaceSource, required=True)
    state = TermField(PlaceState, required=True)
    state_label = Said(
        required=True, metadata={"type": "string", **_about("状态名称", "state in words", example="展示中")}
    )
    on_map = fields.Boolean(
        required=True, metadata=_about("市民现在能否看到", "whether residents see it now", example=True)
    )
    assessments = fields.List(
        fields.Nested(PlaceAssessment),
        required=True,
        metadata=_about("历年评估，新的在前", "every year, the newest first"),
    )
    reply = fields.Nested(PlaceReply, required=True, allow_none=True)
    events = fields.List(fields.Nested(PlaceEvent), required=True, metadata=_about("经过", "its history"))
    may = fields.List(
        TermField(PlaceAct), required=True, metadata=_about("现在可办的事", "what can be done now")
    )
    version = fields.Integer(required=True)


class StaffPlacePage(ResponseSchema):
    items = fields.List(fields.Nested(StaffPlace), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class PlaceResolve(RequestSchema):
    finding = TermField(
        PlaceFinding, required=True, metadata=_about("核实结果", "what was found", example="still_there")
    )
    reason = _text(
        REASON_CHARACTERS,
        _about("说明", "in words; staff read it", example="电话核实，正常营业。"),
        required=True,
    )


class PlaceTask(ResponseSchema):
    """Residents' reports about one shop: how many, never whose."""

    id = fields.String(required=True)
    place_id = fields.String(required=True, metadata=_about("商家编号", "id of the shop"))
    place_name = fields.String(required=True, metadata=_NAME)
    place_address = fields.String(required=True, metadata=_ADDRESS)
    place_state = TermField(PlaceState, required=True)
    moved = fields.Integer(
        required=True, metadata=_about("报告已搬走的人数", "how many say it has moved", example=2)
    )
    closed = fields.Integer(
        required=True, metadata=_about("报告已关门的人数", "how many say it has closed", example=1)
    )
    state = TermField(PlaceTaskState, required=True)
    since = BeijingTime(required=True, metadata=_about("首次报告时间", "when it was first reported"))
    raised_at = BeijingTime(required=True, metadata=_about("转为任务的时间", "when it became a task"))
    finding = TermField(
        PlaceFinding, required=True, allow_none=True, metadata=_about("核实结果", "what was found")
    )
    reason = fields.String(required=True, allow_none=True, metadata=_about("说明", "in words"))
    resolved_at = BeijingTime(
        required=True, allow_none=True, metadata=_about("核实时间", "when it was checked")
    )


class PlaceTaskPage(ResponseSchema):
    items = fields.List(fields.Nested(PlaceTask), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
