"""Texts as Telegram reads them: entities with offsets in UTF-16 units, found or written as HTML."""

import re
from html import unescape
from typing import Any

from tests.support.bot_api.refusals import bad

LONGEST = 4096
Entity = dict[str, Any]
_FOUND = {
    "bot_command": r"(?<![\w/@])/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]+)?(?![\w/])",
    "mention": r"(?<![\w@])@[A-Za-z][A-Za-z0-9_]{3,31}\b",
    "hashtag": r"(?<![\w#])#\w+",
    "url": r"https?://[^\s<>\"，。；）]+",
}
_STYLES = {
    "bold": "b strong",
    "italic": "i em",
    "underline": "u ins",
    "strikethrough": "s strike del",
    "code": "code",
    "pre": "pre",
    "text_link": "a",
    "spoiler": "tg-spoiler",
    "blockquote": "blockquote",
}
_TAGS = {tag: style for style, tags in _STYLES.items() for tag in tags.split()}


def units(text: str) -> int:
    """The length that entities count in."""
    return len(text.encode("utf-16-le")) // 2


def entities_in(text: str) -> list[Entity]:
    """Commands, mentions, hashtags and addresses, as every client of Telegram marks them."""
    found = [
        {"type": kind, "offset": units(text[: match.start()]), "length": units(match[0])}
        for kind, pattern in _FOUND.items()
        for match in re.finditer(pattern, text)
    ]
    return sorted(found, key=lambda entity: int(entity["offset"]))


def read(text: str, parse_mode: str, entities: list[Entity] | None) -> tuple[str, list[Entity]]:
    """The text that is shown and its entities. Markdown is kept as it was sent: only HTML is understood."""
    mode = parse_mode.lower()
    if mode not in ("", "html", "markdown", "markdownv2"):
        raise bad("unsupported parse_mode")
    if mode == "html":
        text, entities = _html(text)
    shown = text.strip()
    if not shown:
        raise bad("message text is empty")
    if len(shown) > LONGEST:
        raise bad("message is too long")
    return shown, sorted([*(entities or []), *entities_in(shown)], key=lambda entity: int(entity["offset"]))


def _html(written: str) -> tuple[str, list[Entity]]:
    shown, entities = "", []
    open_tags: list[tuple[str, int, str]] = []
    for piece in re.split(r"(<[^<>]*>?)", written):
        if not piece.startswith("<"):
            shown += unescape(piece)
        elif piece.startswith("</"):
            name = piece[2:].rstrip(">").strip().lower()
            if not open_tags or open_tags[-1][0] != name:
                raise bad(f"can't parse entities: Unmatched end tag, found </{name}>")
            _, start, whole = open_tags.pop()
            entities.append(_entity(name, whole, start, units(shown) - start))
        else:
            name = re.split(r"[\s>]", piece[1:], maxsplit=1)[0].lower()
            if name not in _TAGS or not piece.endswith(">"):
                raise bad(f'can\'t parse entities: Unsupported start tag "{name}"')
            open_tags.append((name, units(shown), piece))
    if open_tags:
        raise bad(
            f"can't parse entities: Can't find end tag corresponding to start tag \"{open_tags[-1][0]}\""
        )
    return shown, [entity for entity in entities if entity["length"]]


def _entity(name: str, tag: str, offset: int, length: int) -> Entity:
    made: Entity = {"type": _TAGS[name], "offset": offset, "length": length}
    if name == "a" and (address := re.search(r"href=[\"']?([^\"'>]+)", tag)):
        made["url"] = unescape(address[1])
    return made
