"""Draws docs/objections.svg from the table of transitions: `python -m tests.support.objection_diagram`.

Where things stand is decided here by hand; what stands there comes from the table, so a test can hold that both agree.
"""

from collections import defaultdict
from dataclasses import dataclass
from html import escape
from math import hypot
from pathlib import Path

from backend.objections.rules import FINAL, OPEN, TRANSITIONS, Transition
from schemas.terms import ObjectionState as State

FILE = Path(__file__).parents[2] / "docs" / "objections.svg"
WIDTH, HEIGHT = 1360, 900
BOX = (190, 54)
PLACES = {
    State.SUBMITTED: (120, 270),
    State.MARKED: (430, 270),
    State.COMPARING: (740, 270),
    State.SUPPLEMENT_REQUESTED: (960, 80),
    State.FORWARDED: (1180, 270),
    State.CORRECTED: (870, 480),
    State.UPHELD: (1180, 480),
    State.CLOSED: (870, 660),
    State.DISSENTED: (1180, 660),
    State.WITHDRAWN: (250, 660),
}
FILLS = {True: "#e8eaed", False: "#dcebfa"}
# How far an arrow bends from its straight line, and where its words stand from its middle; elsewhere neither.
BENDS = {
    (State.COMPARING, State.SUPPLEMENT_REQUESTED): -60,
    (State.SUPPLEMENT_REQUESTED, State.COMPARING): -10,
    (State.FORWARDED, State.SUPPLEMENT_REQUESTED): 60,
    (State.SUPPLEMENT_REQUESTED, State.FORWARDED): 10,
    (State.SUPPLEMENT_REQUESTED, State.WITHDRAWN): 620,
    (State.FORWARDED, State.WITHDRAWN): 50,
    (State.COMPARING, State.CLOSED): 130,
    (State.SUPPLEMENT_REQUESTED, State.CLOSED): -200,
}
WORDS_AT = {
    (State.COMPARING, State.SUPPLEMENT_REQUESTED): (-84, -8),
    (State.SUPPLEMENT_REQUESTED, State.COMPARING): (112, 18),
    (State.FORWARDED, State.SUPPLEMENT_REQUESTED): (90, -8),
    (State.SUPPLEMENT_REQUESTED, State.FORWARDED): (-104, 44),
    (State.COMPARING, State.CORRECTED): (-20, 0),
    (State.FORWARDED, State.CORRECTED): (84, 24),
    (State.FORWARDED, State.UPHELD): (88, 0),
    (State.UPHELD, State.DISSENTED): (78, 0),
    (State.UPHELD, State.CLOSED): (40, 24),
    (State.CORRECTED, State.CLOSED): (-40, 0),
    (State.SUBMITTED, State.MARKED): (0, -34),
    (State.MARKED, State.COMPARING): (0, -34),
    (State.COMPARING, State.FORWARDED): (0, 20),
}
# What stands once for several arrows.
SILENT = {(state, State.WITHDRAWN) for state in State} | {(State.SUPPLEMENT_REQUESTED, State.FORWARDED)}
SILENT |= {(state, State.CLOSED) for state in OPEN}
Pair = tuple[State, State]


@dataclass(frozen=True)
class _Arrow:
    """From border to border, over one point beside the straight line."""

    begin: tuple[float, float]
    over: tuple[float, float]
    end: tuple[float, float]

    @property
    def middle(self) -> tuple[float, float]:
        (ax, ay), (bx, by), (cx, cy) = self.begin, self.over, self.end
        return (ax + 2 * bx + cx) / 4, (ay + 2 * by + cy) / 4


def render() -> str:
    """The whole picture; the same table gives the same text."""
    moves: dict[Pair, list[Transition]] = defaultdict(list)
    for one in TRANSITIONS:
        if one.source is not one.target:
            moves[one.source, one.target].append(one)
    parts = [_head(), *(_arrow(pair, ways) for pair, ways in moves.items())]
    parts += [_words(pair, ways) for pair, ways in moves.items() if pair not in SILENT]
    parts += [_box(state) for state in PLACES]
    return "\n".join([*parts, *_staying(), "</svg>"]) + "\n"


def _head() -> str:
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="title"
 font-family="'Noto Sans SC','PingFang SC','Microsoft YaHei',sans-serif" text-anchor="middle">
