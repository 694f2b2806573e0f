"""The feed, as RFC 4287 wants it. Ids are made from ours alone and stay the same wherever the service stands."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as ET

from schemas.base import beijing

NAMESPACE = "http://www.w3.org/2005/Atom"
ID = "urn:x-credit-shanghai:news"
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Entry:
    """An article as the feed tells it; `language` is that of its words, `category` its term and label."""

    id: str
    language: str
    title: str
    summary: str
    category: tuple[str, str]
    url: str
    picture_url: str | None
    published_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Feed:
    """What stands over the entries; `about` tells one feed from another (language, category)."""

    about: str
    language: str
    title: str
    author: str
    own_url: str
    site_url: str
    updated_at: datetime


def feed(head: Feed, entries: Sequence[Entry]) -> bytes:
    """The document, UTF-8 with its declaration."""
    root = ET.Element("feed", {"xmlns": NAMESPACE, "xml:lang": head.language})
    _put(root, "id", f"{ID}:{head.about}")
    _put(root, "title", head.title)
    _put(root, "updated", beijing(head.updated_at))
    _put(ET.SubElement(root, "author"), "name", head.author)
    ET.SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": head.own_url})
    ET.SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": head.site_url})
    for entry in entries:
        _add(root, entry)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _add(root: ET.Element, entry: Entry) -> None:
    made = ET.SubElement(root, "entry", {"xml:lang": entry.language})
    _put(made, "id", f"{ID}:{entry.id}")
    _put(made, "title", entry.title)
    _put(made, "published", beijing(entry.published_at))
    _put(made, "updated", beijing(entry.updated_at))
    _put(made, "summary", entry.summary)
    term, label = entry.category
    ET.SubElement(made, "category", {"term": term, "label": label})
    ET.SubElement(made, "link", {"rel": "alternate", "type": "text/html", "href": entry.url})
    if entry.picture_url is not None:
        enclosed = {"rel": "enclosure", "type": "image/jpeg", "href": entry.picture_url}
        ET.SubElement(made, "link", enclosed)


def _put(parent: ET.Element, name: str, text: str) -> None:
    """Text only, never markup; what XML cannot hold is left out."""
    ET.SubElement(parent, name).text = _NO_XML.sub("", text)
