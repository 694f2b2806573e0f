"""Refusals of the map: to who looks, to who reports, and to staff. None repeats a position that was sent."""

from collections.abc import Sequence

from backend.common.errors import Kind, ServiceError
from backend.limits.errors import wait
from backend.places import texts
from schemas.terms import PlaceState, PlaceTaskState
from schemas.text import Text


def not_found() -> ServiceError:
    """One answer for no such shop and one that is not shown (any more)."""
    return ServiceError(
        Kind.NOT_FOUND,
        "places.not_found",
        "没有找到该商家，可能已不在名单上",
        "There is no such shop; it may not be on the list any more",
    )


def outside() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "places.outside",
        "该位置不在上海市范围内；信用地图只有本市的商家，可改为按区查看",
        "This is not in Shanghai; the map has shops of this city only, and can be read by district as well",
    )


def swapped() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "places.swapped",
        "经纬度可能填反了：lng 是经度（约 121），lat 是纬度（约 31）；bbox 的顺序为西、南、东、北",
        "Longitude and latitude seem to be swapped: lng is about 121, lat about 31; a bbox is west, south, east, north",
    )


def half_position() -> ServiceError:
    return ServiceError(
        Kind.INVALID, "places.half_position", "lng 和 lat 须同时提供", "lng and lat are given together"
    )


def bad_box() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "places.bad_bbox",
        "bbox 须为四个以逗号分隔的数字：西、南、东、北",
        "bbox is four numbers with commas between: west, south, east, north",
    )


def point_or_box() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "places.point_or_bbox",
        "请按位置（lng、lat、radius_m）或按范围（bbox）查询，二者选一",
        "Ask by position (lng, lat, radius_m) or by part of the map (bbox), not by both",
    )


def radius_alone() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "places.radius_alone",
        "radius_m 须与 lng、lat 一起使用",
        "radius_m goes with lng and lat",
    )


def no_district() -> ServiceError:
    return ServiceError(Kind.INVALID, "places.no_district", texts.BAD_DISTRICT.zh, texts.BAD_DISTRICT.en)


def too_many_reports(retry_after: int) -> ServiceError:
    left = wait(retry_after)
    return ServiceError(
        Kind.TOO_MANY,
        "places.too_many_reports",
        f"您近期报告的商家较多，请{left.zh}后再报，谢谢您的帮助",
        f"You have reported many shops lately; please wait {left.en}, and thank you for your help",
        retry_after=retry_after,
    )


def invalid(faults: Sequence[tuple[str, Text]]) -> ServiceError:
    """Everything that is wrong with what staff put down, at once and in both languages."""
    return ServiceError(
        Kind.INVALID,
        "places.invalid",
        "；".join(f"{name}：{text.zh}" for name, text in faults),
        "; ".join(f"{name}: {text.en}" for name, text in faults),
        data={"errors": [{"field": name, "zh": text.zh, "en": text.en} for name, text in faults]},
    )


def known(place_id: str) -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "places.known",
        "同名、同区、同地址的商家已在地图上",
        "A shop of this name, district and address is on the map already",
        data={"place_id": place_id},
    )


def changed(state: PlaceState) -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "places.changed",
        f"该商家目前为“{state.zh}”，不能进行此项操作，请刷新后查看",
        f"This shop is now “{state.en}”, where this cannot be done; please look at it again",
        data={"state": state.value},
    )


def stale(version: int) -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "places.stale",
        "该商家已被他人修改，请刷新后在最新版本上再改",
        "Somebody changed this shop meanwhile; please look at it again and change the newest version",
        data={"version": version},
    )


def task_not_found() -> ServiceError:
    return ServiceError(Kind.NOT_FOUND, "places.task_not_found", "没有这项核实任务", "There is no such task")


def task_changed(state: PlaceTaskState) -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "places.task_changed",
        f"该任务目前为“{state.zh}”，请刷新后查看",
        f"This task is now “{state.en}”; please look at it again",
        data={"state": state.value},
    )


def unknown_crs() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "places.unknown_crs",
        "坐标系须为 wgs84、gcj02 或 bd09",
        "the coordinate system is wgs84, gcj02 or bd09",
    )


def no_year() -> ServiceError:
    return ServiceError(Kind.INVALID, "places.no_year", texts.BAD_YEAR.zh, texts.BAD_YEAR.en)
