"""What there is most of on the page of a report, its records as cards above all, written straight.

A page has dozens of them, and three quarters of its text: a template takes four times as long over that (docs/performance.md).
On paper they are laid out by the template itself (`templates/report/_body.html`). Whatever is not a word of ours is escaped here.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from markupsafe import Markup, escape

from backend.records.service import ShownMark, ShownRecord
from backend.reports.laying import laid_out, marked, moment, pairs
from backend.reports.model import Look
from backend.reports.words import WORDS
from schemas.base import said, speaking
from schemas.terms import Nature
from schemas.text import Text

_OURS = tuple(
    {name: str(escape(text[half])) for name, text in vars(WORDS).items() if isinstance(text, Text)}
    for half in (0, 1)
)
"""Our words, escaped once."""


def as_cards(records: Iterable[ShownRecord], numbers: Mapping[str, int], owner: str | None) -> Markup:
    """One card a record. `owner`: the form code of the subject, who may object and withdraw; nothing for anybody else."""
    ours, form = _OURS[speaking() == "en"], owner and safe(owner)
    return Markup("".join([_card(one, numbers[one.id], ours, form) for one in records]))  # noqa: S704  # escaped below


def _card(one: ShownRecord, number: int, ours: Mapping[str, str], form: str | None) -> str:
    laid, id_ = laid_out(one), safe(one.id)
    marks = "".join([_mark(mark, ours) for mark in one.marks])
    kinds = "".join(
        [
            f'<span class="badge plain-badge"><span class="sr">{safe(label)} </span>{safe(text)}</span> '
            for label, text in laid.kinds
        ]
    )
    opened = " open" if one.nature is Nature.ADVERSE else ""
    return (
        f'  <article class="record card" id="record-{id_}" aria-labelledby="title-{id_}">\n'
        f'    <h3 id="title-{id_}"><span class="number">{number}</span> {safe(one.title)}</h3>{marks}'
        f'    <p class="badges">{kinds}</p>\n'
        f"    {pairs(laid.brief + laid.until)}\n"
        f"    <details{opened}><summary>{ours['content']}</summary>{pairs(laid.facts + laid.long)}</details>\n"
        f"    <details><summary>{ours['origin']}</summary>{pairs(laid.origin)}</details>"
        f"{_acts(one, id_, ours, form) if form else ''}  </article>"
    )


def _mark(mark: ShownMark, ours: Mapping[str, str]) -> str:
    since = safe(said(WORDS.mark_since).format(mark=said(mark.label), at=moment(mark.since)))
    statement = f"<br>{ours['statement']}{safe(mark.statement)}" if mark.statement else ""
    return f'    <p class="mark"><strong>{since}</strong>{statement}</p>'


def _acts(one: ShownRecord, id_: str, ours: Mapping[str, str], form: str) -> str:
    """What the subject may do about it."""
    button, about = 'class="button second slim"', f'aria-describedby="title-{id_}"'
    restore = (
        f' <a {button} href="/restorations/new?record={id_}" {about}>{ours["restore"]}</a>'
        if one.restoration.earliest_on
        else ""
    )
    withdraw = (
        f"    <details><summary>{ours['withdraw']}</summary>\n"
        f'      <form method="post" action="/report/withdrawals/{id_}"><input type="hidden" name="_form" value="{form}">\n'
        f"        <p>{ours['withdraw_means']}</p>\n"
        f'        <button class="button danger slim" {about}>{ours["withdraw_now"]}</button></form></details>'
        if one.withdrawable
        else ""
    )
    return (
        f'    <p class="acts"><a {button} href="/objections/new?record={id_}" {about}>{ours["object"]}</a>{restore}</p>'
        f"{withdraw}"
    )


@lru_cache(maxsize=64)
def _items(sentences: tuple[Text, ...], half: int) -> Markup:
    return Markup("".join([f"<li>{safe(one[half])}</li>" for one in sentences]))  # noqa: S704  # escaped in it


def as_items(sentences: Iterable[Text]) -> Markup:
    """Sentences of ours as items of a list, made once a language."""
    return _items(tuple(sentences), int(speaking() == "en"))


def as_looks(looks: Iterable[Look]) -> Markup:
    """The latest few looks, one an item."""
    return Markup("".join([_look(one) for one in looks]))  # noqa: S704  # escaped in it


def _look(one: Look) -> str:
    unit = f"{safe(said(one.unit))} · " if one.unit else ""
    other = "" if one.own else f' <span class="aside">{unit}{safe(said(one.role_label))}</span>'
    why = f" · {safe(said(one.purpose))}" if one.purpose else ""
    return (
        f"    <li><strong>{safe(said(one.actor))}</strong>{other}"
        f'      <br><span class="aside">{moment(one.at)} · {safe(said(one.channel_label))}{why}</span></li>'
    )


def safe(text: str) -> str:
    """The text as it may stand in a page."""
    return str(escape(text)) if marked(text) else text
