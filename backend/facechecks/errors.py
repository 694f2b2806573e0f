"""Refusals of face challenges; each that ends the face way names the other one."""

from backend.common.errors import Kind, ServiceError
from schemas.faces import FaceReason


def consent_required() -> ServiceError:
    return ServiceError(
        Kind.FORBIDDEN,
        "identity.consent_required",
        "人脸核验需要您先单独同意；您也可以到服务窗口领取核验码，效果相同",
        "Face verification needs your separate consent first; a code from a service window gives the same without it",
    )


def no_reference() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "identity.no_reference",
        "没有可供比对的留存照片，请到服务窗口领取核验码（效果相同），或在窗口重新留存照片",
        "There is no photograph on file to compare with; please get a code from a service window, which gives the same, or"
        " hand in a photograph there",
    )


def no_challenge() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND, "identity.no_challenge", "没有找到这次核验，请重新开始", "There is no such challenge"
    )


def challenge_used() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "identity.challenge_used",
        "这次核验已使用过，请重新开始",
        "This challenge was used. Let's start again",
    )


def challenge_expired() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "identity.challenge_expired",
        "操作超时，请重新开始",
        "This took too long. Let's start again",
    )


def wrong_nonce() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "identity.wrong_nonce",
        "核验口令与本次核验不符，请重新开始",
        "This nonce does not belong to the challenge. Let's start again",
    )


def frame_count(least: int, most: int) -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "identity.frame_count",
        f"需要 {least} 至 {most} 帧画面，并为每一帧注明动作",
        f"Between {least} and {most} frames are needed, and one step for each",
        data={"min": least, "max": most},
    )


def frame_too_large(place: int, most: int) -> ServiceError:
    return ServiceError(
        Kind.TOO_LARGE,
        "identity.frame_too_large",
        f"第 {place + 1} 帧超过 {most // 1024} KB",
        f"Frame {place + 1} is larger than {most // 1024} KB",
        data={"frame": place, "max_bytes": most},
    )


def frame_type(place: int, types: tuple[str, ...]) -> ServiceError:
    return ServiceError(
        Kind.UNSUPPORTED,
        "identity.frame_type",
        f"第 {place + 1} 帧不是 JPEG 或 PNG 图片",
        f"Frame {place + 1} is not a JPEG or PNG picture",
        data={"frame": place, "types": list(types)},
    )


def bad_steps(neutral_min: int) -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "identity.bad_steps",
        f"动作列表与本次核验要求的动作和顺序不符，或正对屏幕的画面不足 {neutral_min} 帧",
        f"The list of steps does not follow the actions of this challenge in their order, or has fewer than {neutral_min} neutral"
        " ones",
        data={"neutral_min": neutral_min},
    )


def unreadable(attempts_left: int) -> ServiceError:
    """The frames were JPEG or PNG by their first bytes and could not be decoded: no attempt at identity was made."""
    return ServiceError(
        Kind.INVALID,
        FaceReason.UNREADABLE.value,
        *FaceReason.UNREADABLE.label,
        data={"attempts_left": attempts_left},
    )
