"""What is wrong with a form, told twice: at each box, and on top with a link to it, under the name that the page gives the box.

The names stand in the templates, each beside its box, so the page is drawn first and its summary is put together from it.
"""

import re

from markupsafe import Markup, escape

from backend.common.errors import ServiceError
from backend.pages.forms import Form
from schemas.base import said, speaking
from schemas.text import Text

SUMMARY = Markup("<ul data-boxes></ul>")
"""Where a template wants the list; `told` fills it or takes it out."""
# Refusals that are about what stands in one box and do not name it themselves (`data.errors`, `data.field`).
BOX_OF = {
    "accounts.invalid_phone": "phone",
    "auth.wrong_code": "code",
    "identity.invalid_number": "id_number",
    "identity.under_age": "id_number",
    "identity.no_such_person": "id_number",
    "identity.invalid_name": "name",
    "identity.window_code_wrong": "code",
    "identity.window_code_used": "code",
    "identity.window_code_expired": "code",
    "reports.purpose_personal": "purpose",
    "orders.number_taken": "order_no",
    "records.doc_no_taken": "doc_no",
    "operations.wrong_year": "year",
    "audit.bad_period": "until",
    "news.bad_time": "publish_at",
    "objections.nothing_added": "note",
}
_FAULT = re.compile(r'<p class="fault" id="e-([^"]+)">([^<]*)</p>')
_LEGEND = re.compile(r"<legend>(.*?)</legend>", re.DOTALL)
_OPTIONAL = re.compile(r'<span class="soft small">.*?</span>', re.DOTALL)


def of(refusal: ServiceError) -> dict[str, Text]:
    """The boxes that a refusal is about, each with its sentence; none where it is about the whole."""
    facts = refusal.data or {}
    found = {one["field"]: Text(one["zh"], one["en"]) for one in facts.get("errors", ()) if "zh" in one}
    name = BOX_OF.get(refusal.reason) or facts.get("field")
    if not found and isinstance(name, str):
        found[name] = refusal.text
    return found


def mark(form: Form, refusal: ServiceError) -> None:
    """Put down at the boxes of a form what was refused about them."""
    for name, text in of(refusal).items():
        content = f"content.{name}"
        whole, first = content if content in form.typed else name, name.partition(".")[0]
        form.faults.setdefault(whole if whole in form.typed else first, said(text))


def told(html: str, form: Form | None, refusal: ServiceError | None) -> str:
    """The page with its summary filled in, and with the names of boxes as the page gives them where a sentence has the name of
    the field."""
    if SUMMARY not in html:
        return html
    lines: list[Markup] = []
    shown: set[str] = set()

    def named(found: re.Match[str]) -> str:
        box, sentence = found.groups()
        label = _label(html, box, found.start())
        sentence = sentence.replace(f"“{_field(box)}”", f"“{label}”")
        shown.add(found.group(2))
        target = f"f-{box}" if f'id="f-{box}"' in html else f"e-{box}"
        between = ": " if speaking() == "en" else "："
        line = Markup('<li><a href="#{}">{}</a>{}{}</li>')
        lines.append(line.format(Markup(target), Markup(label), between, Markup(sentence)))  # noqa: S704  # cut out of our own page, escaped
        return f'<p class="fault" id="e-{box}">{sentence}</p>'

    html = _FAULT.sub(named, html)
    whole = of(refusal).values() if refusal else ()
    left = list(form.faults.values()) if form else [said(one) for one in whole]
    lines += [
        Markup("<li>{}</li>").format(one) for one in dict.fromkeys(left) if str(escape(one)) not in shown
    ]
    summary = Markup("<ul>{}</ul>").format(Markup("").join(lines)) if lines else ""
    return html.replace(SUMMARY, summary, 1).replace(SUMMARY, "")


def _field(box: str) -> str:
    return box.rpartition(".")[2].rpartition("-")[2]


def _label(html: str, box: str, before: int) -> str:
    """What stands on the box; on one of a group, what stands on the group."""
    found = re.search(rf'<label for="f-{re.escape(box)}">(.*?)</label>', html, re.DOTALL)
    if found is None:
        legends = list(_LEGEND.finditer(html, 0, before))
        found = legends[-1] if legends else None
    if found is None:
        return ""
    plain = re.sub(r"<[^>]+>", "", _OPTIONAL.sub("", found[1]))
    return " ".join(plain.split()).rstrip("：:")
