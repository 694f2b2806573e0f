from typing import Any

import pytest
from flask.testing import FlaskClient

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.reports import service
from schemas.terms import Audience
from tests.backend.reports.conftest import NAME, Refuse
from tests.support.records import keep, make_record
from tests.support.web import ClientAs
from tests.support.world import Clock

ME = "/api/v1/me"
OWN = [
    ("get", "/report"),
    ("get", "/report/summary"),
    ("get", "/access-log"),
    ("get", "/forgetting-calendar"),
    ("get", "/report-links"),
    ("post", "/report-links"),
    ("delete", "/report-links/x"),
    ("post", "/access-log/x/questions"),
]


def body_of(client: FlaskClient, method: str, path: str, status: int, **more: Any) -> Any:
    answer = getattr(client, method)(path, **more)
    assert answer.status_code == status, answer.text
    return answer.json


@pytest.mark.parametrize(("method", "path"), OWN)
def test_nobody_is_let_in_without_a_token(web: FlaskClient, method: str, path: str) -> None:
    assert body_of(web, method, ME + path, 401)["reason"] == "auth.required"


@pytest.mark.parametrize("path", ["/report", "/forgetting-calendar"])
def test_without_a_fresh_proof_the_way_to_it_is_named(web_as: ClientAs, bound: Actor, path: str) -> None:
    assert body_of(web_as(bound), "get", ME + path, 403)["reason"] == "identity.verification_required"


def test_the_report_has_the_shape_of_the_contract(deps: Deps, web_as: ClientAs, verified: Actor) -> None:
    (kept,) = keep(deps, make_record(subject_id=verified.subject_id))
    report = body_of(web_as(verified), "get", ME + "/report", 200)
    assert report["generated_at"] == "2026-11-21T20:00:00.000+08:00"
    assert report["subject"] == {"name": NAME, "number_masked": "310***********011X", "kind": "person"}
    grade = report["grade"]
    assert (grade["value"], grade["rule_version"], grade["floor"]) == ("fair", "shanghai-2026-1", None)
    (reason,) = grade["reasons"]
    assert (reason["code"], reason["rule"], reason["record_id"]) == (
        "grade.general_recent",
        "general_recent",
        kept.id,
    )
    assert reason["article"] == "《上海市公共信用信息归集和使用管理办法》第十二条、第十七条"
    assert [section["nature"] for section in report["sections"]] == ["basic", "adverse", "other"]
    (record,) = report["sections"][1]["records"]
    assert record["content"] == [
        {"name": "place", "label": "place", "value": "人民广场站", "text": "人民广场站"}
    ]
    assert record["earliest_restoration_on"] == "2025-06-01"
    assert record["query_until"] == "2030-03-02T00:00:00.000+08:00"
    (look,) = report["access_log"]
    assert (look["actor"], look["channel"], look["purpose"]) == ("本人", "api", "本人查询本人信用报告")
    assert (report["access_log_total"], report["free_reports_used"], report["free_reports_right"]) == (
        1,
        1,
        2,
    )
    assert report["annotations"] == []


@pytest.mark.parametrize(
    ("query", "header", "language"),
    [
        ("?lang=en", "zh-CN", "en"),
        ("", "en", "en"),
        ("?lang=zh", "en", "zh"),
        ("?lang=zh-CN", "en", "zh"),
        ("", "", "zh"),
    ],
)
def test_the_report_speaks_the_language_asked_for(
    web_as: ClientAs, verified: Actor, query: str, header: str, language: str
) -> None:
    report = body_of(web_as(verified), "get", f"{ME}/report{query}", 200, headers={"Accept-Language": header})
    expected = {"en": ("Basic information", "You"), "zh": ("基本信息", "本人")}[language]
    assert (report["sections"][0]["label"], report["access_log"][0]["actor"]) == expected


@pytest.mark.parametrize("query", ["?lang=fr", "?language=en", "?lang=zh&x=1"])
def test_an_unknown_query_is_refused(web_as: ClientAs, verified: Actor, query: str) -> None:
    body_of(web_as(verified), "get", f"{ME}/report{query}", 422)


