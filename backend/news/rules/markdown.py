"""Markdown to HTML that nobody can hurt a reader with: raw HTML stays text, addresses are of few kinds, pictures are our own.

Twice guarded: the renderer makes only what it knows, and what it made is cleaned by another library by a list of its own.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

PUBLIC_PICTURES = "/api/v1/news/pictures/"
NESTING = 20
"""How deep quotes, lists and emphasis are followed; what lies deeper is text."""
KEPT = 64
"""Rendered texts that a process remembers."""
_PICTURE = re.compile(r"picture:([0-9a-z]{1,40})")
_LINK = re.compile(r"(?:https?://|mailto:|tel:|/(?![/\\])|#)[^\s\\]*|picture:[0-9a-z]{1,40}", re.IGNORECASE)
_TAGS = set(
    "p br hr h1 h2 h3 h4 h5 h6 em strong s code pre blockquote ul ol li a img table thead tbody tr th td".split()
)
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto", "tel"}
_RELATION = "noopener noreferrer nofollow"


def render(text: str, pictures: str = PUBLIC_PICTURES) -> str:
    """The HTML of an article; its pictures are fetched from below `pictures`, a path of this service."""
    return _rendered(text, pictures)


def plain(text: str) -> str:
    """What a reader reads, without marks, a paragraph a line: for the search."""
    return _lines(_parser().parse(text))


def lead(text: str) -> str:
    """As `plain`, for summaries: without headings, which are no sentences, unless there is nothing else."""
    tokens = _parser().parse(text)
    before: Iterator[Token | None] = chain((None,), tokens)
    said = [
        one for last, one in zip(before, tokens, strict=False) if not (last and last.type == "heading_open")
    ]
    return _lines(said) or _lines(tokens)


def pictures_of(text: str) -> list[str | None]:
    """The id of every picture in a text, in order; None for one that is not ours."""
    found = []
    for token in _images(_parser().parse(text)):
        own = _PICTURE.fullmatch(str(token.attrGet("src") or ""))
        found.append(own[1] if own else None)
    return found


@lru_cache(maxsize=KEPT)
def _rendered(text: str, pictures: str) -> str:
    made = _parser().render(text, {"pictures": pictures})

    def keep(tag: str, name: str, value: str) -> str | None:
        if (tag, name) == ("img", "src"):
            own = value.startswith(pictures) and re.fullmatch(r"[0-9a-z]{1,40}", value[len(pictures) :])
            return value if own else None
        if (tag, name) == ("a", "href"):
            return value if _LINK.fullmatch(value) else None
        return value

    return nh3.clean(
        made,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=keep,
        url_schemes=_SCHEMES,
        link_rel=_RELATION,
    )


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "maxNesting": NESTING}).enable(["table", "strikethrough"])
    made.validateLink = lambda url: _LINK.fullmatch(url) is not None  # type: ignore[method-assign]  # as its manual says
    made.add_render_rule("image", _image)
    return made


def _image(self: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    """Our own picture by its address, and of any other one what it is said to show."""
    token = tokens[at]
    shows = self.renderInlineAsText(token.children or [], options, env)
    own = _PICTURE.fullmatch(str(token.attrGet("src") or ""))
    if own is None:
        return nh3.clean_text(shows)
    token = Token("image", "img", 0, attrs={"src": env["pictures"] + own[1], "alt": shows} | _title_of(token))
    return str(self.renderToken([token], 0, options, env))


def _title_of(token: Token) -> dict[str, Any]:
    title = token.attrGet("title")
    return {} if title is None else {"title": title}


def _images(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.type == "image":
            yield token
        yield from _images(token.children or [])


def _lines(tokens: Sequence[Token]) -> str:
    return "\n".join(filter(None, map(_said, tokens)))


def _said(token: Token) -> str:
    if token.type in ("fence", "code_block"):
        return token.content.strip()
    return "".join(map(_word, token.children or []))


def _word(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " "
    if token.type == "image":
        return "".join(map(_word, token.children or []))
    return token.content
