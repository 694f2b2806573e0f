"""Refusals of the tables of working days."""

from datetime import date

from backend.common.errors import Kind, ServiceError


def wrong_year(first: int, last: int) -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "calendars.wrong_year",
        f"年份须在 {first} 至 {last} 之间",
        f"The year must be from {first} to {last}",
    )


def wrong_days(zh: str, en: str, days: list[date]) -> ServiceError:
    """One fault of the table, and the days that have it."""
    listed = [day.isoformat() for day in days]
    return ServiceError(
        Kind.INVALID,
        "calendars.wrong_days",
        f"{zh}：{'、'.join(listed)}",
        f"{en}: {', '.join(listed)}",
        data={"days": listed},
    )


def too_few(least: int) -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "calendars.too_few",
        f"该年度法定节假日至少 {least} 天，请按国务院办公厅通知录入全部放假日期",
        f"That year has at least {least} statutory holidays; please enter every day off that the State Council announced",
        data={"least": least},
    )


def no_source() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "calendars.no_source",
        "请注明依据的通知文号",
        "Please name the notice that the table is taken from",
    )


def changed(version: int) -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "calendars.changed",
        f"该年度的节假日安排已由他人更新为第 {version} 版，请核对后再提交",
        f"Somebody else has put in version {version} of that year meanwhile; please check it and try again",
        data={"version": version},
    )
