"""The catalogue over HTTP, for everybody."""

import pytest
from flask.testing import FlaskClient

from backend.catalogue import service
from backend.common.actor import Actor
from backend.common.deps import Deps
from tests.support.catalogue import publish


@pytest.fixture
def published(deps: Deps, system_actor: Actor) -> Deps:
    publish(deps, system_actor)
    return deps


def test_anybody_reads_the_catalogue_in_force(web: FlaskClient, published: Deps) -> None:
    answer = web.get("/api/v1/catalogue")
    assert answer.status_code == 200
    body = answer.get_json()
    assert (body["year"], body["version"], len(body["items"])) == (
        2026,
        1,
        len(service.items_by_code(published)),
    )
    assert body["published_at"].endswith("+08:00")
    assert len(body["units"]) >= 25
    assert body["releases"][0]["digest"] == body["digest"]


def test_the_list_is_chosen_from(web: FlaskClient, published: Deps) -> None:
    items = web.get("/api/v1/catalogue?subject_kind=person&nature=adverse&unit=TAX").get_json()["items"]
    assert [item["code"] for item in items] == ["TAX-P-01"]
    assert items[0]["title"] == "税款欠缴信息"
    assert items[0]["query_years"] == 5


def test_a_year_is_read(web: FlaskClient, published: Deps) -> None:
    assert web.get("/api/v1/catalogue/2026").get_json()["year"] == 2026
    missing = web.get("/api/v1/catalogue/2025")
    assert (missing.status_code, missing.get_json()["reason"]) == (404, "catalogue.not_published")


def test_an_item_is_read_as_it_was_worded_in_a_year(web: FlaskClient, published: Deps) -> None:
    answer = web.get("/api/v1/catalogue/items/HRSS-P-03?year=2026")
    assert (answer.status_code, answer.get_json()["year"]) == (200, 2026)


@pytest.mark.parametrize("year", [0, 2**31, 2**63, 10**40])
@pytest.mark.parametrize("path", ["/{}", "/items/HRSS-P-03?year={}"])
def test_a_year_that_cannot_be_one_has_no_catalogue(
    web: FlaskClient, published: Deps, path: str, year: int
) -> None:
    answer = web.get("/api/v1/catalogue" + path.format(year))
    assert (answer.status_code, answer.get_json()["reason"]) == (404, "catalogue.not_published")


def test_an_item_is_read_in_english_with_its_fields_and_legal_grounds(
    web: FlaskClient, published: Deps
) -> None:
    answer = web.get("/api/v1/catalogue/items/HRSS-P-03", headers={"Accept-Language": "en"})
    body = answer.get_json()
    assert body["title"] == "Social insurance contributions unpaid"
    assert body["unit"]["name"].startswith("Shanghai Municipal Human Resources")
    amount = next(field for field in body["fields"] if field["name"] == "unpaid_fen")
    assert (amount["type"], amount["label"], amount["required"]) == ("money_fen", "Amount unpaid", True)
    assert body["basis"][0]["document"].startswith("《")


def test_an_unknown_item_and_an_unknown_filter_are_refused(web: FlaskClient, published: Deps) -> None:
    missing = web.get("/api/v1/catalogue/items/HRSS-P-99")
    assert (missing.status_code, missing.get_json()["reason"]) == (404, "catalogue.unknown_item")
    assert web.get("/api/v1/catalogue?colour=red").status_code == 422
    assert web.get("/api/v1/catalogue?nature=wicked").status_code == 422


def test_nothing_published_yet_is_told(web: FlaskClient) -> None:
    answer = web.get("/api/v1/catalogue")
    assert (answer.status_code, answer.get_json()["reason"]) == (404, "catalogue.not_published")
