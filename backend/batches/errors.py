"""Refusals of handing in files."""

from backend.common.errors import Kind, ServiceError
from backend.limits.errors import wait


def not_found() -> ServiceError:
    """One answer for no such batch and another unit's."""
    return ServiceError(Kind.NOT_FOUND, "batches.not_found", "没有找到这一批次", "There is no such batch")


def no_file() -> ServiceError:
    return ServiceError(Kind.INVALID, "batches.no_file", "请选择一个文件", "Please choose a file")


def one_file() -> ServiceError:
    return ServiceError(
        Kind.INVALID, "batches.one_file", "每次只能报送一个文件", "Hand in one file at a time"
    )


def too_large(most: int) -> ServiceError:
    megabytes = most // 1_000_000
    return ServiceError(
        Kind.INVALID,
        "batches.too_large",
        f"文件超过 {megabytes} MB，请分成几个文件报送",
        f"The file is larger than {megabytes} MB; please hand it in as several",
        data={"max_bytes": most},
    )


def same_file(batch_id: str) -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "batches.same_file",
        "同一文件已报送，正在等待处理",
        "The same file was handed in already and is waiting",
        data={"batch_id": batch_id},
    )


def too_many(retry_after: int) -> ServiceError:
    left = wait(retry_after)
    return ServiceError(
        Kind.TOO_MANY,
        "batches.too_many",
        f"本单位短时间内报送的文件过多，请{left.zh}后再报",
        f"Your unit has handed in too many files; please wait {left.en}",
        retry_after=retry_after,
    )


def no_refused() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND,
        "batches.no_refused",
        "该批次没有未采纳的行",
        "No row of this batch was refused",
    )


def gave_up() -> ServiceError:
    """Told in the batch itself: its file ended whoever read it, each time."""
    return ServiceError(
        Kind.UNAVAILABLE,
        "batches.gave_up",
        "多次处理均未能完成，请联系平台数据管理员",
        "It could not be finished after several tries; please call the platform's data steward",
    )


def damaged() -> ServiceError:
    """Told in the batch itself: what was kept is not what came."""
    return ServiceError(
        Kind.UNAVAILABLE,
        "batches.damaged",
        "存储的文件已损坏，请重新报送",
        "The stored file is damaged; please hand it in again",
    )
