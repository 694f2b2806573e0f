"""The boxes of a correction, read into the body that the API takes for it."""

from typing import Any

from flask import request

from backend.pages import forms

WHOLE = ("title", "doc_no", "occurred_on", "ended_on")


def correction_of(beside: tuple[str, ...]) -> dict[str, Any]:
    """What was filled in: an empty box leaves its field as it is, `clear.<name>` takes a field of the content out.

    `kind.<name>` says how the present value is written, so that a number stays a number, and money, typed in yuan, is fen again;
    whether the value is right for the field is the catalogue's to say, not the form's.
    """
    form = request.form
    sent: dict[str, Any] = {name: form[name] for name in (*beside, "remove") if form.get(name)}
    correction: dict[str, Any] = {name: form[name] for name in WHOLE if form.get(name)}
    if form.get("not_ended"):
        correction["not_ended"] = True
    content = {
        name.removeprefix("content."): _value(value, form.get("kind." + name.removeprefix("content."), ""))
        for name, value in form.items()
        if name.startswith("content.") and value
    }
    content |= {name.removeprefix("clear."): None for name in form if name.startswith("clear.")}
    if content:
        correction["content"] = content
    if correction:
        sent["correction"] = correction
    return sent


def _value(text: str, kind: str) -> Any:
    if kind == "money":
        return forms.fen_of(text)
    if kind == "bool":
        return {"true": True, "false": False}.get(text, text)
    if kind == "int" and text.removeprefix("-").isascii() and text.removeprefix("-").isdigit():
        return int(text)
    return text
