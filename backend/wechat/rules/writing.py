"""The dialogue's answer as the one text that WeChat takes as the answer to a message."""

import re
from collections.abc import Iterator, Sequence
from itertools import count
from urllib.parse import quote

from backend.dialogues.model import Button, Outgoing
from backend.wechat import texts

LIMIT = 2048
"""Bytes of a text; WeChat answers a longer one with an error to the person."""
LEAST_WORDS = 200
"""Bytes that are left for words, however many lines there are."""
SUCCESS = "success"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OPENS_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_BORDER = re.compile(r"[\n。！？；.!?;，, ]")
_JOINS = re.compile("[\u0300-\u036f\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
"""What belongs to the character before it, or ties it to the next: no cut beside them."""
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9:._~|,;=/@!*-]+")
_UNSAFE_LABEL = re.compile(r"[\s&\"'<>#%?=]+")


def content(answer: Sequence[Outgoing], site: str) -> str:
    """All messages of an answer as one text of at most `LIMIT` bytes.

    Buttons are numbered lines in their order, over the whole answer. A line can be tapped where there is room for that, for
    its address takes some ninety bytes; the number can always be typed. Where even that is too long, words are cut at a
    border and a link to the service follows; no line and no link is cut in two.
    """
    for tappable in (True, False):
        parts = list(_parts(answer, tappable))
        whole = "\n\n".join("\n".join((words, *lines)) for words, lines in parts)
        if _size(whole) <= LIMIT:
            return whole
    tail = "\n" + texts.MORE.format(site=link(site, texts.SITE))
    for line in (line for _, lines in parts for line in lines):
        if _size(tail) + _size(line) + 1 <= LIMIT - LEAST_WORDS:
            tail += f"\n{line}"
    return cut("\n\n".join(words for words, _ in parts), LIMIT - _size(tail) - _size("…")) + "…" + tail


def cut(words: str, size: int) -> str:
    """The beginning of a text, at most so many bytes of UTF-8, ending at a border where its last third has one."""
    kept = words.encode()[: max(0, size)].decode(errors="ignore")
    while kept and len(kept) < len(words) and (_JOINS.match(words[len(kept)]) or _JOINS.match(kept[-1])):
        kept = kept[:-1]
    borders = [found.end() for found in _BORDER.finditer(kept)]
    return (kept[: borders[-1]] if borders and borders[-1] > len(kept) * 2 // 3 else kept).rstrip()


def link(address: str, label: str) -> str:
    return f'<a href="{quote(address, safe=":/?#[]@!$&()*+,;=%~")}">{_label(label)}</a>'


def tap(label: str, value: str) -> str:
    """A link that sends `value` back with the label as the person's words; just the label where an address cannot hold it."""
    if not _PLAIN_VALUE.fullmatch(value):
        return _label(label)
    said = _UNSAFE_LABEL.sub("·", _label(label))
    return f'<a href="weixin://bizmsgmenu?msgmenucontent={said}&msgmenuid={value}">{_label(label)}</a>'


def reply(*, user: str, account: str, created: int, text: str) -> str:
    """The XML of a text to `user`, from the account."""
    told = {
        "ToUserName": user,
        "FromUserName": account,
        "CreateTime": str(created),
        "MsgType": "text",
        "Content": text,
    }
    return _xml(told)  # fmt: skip


def envelope(*, sealed: str, signature: str, timestamp: str, nonce: str) -> str:
    return _xml({"Encrypt": sealed, "MsgSignature": signature, "TimeStamp": timestamp, "Nonce": nonce})


def _xml(told: dict[str, str]) -> str:
    return f"<xml>{''.join(f'<{name}>{_cdata(value)}</{name}>' for name, value in told.items())}</xml>"


def _cdata(value: str) -> str:
    if value.isascii() and value.isdigit():
        return value
    return f"<![CDATA[{_NOT_XML.sub('', value).replace(']]>', ']]]]><![CDATA[>')}]]>"


def _parts(answer: Sequence[Outgoing], tappable: bool) -> Iterator[tuple[str, list[str]]]:
    """The words of each message, and the lines under them."""
    numbers = count(1)
    for one in answer:
        buttons = zip((button for row in one.buttons for button in row), numbers, strict=False)
        lines = [f"{number}. {_button(button, number, tappable)}" for button, number in buttons]
        yield _plain(one.text), [*lines, *([texts.LOCATION] if one.asks_location else [])]


def _button(button: Button, number: int, tappable: bool) -> str:
    """A label that begins with its number says it once."""
    label = button.label.removeprefix(f"{number}. ")
    if button.url is not None:
        return link(button.url, label)
    return tap(label, button.value or "") if tappable else _label(label)


def _label(words: str) -> str:
    """On one line."""
    return " ".join(_plain(words).split())


def _plain(words: str) -> str:
    """WeChat reads tags in a text and knows no escape for them; the wide sign looks alike and opens none."""
    return _OPENS_TAG.sub("＜", _NOT_XML.sub("", words))


def _size(text: str) -> int:
    return len(text.encode())
