"""Refusals about the ways to a person and what they want to hear."""

from backend.common.errors import Kind, ServiceError


def legal_kind(kinds: list[str]) -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "recipients.legal_kind",
        "告知您的权利、期限和决定的消息不能关闭；如不希望经某一渠道接收，可解除该渠道的绑定，站内消息始终保留",
        "Notices of your rights, deadlines and decisions cannot be switched off. Unbind a channel to hear nothing by it; the"
        " inbox always has them",
        data={"kinds": kinds},
    )


def not_bound(way: str) -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "recipients.not_bound",
        "您尚未绑定该渠道，请先绑定",
        "This channel is not bound yet; please bind it first",
        data={"channel": way},
    )