def test_when_the_look_cannot_be_written_the_body_holds_nothing(
    deps: Deps, web_as: ClientAs, verified: Actor, log_refused: Refuse
) -> None:
    (record,) = keep(deps, make_record(subject_id=verified.subject_id, openness="restricted"))
    log_refused()
    for path in ("/report", "/report/summary", "/forgetting-calendar"):
        answer = web_as(verified).get(ME + path)
        assert (answer.status_code, answer.json["reason"]) == (503, "audit.not_written")
        assert int(answer.headers["Retry-After"]) >= 1
        for secret in (record.title, record.id, "人民广场站", NAME, "sections", "total"):
            assert secret not in answer.text


def test_the_summary_holds_counts_and_nothing_else(deps: Deps, web_as: ClientAs, bound: Actor) -> None:
    keep(deps, make_record(subject_id=bound.subject_id))
    answer = web_as(bound).get(ME + "/report/summary")
    assert answer.json["by_nature"] == {"basic": 0, "adverse": 1, "other": 0}
    assert set(answer.json) == {"total", "by_nature", "by_category", "by_openness"}
    assert "逃票" not in answer.text


@pytest.mark.parametrize("prefix", ["/api/v1", ""])
def test_verification_tells_authentic_and_when_and_nothing_else(
    deps: Deps, web: FlaskClient, verified: Actor, prefix: str
) -> None:
    url = service.mine(deps, verified).verify_url.removeprefix(deps.settings.site)
    assert body_of(web, "get", prefix + url, 200) == {
        "authentic": True,
        "generated_at": "2026-11-21T20:00:00.000+08:00",
    }
    wrong = body_of(web, "get", prefix + url + "x", 200)
    assert wrong == {"authentic": False, "generated_at": None}
    assert wrong == body_of(web, "get", f"{prefix}/verify/SH1", 200)


def link_for(client: FlaskClient, audience: str, **more: Any) -> Any:
    body = {"purpose": "应聘入职", "audience": audience, **more}
    return body_of(client, "post", ME + "/report-links", 201, json=body)


def test_a_preview_that_only_asks_for_the_head_uses_up_no_opening(
    web: FlaskClient, web_as: ClientAs, verified: Actor
) -> None:
    own = web_as(verified)
    path = link_for(own, "third_party", max_opens=1)["url"].partition("/r/")[2]
    for code in (path, "nosuchcode"):
        assert web.head(f"/r/{code}").status_code == 200
    assert body_of(web, "get", f"/r/{path}", 200)["view"] == "third_party"


def test_a_link_is_made_listed_opened_and_killed(web: FlaskClient, web_as: ClientAs, verified: Actor) -> None:
    own = web_as(verified)
    link = link_for(own, "third_party", minutes=60, max_opens=2)
    assert link["expires_at"] == "2026-11-21T21:00:00.000+08:00"
    path = link["url"].partition("/r/")[2]
    for address in (f"/r/{path}", f"/api/v1/report-links/{path}"):
        report = body_of(web, "get", address, 200)
        assert (report["view"], report["access_log"], report["subject"]["name"]) == (
            "third_party",
            None,
            "王**",
        )
    assert body_of(web, "get", f"/r/{path}", 404)["reason"] == "reports.link_gone"
    (listed,) = body_of(own, "get", ME + "/report-links", 200)["items"]
    assert (listed["state"], listed["opens"]) == ("used_up", 2)
    assert own.delete(f"{ME}/report-links/{link['id']}").status_code == 204


def test_the_own_link_steps_up(
    web: FlaskClient, web_as: ClientAs, bound: Actor, verified: Actor, other: Actor
) -> None:
    path = link_for(web_as(bound), "self")["url"].partition("/r/")[2]
    assert body_of(web, "get", f"/r/{path}", 401)["reason"] == "auth.required"
    assert body_of(web_as(bound), "get", f"/r/{path}", 403)["reason"] == "identity.verification_required"
    assert body_of(web_as(other), "get", f"/r/{path}", 404)["reason"] == "reports.link_gone"
    assert body_of(web_as(verified), "get", f"/r/{path}?lang=en", 200)["view_label"] == "Own view"


