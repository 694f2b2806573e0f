"""What a form does is done once, however often the form is sent: by a second tap, by loading its answer again, by going back.

Such a form carries a word of its own (`ui.once()`), which stands for the `Idempotency-Key` of the API and like that is the
visitor's own. The same word with the same boxes is the same form; filled in otherwise it is another. A use case that holds itself
to one by a key is given the word instead (`casework.key`).
"""

import hashlib
import json
from collections.abc import Callable
from typing import TypeVar

from flask import request

from backend.idempotency import service as idempotency
from backend.pages import forms
from backend.web.auth import actor, deps

T = TypeVar("T")


def once(make: Callable[[], str]) -> str:
    """The address that the work of this form leads to; sent again it leads there and does nothing."""
    return _carried_out(make, lambda address: address)[1]


def shown_once(make: Callable[[], T]) -> T | None:
    """What the work of this form makes, to be shown on this answer and kept nowhere; None when that was shown before."""
    return _carried_out(make, lambda _: "")[0]


def _carried_out(make: Callable[[], T], address_of: Callable[[T], str]) -> tuple[T | None, str]:
    """What was made now, if anything was, and where it leads. A refusal has made nothing: the form may be sent once more."""
    word = forms.word()
    if word is None:
        made = make()
        return made, address_of(made)
    caller, digest = actor(), _digest()
    owner = f"page:{caller.id} {caller.through or ''}"
    claim = idempotency.begin(deps(), caller, owner=owner, key=digest.hex(), digest=digest)
    if claim.reply is not None:
        forms.spend()
        return None, claim.reply.headers["Location"]
    try:
        made = make()
    except Exception:
        idempotency.abandon(deps(), claim)
        raise
    forms.spend()
    address = address_of(made)
    idempotency.finish(deps(), claim, status=303, headers={"Location": address}, body=b"")
    return made, address


def _digest() -> bytes:
    """SHA-256 over the path and every box, the form's word among them."""
    boxes = [(name, value) for name, value in request.form.items(multi=True) if name != forms.FIELD]
    return hashlib.sha256(json.dumps([request.path, boxes]).encode("utf-8")).digest()
