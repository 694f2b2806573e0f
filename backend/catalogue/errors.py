"""Why the catalogue refuses."""

from collections.abc import Iterable

from backend.catalogue.model import Problem
from backend.common.errors import Kind, ServiceError

# A refusal names at most so many problems; `count` tells how many there are.
MOST_NAMED = 200


def not_published() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND,
        "catalogue.not_published",
        "该年度的信用信息目录尚未公布",
        "No catalogue has been published for that year",
    )


def unknown_item() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND,
        "catalogue.unknown_item",
        "目录中没有这个信息事项",
        "There is no such item in the catalogue",
    )


def unknown_unit() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND,
        "catalogue.unknown_unit",
        "没有这个信息提供单位",
        "There is no such information provider",
    )


def unreadable(line: int | None, why: str) -> ServiceError:
    """A file that is not CSV, JSON lines or YAML of units or items; `why` is for the operator."""
    place = (f"第{line}行", f"line {line}: ") if line else ("文件", "")
    return ServiceError(
        Kind.INVALID,
        "catalogue.unreadable",
        f"{place[0]}无法读取（{why}）",
        f"Cannot be read: {place[1]}{why}",
        data={"line": line, "why": why},
    )


def refused(problems: Iterable[tuple[str, Problem]]) -> ServiceError:
    """Nothing was stored; each problem with the unit or item (`of`) it belongs to."""
    named = [
        {
            "of": of,
            "where": problem.where,
            "reason": problem.reason,
            "kind": problem.kind.value if problem.kind else None,
            "article": problem.article,
            "zh": problem.text.zh,
            "en": problem.text.en,
        }
        for of, problem in problems
    ]
    return ServiceError(
        Kind.INVALID,
        "catalogue.refused",
        f"目录未公布：有{len(named)}处不符合规定",
        f"The catalogue was not published: {len(named)} problems",
        data={"count": len(named), "problems": named[:MOST_NAMED]},
    )
