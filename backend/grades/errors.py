"""Why the grades refuse."""

from backend.common.errors import Kind, ServiceError


def unknown_version() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND,
        "grades.unknown_version",
        "没有这一版等级规则",
        "There is no such version of the rules",
    )


def no_subject() -> ServiceError:
    return ServiceError(
        Kind.NOT_FOUND, "grades.no_subject", "没有找到该信息主体", "There is no such information subject"
    )


def no_rules() -> ServiceError:
    """Nothing is decided by a grade where no rules are published: a legal person, or a day before the first version."""
    return ServiceError(
        Kind.CONFLICT,
        "grades.no_rules",
        "没有已公布并生效的等级规则，不能据此作出决定",
        "No published rules are in force, so nothing can be decided by a grade",
    )


def already_decided() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "grades.already_decided",
        "该事项已有生效的等级决定",
        "A decision by grade is in force for this already",
    )


def changed() -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "grades.changed",
        "该决定已被重新作出，请刷新后查看",
        "This decision was made anew meanwhile; please look again",
    )
