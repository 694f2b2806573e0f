"""Refusals of evidence; a file is named by its place in the form, never by its name, which is the sender's text.

`place` counts from 0; people and `data.file` count from 1.
"""

from backend.common.errors import Kind, ServiceError
from schemas.evidence import FILE_BYTES, MEDIA_TYPES, MOST_FILES


def too_many() -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "evidence.too_many",
        f"每件案件最多可提交 {MOST_FILES} 个文件（含此前已提交的）",
        f"A case may have at most {MOST_FILES} files, those handed in before included",
        data={"max_files": MOST_FILES},
    )


def too_large(place: int = 0) -> ServiceError:
    return ServiceError(
        Kind.TOO_LARGE,
        "evidence.too_large",
        f"第 {place + 1} 个文件超过 {FILE_BYTES // 1024**2} MB",
        f"File {place + 1} is larger than {FILE_BYTES // 1024**2} MB",
        data={"file": place + 1, "max_bytes": FILE_BYTES},
    )


def not_supported(place: int = 0) -> ServiceError:
    return ServiceError(
        Kind.UNSUPPORTED,
        "evidence.not_supported",
        f"第 {place + 1} 个文件不是 PDF、JPEG、PNG 或 HEIC 文件",
        f"File {place + 1} is not a PDF, JPEG, PNG or HEIC file",
        data={"file": place + 1, "types": list(MEDIA_TYPES)},
    )


def empty(place: int = 0) -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "evidence.empty",
        f"第 {place + 1} 个文件是空的",
        f"File {place + 1} is empty",
        data={"file": place + 1},
    )


def unreadable(place: int = 0) -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "evidence.unreadable",
        f"第 {place + 1} 个文件不完整、已损坏或夹带其他内容，请重新导出或拍摄后再提交",
        f"File {place + 1} is incomplete, damaged or carries something else; please export or photograph it again",
        data={"file": place + 1},
    )


def unpacks_too_large(place: int = 0) -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "evidence.unpacks_too_large",
        f"第 {place + 1} 个文件展开后过大，请降低分辨率或拆分后再提交",
        f"File {place + 1} unpacks to more than can be looked at; please lower its resolution or split it",
        data={"file": place + 1},
    )


def protected(place: int = 0) -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "evidence.protected",
        f"第 {place + 1} 个文件有密码或加密，请去除后再提交",
        f"File {place + 1} is protected by a password or encrypted; please remove that first",
        data={"file": place + 1},
    )


def expired() -> ServiceError:
    """The upload took longer than its lease; sending it again works."""
    return ServiceError(
        Kind.UNAVAILABLE,
        "evidence.expired",
        "文件上传用时过长，未能保存，请重新提交",
        "Handing in the files took too long and nothing was kept; please send them again",
        retry_after=1,
    )


def not_found() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND, "evidence.not_found", "没有找到这份材料", "There is no such file in this case"
    )


def damaged() -> ServiceError:
    """What is stored is not what was handed in; nothing of it is delivered."""
    return ServiceError(
        Kind.UNAVAILABLE,
        "evidence.damaged",
        "这份材料暂时无法读取，请拨打 12345 联系我们",
        "This file cannot be read at the moment; please call 12345",
        retry_after=3600,
    )


OF_UPLOADS = (too_many, empty, too_large, not_supported, unreadable, unpacks_too_large, protected, expired)
"""What a route that takes files can refuse."""
