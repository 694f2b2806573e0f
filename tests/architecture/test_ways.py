"""Every path of this site that is named in a template, in a page's code or in a notice's way is a route."""

import ast
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import MapAdapter, RequestRedirect

from backend.pages import ways
from backend.pages.edge import FRAMES, HOMES, SIGN_IN, STEPS
from backend.pages.staff.rooms import CASES, ROOMS
from schemas.notices import NoticeKind
from tests.architecture.test_files import ROOT

PAGES = ROOT / "backend" / "pages"
FILLED = "1"
"""Stands for what is filled in: a number, so that a year may be one."""
ANY = ("GET", "POST")
# The head of a path, to tell whether another begins with it, or what stands outside of this site's routes.
NO_WAYS = frozenset({"/api/", "//", "/\\", "/"})
TAG = re.compile(r"<(a|form|link|img|script|use)\b([^>]*)>")
ATTRIBUTE = re.compile(r'\b(href|action|src|method)="([^"]*)"')
EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
STATEMENT = re.compile(r"\{%.*?%\}", re.DOTALL)
# Not the tail of something, nor what a path is compared with.
LITERAL = re.compile(r"""((?:~|with|suffix)\s*\(?)?(["'])(/[a-z][^"'\s<>]*)\2""")
CHOICE = re.compile(r"(.+?) if .+? else (.+)")


class Named(NamedTuple):
    """A path, where it stands, and by which methods it is meant to be asked for."""

    path: str
    where: str
    methods: tuple[str, ...]


@pytest.fixture(scope="module")
def templates() -> list[Path]:
    found = sorted((PAGES / "templates").rglob("*.html"))
    assert len(found) > 90
    return found


@pytest.fixture
def routes(app: Flask) -> MapAdapter:
    return app.url_map.bind("localhost")


def lost(routes: MapAdapter, named: Iterator[Named] | list[Named]) -> list[Named]:
    return [one for one in named if not any(is_route(routes, one.path, method) for method in one.methods)]


def is_route(routes: MapAdapter, path: str, method: str) -> bool:
    try:
        routes.match(re.split(r"[?#]", path)[0], method)
    except RequestRedirect:
        return True
    except (NotFound, MethodNotAllowed):
        return False
    except HTTPException:
        return False
    return True


def in_tags(template: Path) -> Iterator[Named]:
    """What is asked for by a tag whose path begins in the template itself."""
    text = STATEMENT.sub("", template.read_text(encoding="utf-8"))
    for which in (0, 1):
        for name, inside in TAG.findall(EXPRESSION.sub(partial(said, which=which), text)):
            attributes = dict(ATTRIBUTE.findall(inside))
            path = attributes.get("action") or attributes.get("href") or attributes.get("src") or ""
            if path.startswith("/"):
                sends = name == "form" and attributes.get("method") == "post"
                yield Named(path, template.name, ("POST",) if sends else ("GET",))


def said(found: re.Match[str], which: int) -> str:
    """What an expression within a path comes to: its own texts, and a number for what it is filled with; `which` of two. What
    follows a word at once is a query."""
    inner = found[0][2:-2].strip()
    if found.string[found.start() - 1].isalnum() and inner.isidentifier():
        return ""
    choice = CHOICE.fullmatch(inner)
    parts = (choice[which + 1] if choice else inner).strip("() ").split("~")
    return "".join(part.strip()[1:-1] if part.strip()[:1] in "\"'" else FILLED for part in parts)


def in_expressions(template: Path) -> Iterator[Named]:
    """What a template puts together: `"/objections/" ~ one.id`, lists of addresses and the like."""
    text = template.read_text(encoding="utf-8")
    for expression in (*EXPRESSION.findall(text), *STATEMENT.findall(text)):
        for tail, _, path in LITERAL.findall(expression):
            if not tail:
                yield Named(completed(path), template.name, ANY)


def in_code(module: Path) -> Iterator[Named]:
    """Texts of a module that are paths, with the constants that stand in them."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    known: dict[str, str] = {}
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            text = text_of(node.value, known)
            if text:
                known[node.targets[0].id] = text
    for node in ast.walk(tree):
        text = None if id(node) in parts else text_of(node, known)
        if text and text.startswith("/") and text not in NO_WAYS and not text.startswith(f"/{FILLED}"):
            yield Named(completed(typed(text)), module.name, ANY)


def text_of(node: ast.AST, known: dict[str, str]) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    told = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            told.append(str(part.value))
        elif isinstance(part, ast.FormattedValue):
            name = part.value.id if isinstance(part.value, ast.Name) else ""
            told.append(known.get(name, FILLED))
    return "".join(told)


def typed(text: str) -> str:
    """A rule as one of its paths."""
    one_of = re.sub(r"<any\('([^']+)'[^>]*>", r"\1", text)
    return re.sub(r"<[^>]+>", FILLED, one_of)


def completed(path: str) -> str:
    return path + FILLED if path.endswith("/") and path != "/" else path


def test_what_a_tag_asks_for_is_there(routes: MapAdapter, templates: list[Path]) -> None:
    found = [one for template in templates for one in in_tags(template)]
    assert len(found) > 150
    assert lost(routes, found) == []


def test_what_an_expression_of_a_template_names_is_there(routes: MapAdapter, templates: list[Path]) -> None:
    found = [one for template in templates for one in in_expressions(template)]
    assert len(found) > 40
    assert lost(routes, found) == []


def test_what_the_code_of_a_page_names_is_there(routes: MapAdapter) -> None:
    found = [one for module in sorted(PAGES.rglob("*.py")) for one in in_code(module)]
    assert len(found) > 200
    assert lost(routes, found) == []


def test_where_the_pages_lead_by_themselves_is_there(routes: MapAdapter) -> None:
    told = [*SIGN_IN.values(), *STEPS.values(), *HOMES.values(), *CASES.values()]
    told += [room.address for room in ROOMS]
    assert lost(routes, [Named(path, "rooms", ("GET",)) for path in told]) == []
    assert all((PAGES / "templates" / frame).is_file() for frame in FRAMES.values())


def test_where_a_notice_leads_is_there(routes: MapAdapter) -> None:
    told = [place + FILLED for place, _ in ways._BY_PAYLOAD.values()]
    told += [way.target for way in (*ways._BY_KIND.values(), *ways._BY_FAMILY.values())]
    assert lost(routes, [Named(path, "ways", ("GET",)) for path in told]) == []
    assert {kind.value.partition("_")[0] for kind in NoticeKind} >= set(ways._BY_FAMILY)


def test_a_way_that_leads_nowhere_is_seen(routes: MapAdapter) -> None:
    wrong = [Named("/report/nothing/at/all", "here", ANY), Named("/me", "here", ("POST",))]
    assert lost(routes, wrong) == wrong
