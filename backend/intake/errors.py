"""Why a file cannot be used at all."""

from collections.abc import Sequence

from backend.common.errors import Kind, ServiceError


def no_file() -> ServiceError:
    return ServiceError(Kind.INVALID, "intake.no_file", "找不到该文件", "there is no such file")


def wrong_ending() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "intake.wrong_ending",
        "文件须以 .csv 或 .jsonl 结尾",
        "the file must end in .csv or .jsonl",
    )


def empty_file() -> ServiceError:
    return ServiceError(Kind.INVALID, "intake.empty", "文件是空的", "the file is empty")


def bad_header() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "intake.bad_header",
        "首行不是可读的 UTF-8 列名，或列名重复",
        "the first line is not a readable UTF-8 header, or names a column twice",
    )


def wrong_columns(lacking: Sequence[str], unknown: Sequence[str], known: Sequence[str]) -> ServiceError:
    odd = [shown(name) for name in unknown]
    return ServiceError(
        Kind.INVALID,
        "intake.wrong_columns",
        f"列名不符：缺少 {'、'.join(lacking) or '无'}；不认识 {'、'.join(odd) or '无'}；可用的列为 {'、'.join(known)}",
        f"the columns do not fit: missing {', '.join(lacking) or 'none'}; not known {', '.join(odd) or 'none'}; "
        f"the columns are {', '.join(known)}",
    )


def wrong_encoding() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "intake.wrong_encoding",
        "文件不是 UTF-8 编码，请另存为 UTF-8 后再导入",
        "the file is not UTF-8; please save it as UTF-8 and import it again",
    )


def shown(name: str) -> str:
    """A name from a file as a message may repeat it: printable and short."""
    return "".join(character if character.isprintable() else "?" for character in name[:40])


def wrong_unit(unit: str) -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "intake.no_unit",
        f"没有代码为 {unit[:40]} 的单位",
        f"there is no unit with the code {unit[:40]}",
    )
