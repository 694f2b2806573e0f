"""The report as PDF: what it says, when it is the same again, and what is written down before it leaves."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from backend import bootstrap
from backend.app import use
from backend.common import mongo
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.keeping import Kept
from backend.gateways.printing import Limits, ProcessPrinter
from backend.records.model import Mark
from backend.reports import service, sheet
from backend.reports.model import Printout, Verification
from backend.reports.words import WORDS
from schemas.base import SPEAKING
from schemas.terms import Audience, Nature, Openness, RecordMark
from tests.backend.reports.conftest import NAME, Refuse, citizen, proved
from tests.support.pdfs import opened, tags, text
from tests.support.records import keep, keep_subject, make_record
from tests.support.refusals import refused
from tests.support.web import ClientAs
from tests.support.world import START, Clock

PDF = "/api/v1/me/report.pdf"
JSON = "/api/v1/me/report"


@pytest.fixture
def english() -> Iterator[None]:
    SPEAKING.set("en")
    yield
    SPEAKING.set("zh")


def reader(printout: Printout) -> Any:
    return opened(printout.content)


@dataclass(frozen=True)
class Sheets:
    """A report of several pages, and what is said to whoever asks whether it is authentic."""

    printout: Printout
    found: Verification
    site: str


@pytest.fixture(scope="module")
def sheets(emptied: Callable[[], Deps]) -> Sheets:
    """Printed once for all tests that only read what was printed."""
    deps = emptied()
    someone = proved(deps, citizen(deps, keep_subject(deps, name=NAME, number="31019919610804011X")))
    keep(deps, *(make_record(subject_id=someone.subject_id) for _ in range(14)))
    printout = service.printed(deps, someone)
    number, code = printed_address(printout).rpartition("/")[2].split("?code=")
    found = service.verify(deps, report_no=number, code=code, address=None)
    return Sheets(printout, found, deps.settings.site)


def printed_address(printout: Printout) -> str:
    links = {
        note.get_object()["/A"]["/URI"]
        for page in reader(printout).pages
        for note in page.get("/Annots", [])
        if "/A" in note.get_object()
    }
    (url,) = links
    return str(url)


def looks(deps: Deps) -> list[Any]:
    return list(deps.db["audit_log"].find({"look": True}, sort=[("seq", 1)]))


def test_it_needs_a_fresh_proof_of_identity(deps: Deps, bound: Actor, verified: Actor, clock: Clock) -> None:
    refused("identity.verification_required", service.printed, deps, bound)
    refused("identity.verification_required", service.printed, deps, replace(verified, subject_id=None))
    clock.advance(minutes=10)
    refused("identity.verification_required", service.printed, deps, verified)
    assert looks(deps) == []


def test_it_says_what_the_report_says(deps: Deps, verified: Actor) -> None:
    (record,) = keep(
        deps,
        make_record(
            subject_id=verified.subject_id,
            marks=(Mark(RecordMark.CONTESTED, START - timedelta(days=1)),),
            public_until=START + timedelta(days=40),
        ),
    )
    said = text(service.printed(deps, verified).content)
    for word in (
        NAME, "310***********011X", record.title, record.id, record.doc_no, record.unit_code, "人民广场站",
        "2025年3月1日", "批次b1，第2行", "授权查询", "一般", "异议处理中", "2030年3月1日24:00", "2026年12月31日24:00",
        "《上海市社会信用条例》第三十五条", "本人下载本人信用报告", "本年度已获取报告1次", "不是征信机构出具的信用报告",
    ):  # fmt: skip
        assert word in said


def plain(printout: Printout) -> str:
    """The words with the ends of their lines."""
    return "\n".join(page.extract_text() for page in reader(printout).pages)


def test_it_can_be_verified_by_the_address_that_it_shows(sheets: Sheets) -> None:
    url = printed_address(sheets.printout)
    number, code = url.rpartition("/")[2].split("?code=")
    assert (number, url.startswith(sheets.site)) == (sheets.printout.report_no, True)
    assert re.sub(r"\s", "", url) in text(sheets.printout.content)
    assert re.search(rf"校验码\s*{re.escape(code)}\s", plain(sheets.printout)) is not None
    assert (sheets.found.authentic, sheets.found.generated_at) == (True, START)


def test_every_page_has_the_number_and_its_place(sheets: Sheets) -> None:
    pages = reader(sheets.printout).pages
    assert len(pages) >= 3
    for number, page in enumerate(pages, 1):
        said = re.sub(r"\s", "", page.extract_text())
        assert f"报告编号{sheets.printout.report_no}" in said
        assert f"第{number}页/共{len(pages)}页" in said
        assert "生成时间2026年11月21日20:00" in said


def test_a_table_that_goes_on_repeats_its_head(sheets: Sheets) -> None:
    pages = [re.sub(r"\s", "", page.extract_text()) for page in reader(sheets.printout).pages]
    assert sum("序号信息提供单位发生日期可查询至" in page for page in pages) >= 2


def test_it_is_tagged_titled_and_in_its_language(sheets: Sheets) -> None:
    printout = sheets.printout
    made = reader(printout)
    root = made.trailer["/Root"]
    assert root["/Lang"] == "zh-CN"
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712  # pypdf's own kind of boolean
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712  # as above
    assert made.metadata.creation_date == START
    assert made.metadata.title == f"上海市公共信用信息报告 {printout.report_no}"
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_data()
    elements = list(tags(made))
    kinds = {tag["/S"] for tag in elements}
    assert kinds >= {
        "/Document",
        "/H1",
        "/H2",
        "/H3",
        "/Sect",
        "/Art",
        "/Table",
        "/THead",
        "/TH",
        "/TD",
        "/L",
        "/LI",
        "/Link",
    }
    assert [tag["/Alt"] for tag in elements if tag["/S"] == "/Figure"] == [WORDS.qr.zh]


def test_its_fonts_are_embedded_and_only_what_is_used_of_them(sheets: Sheets) -> None:
    printout = sheets.printout
    for page in reader(printout).pages:
        for font in page["/Resources"]["/Font"].values():
            found = font.get_object()
            assert re.match(r"/[A-Z]{6}\+Noto-Sans-CJK-SC", found["/BaseFont"])
            described = found["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert "/FontFile3" in described
    assert len(printout.content) < 600_000


def test_a_rare_name_is_printed_and_can_be_taken_out_again(deps: Deps, verified: Actor) -> None:
    rare = keep_subject(deps, name="欧阳䶮𠮷", number="310101199001010053")
    assert "欧阳䶮𠮷" in text(service.printed(deps, replace(verified, subject_id=rare.id)).content)


@pytest.mark.usefixtures("english")
def test_it_speaks_english_to_who_wants_that(deps: Deps, verified: Actor) -> None:
    keep(deps, make_record(subject_id=verified.subject_id))
    printout = service.printed(deps, verified)
    said = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader(printout).pages))
    assert "Shanghai Public Credit Information Report" in said
    assert "the end of 1 Mar 2030" in said
    assert "Page 1 of" in said
    assert re.search(r"Verification code [\w-]{16} Scan", said) is not None
    assert reader(printout).trailer["/Root"]["/Lang"] == "en"
    assert printout.name == f"shanghai-credit-report-{printout.report_no}.pdf"


def test_words_of_a_record_are_words_and_no_markup(deps: Deps, verified: Actor) -> None:
    hostile = "<link rel=attachment href='file:///etc/hostname'><img src='file:///etc/hostname'>{{ 7*7 }}<style>@import url(file:///etc/hostname)"
    keep(
        deps,
        make_record(subject_id=verified.subject_id, title=hostile, content={"<b>": "<script>1</script>"}),
    )
    printout = service.printed(deps, verified)
    assert reader(printout).attachments == {}
    assert re.sub(r"\s", "", hostile) in text(printout.content)
    assert "<script>1</script>" in text(printout.content)


def test_the_same_again_is_the_same_report_and_a_look_of_its_own_without_which_nothing_leaves(
    deps: Deps, verified: Actor, clock: Clock, log_refused: Refuse
) -> None:
    keep(deps, make_record(subject_id=verified.subject_id))
    first = service.printed(deps, verified)
    clock.advance(minutes=1)
    assert service.printed(deps, verified) == first
    one, again = looks(deps)
    assert (one["action"], again["action"]) == ("reports.read", "reports.download_again")
    assert one["details"]["report_no"] == again["details"]["again"] == first.report_no
    assert service.mine(deps, verified).free_reports_used == 2  # the PDF and this one
    log_refused()
    refused("audit.not_written", service.printed, deps, verified)  # although it lies ready
    refused("audit.not_written", service.printed, deps, replace(verified, session_id="s-2"))


def test_whatever_changes_and_another_proof_or_session_make_another_report(
    deps: Deps, verified: Actor, clock: Clock
) -> None:
    """One change after the other, so that each report is printed once: it is the one before the next change too."""
    (kept,) = keep(deps, make_record(subject_id=verified.subject_id))

    def change(by: dict[str, Any]) -> None:
        deps.db["records"].update_one({"_id": kept.id}, {"$set": by})

    mark = {"kind": "contested", "since": START, "case_id": None, "statement": None}
    changes: list[Callable[[], Any]] = [
        lambda: keep(deps, make_record(subject_id=verified.subject_id)),
        lambda: change({"marks": [mark]}),
        lambda: change({"digest": b"e" * 16, "title": "更正后的标题"}),
        lambda: change({"suspended_at": START}),
    ]
    numbers = [service.printed(deps, verified).report_no]
    for make in changes:
        make()
        numbers.append(service.printed(deps, verified).report_no)
    later = replace(verified, verified_until=START + timedelta(minutes=11))
    numbers += [service.printed(deps, one).report_no for one in (replace(verified, session_id="s-2"), later)]
    clock.advance(hours=3, minutes=55)
    late = replace(verified, verified_until=clock.instant + timedelta(minutes=10))
    numbers.append(service.printed(deps, late).report_no)
    clock.advance(minutes=6)  # and with it the day
    numbers.append(service.printed(deps, late).report_no)
    assert len(set(numbers)) == len(numbers) == 9


def test_in_another_language_and_by_another_process_it_is_the_same_report_on_other_paper(
    deps: Deps, verified: Actor, clock: Clock
) -> None:
    chinese = service.printed(deps, verified)
    clock.advance(minutes=1)
    beside = replace(deps, printouts=Kept(bootstrap.PRINTOUT_BYTES))
    anew = service.printed(beside, verified)
    assert (anew.report_no, anew.name) == (chinese.report_no, chinese.name)
    assert service.printed(beside, verified) == anew
    SPEAKING.set("en")
    try:
        english = service.printed(deps, verified)
    finally:
        SPEAKING.set("zh")
    assert english.report_no == chinese.report_no
    assert reader(english).trailer["/Root"]["/Lang"] == "en"
    assert reader(english).metadata.creation_date == START
    assert [line["action"] for line in looks(deps)] == ["reports.read", *["reports.download_again"] * 3]


def test_somebody_elses_look_makes_another_report_that_shows_it(
    deps: Deps, verified: Actor, other: Actor
) -> None:
    first = service.printed(deps, verified)
    link = service.make_link(
        deps, verified, purpose="应聘入职", audience=Audience.THIRD_PARTY, minutes=None, max_opens=None
    )
    assert service.printed(deps, verified).report_no == first.report_no
    service.open_link(deps, other, code=link.url.rpartition("/")[2])
    second = service.printed(deps, verified)
    assert second.report_no != first.report_no
    assert "持您所给报告链接的人" in text(second.content)


def test_nobody_gets_anothers(deps: Deps, verified: Actor, other: Actor) -> None:
    keep(deps, make_record(subject_id=verified.subject_id, title="只属于一个人"))
    service.printed(deps, verified)
    theirs = text(service.printed(deps, other).content)
    assert "只属于一个人" not in theirs
    assert NAME not in theirs


def test_a_printout_is_in_memory_alone_and_only_while_the_proof_lasts(
    deps: Deps, verified: Actor, clock: Clock, tmp_path: Path
) -> None:
    printout = service.printed(deps, verified)
    assert deps.printouts.weight == len(printout.content)
    clock.advance(minutes=10)
    deps.printouts.find("anything", clock())
    assert deps.printouts.weight == 0
    held = [path for path in tmp_path.rglob("*") if path.is_file() and b"%PDF" in path.read_bytes()]
    assert held == []
    for name in deps.db.list_collection_names():
        assert not any(b"%PDF" in value for found in deps.db[name].find() for value in _bytes(found))


def test_a_busy_or_missing_printer_is_told_before_anything_is_written_down(
    deps: Deps, verified: Actor
) -> None:
    with closing(ProcessPrinter(Limits(waiting=0))) as printer, printer.turn():
        refused("printing.busy", service.printed, replace(deps, printer=printer), verified)
    assert looks(deps) == []


def test_a_page_can_show_the_same_body(deps: Deps, app: Flask, verified: Actor) -> None:
    (record,) = keep(deps, make_record(subject_id=verified.subject_id))
    report = service.mine(deps, verified)
    environment = app.jinja_env.overlay()
    sheet.furnish(environment)
    body: Any = environment.get_template("report/_body.html").module
    with app.test_request_context():
        shown = body.body(report, sheet.qr_code(report.verify_url))
    assert f'<article class="record" id="record-{record.id}" aria-labelledby="title-{record.id}">' in shown
    assert "《上海市社会信用条例》第三十五条" in shown


# Over HTTP


def test_nobody_gets_it_without_a_token_or_a_fresh_proof(web_as: ClientAs, app: Flask, bound: Actor) -> None:
    assert app.test_client().get(PDF).json["reason"] == "auth.required"
    for path in (PDF, JSON):
        answer = web_as(bound).get(path)
        assert (answer.status_code, answer.json["reason"]) == (403, "identity.verification_required")


def test_it_is_sent_as_a_file_that_nobody_keeps(web_as: ClientAs, verified: Actor) -> None:
    answer = web_as(verified).get(PDF)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    number = opened(answer.data).metadata.title.rpartition(" ")[2]
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"file.pdf\"; filename*=UTF-8''"
        f"%E4%B8%8A%E6%B5%B7%E5%B8%82%E5%85%AC%E5%85%B1%E4%BF%A1%E7%94%A8%E4%BF%A1%E6%81%AF%E6%8A%A5%E5%91%8A-{number}.pdf"
    )
    english = web_as(verified).get(f"{PDF}?lang=en")
    assert opened(english.data).trailer["/Root"]["/Lang"] == "en"
    assert "shanghai-credit-report-SH" in english.headers["Content-Disposition"]
    assert web_as(verified).get(f"{PDF}?lang=fr").status_code == 422


def test_it_holds_the_same_records_and_words_as_the_json(
    deps: Deps, web_as: ClientAs, verified: Actor
) -> None:
    me = verified.subject_id
    keep(
        deps,
        make_record(
            subject_id=me,
            title="公开的处罚",
            openness=Openness.PUBLIC,
            public_until=START + timedelta(days=9),
        ),
        make_record(subject_id=me, title="公示已满的处罚", openness=Openness.PUBLIC, public_until=START),
        make_record(subject_id=me, title="限制查询的记录", nature=Nature.BASIC),
        make_record(subject_id=me, title="志愿服务", nature=Nature.OTHER, ended_on=None),
        make_record(subject_id=me, title="被暂停的记录", suspended_at=START),
        make_record(subject_id=me, title="期限一到就暂停", suspends_at=START),
        make_record(subject_id=me, title="已隐藏的记录", hidden_at=START),
        make_record(subject_id=me, title="已过查询期限", query_until=START, ended_on=date(2021, 11, 20)),
    )
    said = text(web_as(verified).get(PDF).data)
    report = web_as(verified).get(JSON).json
    shown = [record for section in report["sections"] for record in section["records"]]
    assert {record["title"] for record in shown} == {
        "公开的处罚",
        "公示已满的处罚",
        "限制查询的记录",
        "志愿服务",
    }
    kept_ids = {found["_id"] for found in deps.db["records"].find()}
    assert {one for one in kept_ids if one in said} == {record["id"] for record in shown}
    for record in shown:
        for name in ("title", "item_title", "category_label", "openness_label", "doc_no"):
            assert record[name] in said
        assert record["unit"]["name"] in said
        for detail in record["content"]:
            assert detail["label"] + detail["text"] in said
    for title in ("被暂停的记录", "期限一到就暂停", "已隐藏的记录", "已过查询期限"):
        assert title not in said
    for reason in report["grade"]["reasons"]:
        assert re.sub(r"\s", "", reason["text"]) in said
    assert report["grade"]["value_label"] in said
    for notice in report["notices"]:
        assert re.sub(r"\s", "", notice) in said


def test_without_its_libraries_only_the_pdf_is_missing(
    deps: Deps, app: Flask, web_as: ClientAs, verified: Actor, tmp_path: Path
) -> None:
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load library libpango-1.0-0')\n")
    with closing(ProcessPrinter(environ={"PYTHONPATH": str(tmp_path)})) as printer:
        use(app, replace(deps, printer=printer))
        answer = web_as(verified).get(PDF)
        assert (answer.status_code, answer.json["reason"]) == (503, "printing.not_installed")
        assert answer.headers["Retry-After"]
        assert web_as(verified).get(JSON).status_code == 200
        assert "printer" not in app.test_client().get("/readyz").text
    (only,) = looks(deps)
    assert only["action"] == "reports.read"


def test_without_the_database_it_says_so(deps: Deps, app: Flask, web_as: ClientAs, verified: Actor) -> None:
    with _no_database() as client:
        away = replace(deps, client=client, db=client["away"])
        use(app, away)
        answer = web_as(verified).get(PDF)
    assert answer.status_code == 503
    assert b"%PDF" not in answer.data


@contextmanager
def _no_database() -> Iterator[mongo.Client]:
    with mongo.connect("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100") as client:
        yield client


def _bytes(value: Any) -> Iterator[bytes]:
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _bytes(one)
    elif isinstance(value, list):
        for one in value:
            yield from _bytes(one)
