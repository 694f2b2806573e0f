"""XML of WeChat's server as a message, and a message as what the dialogue hears."""

import math
import re
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from backend.dialogues.model import Incoming, Sort
from backend.wechat.model import Message
from schemas.terms import Crs, Way

_ADDRESS = re.compile(r"[\w.@-]{1,128}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,32}", re.ASCII)
_WORD = re.compile(r"\w{1,64}", re.ASCII)
LONGEST_KEY = 256
SCENE = "qrscene_"
UNSHOWN = "【收到不支持的消息类型，暂无法显示】"
"""Comes as the text of a sticker, and of what else the account's interface does not know."""


class Unreadable(Exception):
    """Not a message as WeChat writes them."""


def elements(raw: bytes) -> Element:
    """The root of an XML text in UTF-8 without a DTD, and so without entities of its own. Raises `Unreadable`."""
    try:
        root: Element = fromstring(raw.decode("utf-8"), forbid_dtd=True)
    except (UnicodeDecodeError, ParseError, DefusedXmlException, ValueError) as error:
        raise Unreadable from error
    if root.tag != "xml":
        raise Unreadable
    return root


def message(root: Element) -> Message:
    """Raises `Unreadable` where it does not say from whom, to whom, when and what."""
    found = Message(
        user=_text(root, "FromUserName"),
        account=_text(root, "ToUserName"),
        created=_text(root, "CreateTime"),
        kind=_text(root, "MsgType").lower(),
        msg_id=_text(root, "MsgId") or _text(root, "MsgID"),
        event=_text(root, "Event").lower(),
        key=_text(root, "EventKey")[:LONGEST_KEY],
        content=_words(root),
        menu_id=_text(root, "bizmsgmenuid")[:LONGEST_KEY],
        latitude=_text(root, "Location_X"),
        longitude=_text(root, "Location_Y"),
        status=_text(root, "Status"),
    )
    # An event has a name in place of a number.
    numbered = _WORD.fullmatch(found.event) if found.kind == "event" else _NUMBER.fullmatch(found.msg_id)
    named = _ADDRESS.fullmatch(found.user) and _ADDRESS.fullmatch(found.account)
    if not (named and _NUMBER.fullmatch(found.created) and _WORD.fullmatch(found.kind) and numbered):
        raise Unreadable
    return found


def name_of(told: Message) -> str:
    """What is the same whenever WeChat sends this message again: its number; of an event person, second, event and key."""
    if told.kind != "event":
        return told.msg_id
    return f"{told.created}:{told.event}:{told.key}"


def incoming(told: Message) -> Incoming | None:
    """What the dialogue hears; None for events at which nobody waits for words (an entry opened a page, a report)."""
    if told.kind == "event":
        heard = _event(told)
        return None if heard is None else _incoming(told, *heard)
    if told.kind == "location" and (position := _position(told)):
        lng, lat = position
        return Incoming(Way.WECHAT, told.user, name_of(told), Sort.LOCATION, lng=lng, lat=lat, crs=Crs.GCJ02)
    if told.menu_id:
        return _incoming(told, Sort.BUTTON, told.menu_id)
    if (told.kind == "text" and told.content != UNSHOWN) or (told.kind == "voice" and told.content):
        return _incoming(told, Sort.TEXT, told.content)
    return _incoming(told, Sort.OTHER, "")


def _event(told: Message) -> tuple[Sort, str] | None:
    if told.event == "subscribe":
        return Sort.BEGUN, told.key.removeprefix(SCENE) if told.key.startswith(SCENE) else ""
    if told.event == "scan":
        return Sort.BEGUN, told.key
    if told.event == "unsubscribe":
        return Sort.GONE, ""
    if told.event == "click":
        return Sort.BUTTON, told.key
    if told.event == "scancode_waitmsg":
        return Sort.TEXT, told.content
    return None


def _incoming(told: Message, sort: Sort, text: str) -> Incoming:
    return Incoming(Way.WECHAT, told.user, name_of(told), sort, text)


def _words(root: Element) -> str:
    """What was written, what a voice message was understood as (where the account has that), or what was scanned."""
    paths = ("Content", "Recognition", "ScanCodeInfo/ScanResult")
    return next((text for path in paths if (text := _text(root, path))), "")


def _position(told: Message) -> tuple[float, float] | None:
    """Longitude and latitude in degrees; WeChat calls the latitude X."""
    try:
        lng, lat = float(told.longitude), float(told.latitude)
    except ValueError:
        return None
    return (lng, lat) if math.isfinite(lng + lat) and abs(lng) <= 180 and abs(lat) <= 90 else None


def _text(root: Element, path: str) -> str:
    return root.findtext(path) or ""
