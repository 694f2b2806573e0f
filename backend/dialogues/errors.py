"""Refusals to staff who extend the table of phrases."""

from collections.abc import Sequence

from backend.common.errors import Kind, ServiceError


def bad_phrase() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "dialogues.bad_phrase",
        "短语须有 2 至 40 个字或字母，且不能是数字（数字用于选择）",
        "A phrase has 2 to 40 letters or characters and is no number (numbers choose)",
    )


def no_such_action(known: Sequence[str]) -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "dialogues.no_such_action",
        "没有这项功能",
        "There is nothing of this name that a phrase could mean",
        data={"actions": list(known)},
    )


def no_such_phrase() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND, "dialogues.no_such_phrase", "没有添加过这个短语", "This phrase was not added"
    )


def too_many_phrases() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "dialogues.too_many_phrases",
        "添加的短语已达上限，请先删除不用的",
        "There are as many phrases as there may be; please remove some first",
    )
