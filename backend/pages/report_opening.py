"""What strangers and owners find behind the short addresses: a report link, and the verification of a report.

Programs get at the same addresses what the API says (docs/adr/0036).
"""

import re
from urllib.parse import quote

from flask import Response, request
from werkzeug.exceptions import NotFound

from backend.common.ids import new_id
from backend.pages import cookies, forms
from backend.pages import report as own_page
from backend.pages.edge import go, page
from backend.pages.words import t
from backend.reports import service, sheet
from backend.web.auth import actor, address, deps
from backend.web.downloads import POLICY
from backend.web.pages import Pages
from schemas.terms import ReportView

blp = Pages("report_opening", __name__)

NUMBER_LENGTH = CODE_LENGTH = 64
PICTURE_S = 24 * 3600
"""The picture of an address never changes; a browser that has it asks no more."""
NUMBER, CODE = re.compile(r"[A-Z0-9-]{10,40}"), re.compile(r"[0-9a-z]{16}")


@blp.face("report_addresses.OpenedLink")
def link(code: str) -> Response:
    """What the link opens and how often; nothing is counted before somebody taps. A link for oneself leads to signing in and the
    proof first, and back."""
    return page("report/link.html", link=service.standing(deps(), actor(), code=code), link_code=code)


@blp.post("/r/<code>")
def open_link(code: str) -> Response:
    """The same form sent again by the same browser opens nothing anew."""
    drawn = service.open_from_page(deps(), actor(), code=code, word=_word())
    if drawn is None:
        return go("/report")
    if drawn.view is ReportView.OWN:
        return own_page.shown(drawn, by_link=True)
    return page("report/shared.html", report=drawn)


@blp.get("/verify")
def verification() -> Response:
    number, code = _typed("number", NUMBER_LENGTH), _typed("code", CODE_LENGTH)
    if number and code:
        return go(f"/verify/{quote(number, safe='')}?code={quote(code, safe='')}")
    return _half_typed(number, code)


@blp.face("report_addresses.Verified")
def verified(report_no: str) -> Response:
    code = _typed("code", CODE_LENGTH)
    number = report_no[:NUMBER_LENGTH]
    if not code:
        return _half_typed(number, code)
    found = service.verify(deps(), report_no=number, code=code, address=address())
    return page("report/verify.html", form=forms.Form(typed={"number": number}), number=number, found=found)


@blp.get("/verify/<report_no>/qr.svg")
def verification_picture(report_no: str) -> Response:
    """The QR code of this very address without the last part; whatever is asked, it leads to this site only."""
    code = _typed("code", CODE_LENGTH)
    if not NUMBER.fullmatch(report_no) or not CODE.fullmatch(code):
        raise NotFound
    drawn = sheet.qr_picture(f"{deps().settings.site}/verify/{report_no}?code={code}")
    kept = {"Content-Security-Policy": POLICY, "Cache-Control": f"private, max-age={PICTURE_S}, immutable"}
    return Response(drawn, mimetype="image/svg+xml", headers=kept)


def _word() -> str:
    """By what a form is known again, and only from the browser that it was made for."""
    return f"{request.cookies.get(cookies.FORM, '')}\0{forms.word() or new_id()}"


def _half_typed(number: str, code: str) -> Response:
    """The form; where only one of the two was given, with what is still wanted."""
    form = forms.Form(typed={"number": number, "code": code})
    if number and not code:
        form.faults["code"] = t("请再填写校验码", "Please give the code as well")
    elif code and not number:
        form.faults["number"] = t("请再填写报告编号", "Please give the report number as well")
    return page("report/verify.html", 200 if form.ok else 422, form=form, found=None)


def _typed(name: str, longest: int) -> str:
    return request.args.get(name, "")[:longest].strip()
