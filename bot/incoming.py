"""What an update of Telegram is to the dialogue."""

from aiogram.enums import ChatType, ContentType
from aiogram.types import CallbackQuery, Message

from backend.dialogues.model import Incoming, Sort
from bot.language import language_of
from schemas.terms import Crs, Way

_WORDLESS = frozenset(
    {
        ContentType.ANIMATION,
        ContentType.AUDIO,
        ContentType.CHECKLIST,
        ContentType.CONTACT,
        ContentType.DICE,
        ContentType.DOCUMENT,
        ContentType.GAME,
        ContentType.GIVEAWAY,
        ContentType.INVOICE,
        ContentType.PASSPORT_DATA,
        ContentType.USERS_SHARED,
        ContentType.WEB_APP_DATA,
        ContentType.PAID_MEDIA,
        ContentType.PHOTO,
        ContentType.POLL,
        ContentType.STICKER,
        ContentType.STORY,
        ContentType.VIDEO,
        ContentType.VIDEO_NOTE,
        ContentType.VOICE,
        ContentType.UNKNOWN,
    }
)
"""What people send that holds no words for us; all else that is no text is Telegram's own notice of something."""
START = "/start"


def of_message(message: Message, update_id: int, *, edited: bool = False) -> Incoming | None:
    """None for Telegram's own notices (a pinned message, a changed title)."""
    place = message.location or (message.venue.location if message.venue else None)
    sort, text = _read(message)
    if sort is None:
        return None
    return Incoming(
        channel=Way.TELEGRAM,
        user=str(message.chat.id),
        message_id=str(update_id),
        sort=Sort.EDITED if edited else sort,
        text=text,
        lng=place.longitude if place else None,
        lat=place.latitude if place else None,
        crs=Crs.WGS84 if place else None,
        language=language_of(message.from_user),
        private=message.chat.type == ChatType.PRIVATE,
    )


def of_tap(tapped: CallbackQuery, update_id: int) -> Incoming:
    """A tap answers to the one who tapped, wherever the message hangs and however old it is."""
    chat = tapped.message.chat if tapped.message else None
    return Incoming(
        channel=Way.TELEGRAM,
        user=str(chat.id if chat else tapped.from_user.id),
        message_id=str(update_id),
        sort=Sort.BUTTON,
        text=tapped.data or "",
        language=language_of(tapped.from_user),
        private=chat is None or chat.type == ChatType.PRIVATE,
    )


def _read(message: Message) -> tuple[Sort | None, str]:
    if message.location or message.venue:
        return Sort.LOCATION, ""
    if message.text is not None:
        first, _, payload = message.text.partition(" ")
        begins = message.chat.type == ChatType.PRIVATE and first.partition("@")[0] == START
        return (Sort.BEGUN, payload.strip()) if begins else (Sort.TEXT, message.text)
    return (Sort.OTHER if message.content_type in _WORDLESS else None), ""
