"""The clock of the processes; below the edges time comes in through `deps.now`."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def utc_now() -> datetime:
    """Now, aware, cut to the milliseconds that BSON keeps, so that a fresh reply equals a re-read one."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def shanghai_date(instant: datetime) -> date:
    """The calendar day in Shanghai at `instant`."""
    return instant.astimezone(SHANGHAI).date()