@pytest.mark.parametrize(
    "wrong",
    [
        {"purpose": ""}, {"purpose": "  "}, {"purpose": "长" * 201}, {"purpose": 5}, {"audience": "everybody"},
        {"minutes": 0}, {"minutes": 10_081}, {"minutes": "5"}, {"minutes": 1.5}, {"max_opens": 0}, {"max_opens": 21},
        {"unknown": 1}, {"purpose": None}, {"purpose": f"给{NAME}"},
    ],
    ids=str,
)  # fmt: skip
def test_a_link_that_cannot_be_is_refused_and_nothing_is_kept(
    deps: Deps, web_as: ClientAs, verified: Actor, wrong: dict[str, Any]
) -> None:
    body = {"purpose": "应聘入职", "audience": "third_party", **wrong}
    body_of(web_as(verified), "post", ME + "/report-links", 422, json=body)
    assert deps.db["report_links"].count_documents({}) == 0


def test_the_looks_of_others_alone(deps: Deps, web_as: ClientAs, verified: Actor, other: Actor) -> None:
    link = service.make_link(deps, verified, purpose="租房", audience=Audience.THIRD_PARTY)
    for _ in range(2):
        service.open_link(deps, other, code=link.url.rpartition("/")[2])
        service.summary(deps, verified)
    client = web_as(verified)
    page = body_of(client, "get", ME + "/access-log?others=true&limit=1", 200)
    rest = body_of(client, "get", f"{ME}/access-log?others=true&cursor={page['next_cursor']}", 200)
    assert [look["own"] for look in (*page["items"], *rest["items"])] == [False, False]
    assert rest["next_cursor"] is None
    for every in ("", "?others=false"):
        assert len(body_of(client, "get", f"{ME}/access-log{every}", 200)["items"]) == 4
    for wrong in ("others=1", "others=yes", "others=", "other=true"):
        body_of(client, "get", f"{ME}/access-log?{wrong}", 422)


def test_the_access_log_is_paged_and_own(deps: Deps, web_as: ClientAs, bound: Actor, other: Actor) -> None:
    client = web_as(bound)
    for _ in range(3):
        client.get(ME + "/report/summary")
    page = body_of(client, "get", ME + "/access-log?limit=2", 200)
    assert len(page["items"]) == 2
    rest = body_of(client, "get", f"{ME}/access-log?limit=2&cursor={page['next_cursor']}", 200)
    assert (len(rest["items"]), rest["next_cursor"]) == (1, None)
    stolen = f"{ME}/access-log?cursor={page['next_cursor']}"
    assert body_of(web_as(other), "get", stolen, 422)["reason"] == "list.bad_cursor"
    assert set(page["items"][0]) >= {"id", "at", "actor", "unit", "role", "channel", "purpose", "scope"}


def test_a_question_about_a_line_is_taken(web_as: ClientAs, bound: Actor, other: Actor) -> None:
    client = web_as(bound)
    client.get(ME + "/report/summary")
    (look,) = body_of(client, "get", ME + "/access-log", 200)["items"]
    path, body = f"{ME}/access-log/{look['id']}/questions", {"statement": "这不是我"}
    first = body_of(client, "post", path, 201, json=body)
    assert first["state"] == "open"
    masked = first | {"statement": None}
    assert body_of(client, "post", path, 201, json=body) == masked
    assert body_of(web_as(other), "post", path, 404, json=body)["reason"] == "reports.entry_not_found"
    body_of(client, "post", path, 422, json={"statement": ""})
    assert body_of(client, "post", path, 201) == masked
    body_of(client, "post", path, 422, json=body | {"end_sessions": "yes"})


def test_the_calendar_lists_the_windows(deps: Deps, web_as: ClientAs, verified: Actor) -> None:
    keep(deps, make_record(subject_id=verified.subject_id))
    calendar = body_of(web_as(verified), "get", ME + "/forgetting-calendar", 200)
    assert calendar["next_cursor"] is None
    (line,) = calendar["items"]
    assert line["query_until"] == line["next_at"] == "2030-03-02T00:00:00.000+08:00"
    assert line["earliest_restoration_on"] == "2025-06-01"
    assert line["article"] == "《上海市社会信用条例》第三十五条"


def test_a_proof_that_ran_out_ends_the_view(web_as: ClientAs, verified: Actor, clock: Clock) -> None:
    client = web_as(verified)
    body_of(client, "get", ME + "/report", 200)
    clock.advance(minutes=10)
    body_of(client, "get", ME + "/report", 403)
