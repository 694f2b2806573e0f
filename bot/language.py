"""Which language a chat user reads."""

from aiogram.types import User

from schemas.text import Language


def language_of(user: User | None) -> Language:
    """Chinese unless the user's client is set to another language that is not Chinese."""
    code = (user.language_code if user else None) or "zh"
    return "zh" if code.lower().startswith("zh") else "en"