<title id="title">异议的状态 · States of an objection</title>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
<path d="M0 0 8 4 0 8z" fill="#444"/></marker></defs>
<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>"""


def _box(state: State) -> str:
    (x, y), (w, h) = PLACES[state], BOX
    final = state in FINAL
    edge = 'stroke="#333" stroke-width="3"' if final else 'stroke="#2a6db0" stroke-width="1.5"'
    return (
        f'<g data-state="{state.value}"><rect x="{x - w / 2:g}" y="{y - h / 2:g}" width="{w}" height="{h}" rx="8"'
        f' fill="{FILLS[final]}" {edge}/>'
        f'<text x="{x}" y="{y - 3}" font-size="14">{escape(state.zh)}</text>'
        f'<text x="{x}" y="{y + 15}" font-size="11" fill="#444">{state.value}</text></g>'
    )


def _arrow(pair: Pair, ways: list[Transition]) -> str:
    arrow = _way(pair)
    (ax, ay), (bx, by), (cx, cy) = arrow.begin, arrow.over, arrow.end
    path = f'<path d="M{ax:.0f} {ay:.0f}Q{bx:.0f} {by:.0f} {cx:.0f} {cy:.0f}" fill="none" stroke="#444" marker-end="url(#tip)"/>'
    acts = " ".join(f"{one.act.value}:{one.by.value}" for one in ways)
    named = f'data-from="{pair[0].value}" data-to="{pair[1].value}" data-acts="{acts}"'
    return f"<g {named}>{path}</g>"


def _words(pair: Pair, ways: list[Transition]) -> str:
    """What leads from one to the other; white around the letters, where they meet a line."""
    dx, dy = WORDS_AT.get(pair, (0, 0))
    middle = _way(pair).middle
    x, y = middle[0] + dx, middle[1] + dy
    lines = "".join(
        f'<text x="{x:.0f}" y="{y + 15 * n:.0f}">{escape(f"{one.act.zh}（{one.by.zh}）")}</text>'
        for n, one in enumerate(ways)
    )
    return f'<g font-size="12" paint-order="stroke" stroke="#fff" stroke-width="4">{lines}</g>'


def _way(pair: Pair) -> _Arrow:
    (ax, ay), (cx, cy) = PLACES[pair[0]], PLACES[pair[1]]
    length, bend = hypot(cx - ax, cy - ay), BENDS.get(pair, 0)
    over = ((ax + cx) / 2 - (cy - ay) / length * bend, (ay + cy) / 2 + (cx - ax) / length * bend)
    return _Arrow(_border(pair[0], over), over, _border(pair[1], over))


def _border(state: State, towards: tuple[float, float]) -> tuple[float, float]:
    """Where the line from the middle of the box leaves it."""
    (x, y), (w, h) = PLACES[state], BOX
    dx, dy = towards[0] - x, towards[1] - y
    share = min(w / 2 / abs(dx) if dx else 9, h / 2 / abs(dy) if dy else 9)
    return x + dx * share, y + dy * share


def _staying() -> list[str]:
    """What leaves the state as it is, a line for each act; and what the arrows without words say."""
    stays: dict[tuple[str, str], list[State]] = defaultdict(list)
    for one in TRANSITIONS:
        if one.source is one.target:
            stays[one.act.value, f"{one.act.zh}（{one.by.zh}）"].append(one.source)
    withdrawn = "通向“已撤回”的箭头 → 撤回异议（市民），办结以前随时可以；"
    closed = "由此通向“已办结”的箭头 → 所涉记录已从数据库删除（系统）。状态不变的事项："
    groups = [f'<text x="40" y="750" font-size="13" text-anchor="start">{withdrawn}{closed}</text>']
    for n, ((act, words), states) in enumerate(stays.items()):
        text = escape(f"{words}：{'、'.join(state.zh for state in states)}")
        values = " ".join(state.value for state in states)
        groups.append(
            f'<g data-act="{act}" data-states="{values}">'
            f'<text x="56" y="{776 + 22 * n}" font-size="12" text-anchor="start">{text}</text></g>'
        )
    return groups


if __name__ == "__main__":
    FILE.write_text(render(), encoding="utf-8")
