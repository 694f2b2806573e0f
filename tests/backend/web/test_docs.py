"""The documentation page is made from the document, whole, and asks nothing of any other site."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from backend.web import docs, openapi


def test_every_operation_stands_on_the_page(stranger: FlaskClient) -> None:
    page = stranger.get("/docs").text
    document = stranger.get("/api/v1/openapi.json").json
    for path, item in document["paths"].items():
        for operation in item.values():
            assert f'id="{operation["operationId"]}"' in page, path
    assert page.count('<details class="op"') == sum(len(item) for item in document["paths"].values())


def test_the_pages_ask_nothing_of_other_sites_and_run_nothing(stranger: FlaskClient) -> None:
    for path in ("/docs",):
        page = stranger.get(path).text
        assert "<script" not in page
        assert " style=" not in page
        assert not re.findall(r'(?:src|href)="(?!/|#)', page)
        assert not re.findall(r"\son[a-z]+=", page)
    assert b"url(" not in stranger.get("/docs/style.css").data
    assert b"@import" not in stranger.get("/docs/style.css").data


def test_every_link_leads_somewhere(stranger: FlaskClient) -> None:
    for path in ("/docs",):
        page = stranger.get(path).text
        for target in set(re.findall(r'(?:src|href)="([^"]+)"', page)):
            place, _, anchor = target.partition("#")
            found = stranger.get(place or path)
            assert found.status_code == 200 or place == "/readyz", target
            assert not anchor or f'id="{anchor}"' in found.text, target


def test_a_caller_can_copy_an_example(probe_app: Flask) -> None:
    groups = {group.id: group for group in docs.groups(openapi.of(probe_app))}
    by_id = {operation.id: operation for operation in groups["probe"].operations}
    made = by_id["post_probe"]
    assert 'Bearer \'"$TOKEN"' in made.curl
    assert '-d \'{"name": "伞", "count": 1}\'' in made.curl
    assert made.idempotent
    assert made.access == "市民"
    assert [reason for answer in made.answers for reason, _ in answer.reasons] == [
        "identity.verification_required"
    ]
    assert (
        "-F 'frames=@1.jpg'" in by_id["post_probe_files"].curl
        or "-F frames=@1.jpg" in by_id["post_probe_files"].curl
    )
    assert by_id["get_probe_open"].access == "公开"


def test_the_document_is_made_when_it_is_asked_for_and_once() -> None:
    app, made = Flask("told"), []

    def describe() -> dict[str, Any]:
        made.append(1)
        time.sleep(0.05)
        return {}

    openapi.describe_later(app, describe)
    assert made == []
    with ThreadPoolExecutor(8) as pool:
        told = [*pool.map(lambda _: openapi.of(app), range(8))]
    assert made == [1]
    assert all(one is told[0] for one in told)
