"""The documentation page is made from the document, whole, and asks nothing of any other site."""

import re

from flask import Flask
from flask.testing import FlaskClient

from backend.web import docs


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
    groups = {group.id: group for group in docs.groups(probe_app.extensions["openapi"])}
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
