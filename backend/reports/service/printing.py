"""The own report as PDF: printed once while what it shows and the proof stay the same, and every download written down."""

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.handles import Ahead
from backend.gateways.printing import Document
from backend.grades import service as grades
from backend.reports import rules, sheet, texts
from backend.reports.model import Printout, Report
from backend.reports.service.drawing import Occasion, Sheet, drawn, read_sheet
from backend.reports.service.looking import is_own
from schemas.base import said, speaking
from schemas.terms import QueryKind, ReportView

_PAGES = Path(__file__).parents[2] / "pages"  # files that pages and the printed report share, not code


def printed(deps: Deps, actor: Actor, ahead: Ahead | None = None) -> Printout:
    """The own report as PDF, in the language of the reader.

    As long as the proof lasts, nothing of the record changed and nobody else looked, a repetition is the same report: the same
    number, the same bytes; the look is written down each time, before anything leaves. Nothing is written down when the printer
    refuses to begin. Raises what `mine` raises, and what `gateways.printing.Printer` does.
    """
    subject_id = actor.require_verified(deps.now())
    found = read_sheet(deps, subject_id, ahead)
    kept = _kept(deps, actor, found)
    if kept is not None:
        return kept
    with deps.printer.turn() as print_document:
        found = read_sheet(deps, subject_id, None)  # it may have been a while
        kept = _kept(deps, actor, found)
        if kept is not None:
            return kept
        report = drawn(deps, actor, _occasion(subject_id), found)
        content = print_document(_document(report))
    printout = Printout(report.report_no, said(texts.FILE_NAME).format(report_no=report.report_no), content)
    if actor.verified_until is not None:
        deps.printouts.keep(_key(deps, actor, found), printout, len(content), until=actor.verified_until)
    return printout


def _occasion(subject_id: str) -> Occasion:
    return Occasion(subject_id, ReportView.OWN, texts.PRINT_PURPOSE, form=QueryKind.PDF)


def _kept(deps: Deps, actor: Actor, found: Sheet) -> Printout | None:
    """The printout that this reader has had of the same, with the look written down."""
    kept: Printout | None = deps.printouts.find(_key(deps, actor, found), deps.now())
    if kept is None:
        return None
    audit.look(
        deps,
        actor,
        "reports.download_again",
        subject_id=found.subject.id,
        purpose=texts.PRINT_AGAIN_PURPOSE,
        scope=texts.WHOLE,
        newest=found.newest,
        again=kept.report_no,
        records=len(found.held),
    )
    return kept


def _key(deps: Deps, actor: Actor, found: Sheet) -> tuple[object, ...]:
    """Whose it is, by which proof, and everything that a report is drawn from except own looks, which are what is being made."""
    today = shanghai_date(deps.now())
    rule_version = grades.active_version(deps)
    others = next((look.id for look in found.newest if not is_own(look)), None)
    shown = rules.state(found.subject, found.held, today, rule_version, others)
    return (found.subject.id, actor.id, actor.session_id, actor.verified_until, speaking(), shown)


def _document(report: Report) -> Document:
    html = (
        _environment()
        .get_template("report/pdf.html")
        .render(
            report=report,
            qr=sheet.qr_code(report.verify_url),
            language="en" if speaking() == "en" else "zh-CN",
        )
    )
    return Document(html, _style())


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_PAGES / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    sheet.furnish(made)
    return made


@lru_cache(maxsize=1)
def _style() -> str:
    return (_PAGES / "printing" / "report.css").read_text(encoding="utf-8")
