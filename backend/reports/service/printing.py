"""The own report as PDF: printed once while what it shows and the proof stay the same, and every download written down."""

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.handles import Ahead
from backend.gateways.printing import Document
from backend.reports import sheet, texts
from backend.reports.model import Printout, Report
from backend.reports.service.drawing import drawn, write_down
from backend.reports.service.sheets import Again, Occasion, Sheet, read_sheet
from schemas.base import said, speaking
from schemas.terms import QueryKind, ReportView

DOWNLOADED_AGAIN = Again("reports.download_again", texts.PRINT_AGAIN_PURPOSE)
_PAGES = Path(__file__).parents[2] / "pages"  # files that pages and the printed report share, not code


def printed(deps: Deps, actor: Actor, ahead: Ahead | None = None) -> Printout:
    """The own report as PDF, in the language of the reader.

    As long as the proof lasts, nothing of the record changed and nobody else looked, it is the report that the page shows
    (`current`), and a repetition has the same bytes; the look is written down each time, before anything leaves. Nothing is
    written down when the printer refuses to begin. Raises what `mine` raises, and what `gateways.printing.Printer` does.
    """
    occasion = _occasion(actor.require_verified(deps.now()))
    found = read_sheet(deps, actor, occasion, ahead)
    kept = _kept(deps, actor, occasion, found)
    if kept is not None:
        return kept
    with deps.printer.turn() as print_document:
        found = read_sheet(deps, actor, occasion, None)  # it may have been a while
        kept = _kept(deps, actor, occasion, found)
        if kept is not None:
            return kept
        report = drawn(deps, actor, occasion, found)
        content = print_document(_document(report))
    printout = Printout(report.report_no, said(texts.FILE_NAME).format(report_no=report.report_no), content)
    if actor.verified_until is not None:
        deps.printouts.keep(_key(found), printout, len(content), until=actor.verified_until)
    return printout


def _occasion(subject_id: str) -> Occasion:
    return Occasion(
        subject_id, ReportView.OWN, texts.PRINT_PURPOSE, form=QueryKind.PDF, again=DOWNLOADED_AGAIN
    )


def _kept(deps: Deps, actor: Actor, occasion: Occasion, found: Sheet) -> Printout | None:
    """The printout that this reader has had of the same, with the look written down."""
    kept: Printout | None = deps.printouts.find(_key(found), deps.now())
    if kept is not None:
        write_down(deps, actor, occasion, found)
    return kept


def _key(found: Sheet) -> tuple[str, str]:
    """The number stands for whose it is, by which proof, and for what it shows."""
    return found.number, speaking()


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
