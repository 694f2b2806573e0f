"""What the pages of objections and restorations share: files that come with a form, and answers for a page or for its script."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response, json, request

from backend.common.errors import Kind, ServiceError
from backend.evidence.model import Upload
from backend.idempotency import errors as repeated
from backend.pages import edge, forms
from backend.pages.edge import go, page, wants_page
from backend.web.auth import actor, deps
from backend.web.bodies import contents
from schemas.base import speaking
from schemas.evidence import FILE_BYTES, MEDIA_TYPES, MOST_FILES

T = TypeVar("T")
About = Callable[[], dict[str, Any]]
"""What a page shows beside its form, read when it is shown and not before: a look is in the log, and a script sees none."""
PART = 30
"""Cases on one page of a list; the open ones among them stand first."""
FILES = {
    "most": MOST_FILES,
    "bytes": FILE_BYTES,
    "types": ",".join((*MEDIA_TYPES, ".pdf", ".jpg", ".jpeg", ".png", ".heic")),
}


def uploads() -> list[Upload]:
    """The files of this form; a field in which nobody chose any brings none."""
    return [Upload(name, content) for name, content in contents(request.files.getlist("evidence"))]


def key(about: str) -> str:
    """The key under which this form is carried out once. A page that came back by the browser's button may be about another
    record by now, so what it is about is part of it."""
    return f"{forms.once()}:{about}"


def done(target: str) -> Response:
    """On to `target`: by itself for a page, by its address for a script, which goes there without reading it twice."""
    return go(target) if wants_page(request) else _told({"go": target}, 200)


def faulty(form: forms.Form, template: str, about: About, **more: Any) -> Response:
    """What was filled in cannot be taken: the form again, or for a script what is wrong with each field."""
    if wants_page(request):
        return page(template, 422, form=form, lost=_had_files(), **about(), **more)
    return _told({"faults": form.faults}, 422)


def is_another(refusal: ServiceError) -> bool:
    """Whether the form had been sent before and was changed since: what it had made stays, and what is on the answer is another
    form with a word of its own."""
    return refusal.reason == repeated.sent_before().reason


def refused(
    refusal: ServiceError, template: str, about: About, *, instead: str | None = None, **more: Any
) -> Response:
    """The form again with what was refused on top and every word kept. A proof of identity that ran out while somebody wrote
    is renewed in another tab and leads back to the form, so that nothing that stands here is lost; a script is told the same,
    and `instead`, the words with which a changed form may be sent at the case that it had opened."""
    if is_another(refusal):
        forms.spend()
        if not wants_page(request):
            more_of = {} if instead is None else {"more": instead}
            said = {"reason": refusal.reason, "message": refusal.text.say(speaking()), "data": refusal.data}
            return _told(said | {"once": forms.once()} | more_of, 409)
    if not wants_page(request):
        raise refusal
    facts = about() | more | {"lost": _had_files()}
    return edge.refused(refusal, template, back_to=facts["back"], **facts)


def _had_files() -> bool:
    """Whether files came with this form: a page cannot put them back into it."""
    return any(file.filename for file in request.files.getlist("evidence"))


def unless_refused(read: Callable[[], T]) -> T | None:
    """What stands beside a form that was refused; None when it may not be seen now, which the refusal has said."""
    try:
        return read()
    except ServiceError as refusal:
        if refusal.kind in (Kind.NOT_FOUND, Kind.FORBIDDEN):
            return None
        raise


def verified() -> bool:
    return actor().is_verified(deps().now())


def _told(facts: dict[str, Any], code: int) -> Response:
    return Response(json.dumps(facts), code, mimetype="application/json")
