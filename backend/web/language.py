"""Which language a caller wants to read."""

from schemas.text import Language

DEFAULT: Language = "zh"


def wanted(header: str | None) -> Language:
    """The better of Chinese and English by the q-values of Accept-Language; Chinese when it says nothing usable."""
    best: dict[Language, float] = {"zh": 0.0, "en": 0.0}
    for part in (header or "")[:200].split(","):
        tag, _, parameters = part.strip().partition(";")
        for language in _languages(tag):
            best[language] = max(best[language], _quality(parameters))
    return "en" if best["en"] > best["zh"] else DEFAULT


def _languages(tag: str) -> tuple[Language, ...]:
    primary = tag.strip().lower().partition("-")[0]
    if primary == "*":
        return ("zh",)
    return (primary,) if primary in ("zh", "en") else ()  # type: ignore[return-value]  # narrowed by the test


def _quality(parameters: str) -> float:
    name, _, value = parameters.partition(";")[0].strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0
