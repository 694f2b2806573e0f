"""Refusals of news: to readers, and to editors who write, review and publish."""

from collections.abc import Sequence
from datetime import datetime

from backend.common import errors
from backend.common.clock import shanghai_date
from backend.common.errors import Kind, ServiceError
from schemas import days
from schemas.news import PICTURE_BYTES
from schemas.terms import NewsState
from schemas.text import Text


def not_found() -> ServiceError:
    return ServiceError(Kind.NOT_FOUND, "news.not_found", "没有找到这篇资讯", "There is no such article")


def unpublished(at: datetime, reason: str, reason_en: str | None) -> ServiceError:
    """It was before readers once, so that it was there is no secret, and why it is not any more is their right to know."""
    day = shanghai_date(at)
    said = days.day(day)
    return ServiceError(
        Kind.NOT_FOUND,
        "news.unpublished",
        f"这篇资讯已于{said.zh}撤下：{reason}",
        f"This article was taken down on {said.en}: {reason_en or reason}",
        data={"unpublished_on": day.isoformat()},
    )


def revision_not_found() -> ServiceError:
    return ServiceError(Kind.NOT_FOUND, "news.revision_not_found", "没有这一稿", "There is no such revision")


def picture_not_found() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND, "news.picture_not_found", "没有找到这张图片", "There is no such picture"
    )


def changed(state: NewsState) -> ServiceError:
    """Not what can be done now, or somebody was faster: `data.state` says where the article stands."""
    return ServiceError(
        Kind.CONFLICT,
        "news.changed",
        f"该资讯目前为“{state.zh}”，不能进行此项操作，请刷新后查看",
        f"This article is now “{state.en}”, where this cannot be done; please look at it again",
        data={"state": state.value},
    )


def not_published() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "news.not_published",
        "该资讯未在发布，也未定时，没有可撤下的",
        "This article is neither published nor scheduled, so there is nothing to take down",
    )


def stale(version: int) -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "news.stale",
        "资讯已被他人改动，请刷新后在最新版本上再办",
        "Somebody changed this article meanwhile; please look at it again and act on the newest version",
        data={"version": version},
    )


def four_eyes() -> ServiceError:
    return ServiceError(
        Kind.FORBIDDEN,
        "news.four_eyes",
        "您写过或修改过这篇资讯（含所用图片），须由没有参与撰写的人审核",
        "You wrote or changed this article or a picture in it; it is approved by somebody who had no part in writing it",
    )


def bad_time() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "news.bad_time",
        "定时发布的时间须在将来、一年之内",
        "The time to publish lies in the future and within a year",
    )


def invalid(faults: Sequence[tuple[str, Text]]) -> ServiceError:
    """Everything that is wrong with a text, at once and in both languages."""
    return errors.invalid("news.invalid", faults)


def too_many_revisions(most: int) -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "news.too_many_revisions",
        f"一篇资讯最多 {most} 稿，请另起一篇",
        f"An article has at most {most} revisions; please begin another one",
        data={"max": most},
    )


def too_many_pictures(most: int) -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "news.too_many_pictures",
        f"一篇资讯最多 {most} 张图片",
        f"An article has at most {most} pictures",
        data={"max": most},
    )


def picture_too_large() -> ServiceError:
    return ServiceError(
        Kind.TOO_LARGE,
        "news.picture_too_large",
        f"图片超过 {PICTURE_BYTES // 1024**2} MB",
        f"The picture is larger than {PICTURE_BYTES // 1024**2} MB",
        data={"max_bytes": PICTURE_BYTES},
    )


def picture_not_supported() -> ServiceError:
    return ServiceError(
        Kind.UNSUPPORTED,
        "news.picture_not_supported",
        "只能上传 JPEG 或 PNG 图片",
        "The picture must be a JPEG or a PNG",
        data={"types": ["image/jpeg", "image/png"]},
    )


def picture_unreadable() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "news.picture_unreadable",
        "图片不完整或已损坏，请重新导出后再上传",
        "The picture is incomplete or damaged; please export it again",
    )


def picture_bad_size() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "news.picture_bad_size",
        "图片过大、过小或过于狭长：短边至少 160 像素，长宽比不超过 4",
        "The picture is too large, too small or too long: a side has at least 160 px, and is no longer than four times the other",
    )


OF_PICTURES = (
    picture_too_large,
    picture_not_supported,
    picture_unreadable,
    picture_bad_size,
)
"""What a route that takes a picture can refuse."""
