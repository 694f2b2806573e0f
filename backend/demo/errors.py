"""Why the demonstration city is not built."""

from backend.common.errors import Kind, ServiceError


def in_production() -> ServiceError:
    return ServiceError(
        Kind.FORBIDDEN,
        "demo.in_production",
        "正式环境不生成演示数据",
        "Production gets no demonstration data",
    )


def wrong_size(most: int) -> ServiceError:
    return ServiceError(
        Kind.INVALID,
        "demo.wrong_size",
        f"居民人数须在 0 至 {most} 之间",
        f"A city has 0 to {most} residents",
    )


def overlaps(seed: str) -> ServiceError:
    return ServiceError(
        Kind.CONFLICT,
        "demo.overlaps",
        f"该种子的居民号码与已有城市（{seed}）重叠，请换一个种子",
        f"The residents of this seed would get numbers of the city that is there already ({seed}); choose another seed",
    )
