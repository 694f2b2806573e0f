"""The picture and the page in docs say what the table of transitions says."""

import re
from xml.etree import ElementTree as ET

from backend.objections.rules import TRANSITIONS
from schemas.terms import ObjectionState
from tests.support import objection_diagram
from tests.support.processes import ROOT

SVG = ET.parse(objection_diagram.FILE).getroot()
PAGE = (ROOT / "docs" / "objections.md").read_text()


def test_the_picture_is_the_one_that_is_drawn_from_the_table() -> None:
    drawn = objection_diagram.FILE.read_text(encoding="utf-8")
    assert drawn == objection_diagram.render(), "python -m tests.support.objection_diagram"


def test_every_transition_is_in_the_picture_and_no_other() -> None:
    """Read from the file alone, so that the drawing may not leave one out."""
    arrows = {
        (group.attrib["data-from"], *act.split(":"), group.attrib["data-to"])
        for group in SVG.iter()
        if "data-from" in group.attrib
        for act in group.attrib["data-acts"].split()
    }
    stays = {
        (state, group.attrib["data-act"], state)
        for group in SVG.iter()
        if "data-act" in group.attrib
        for state in group.attrib["data-states"].split()
    }
    moves = {(t.source.value, t.act.value, t.by.value, t.target.value) for t in TRANSITIONS}
    assert arrows == {move for move in moves if move[0] != move[3]}
    assert stays == {(move[0], move[1], move[3]) for move in moves if move[0] == move[3]}
    assert {g.attrib["data-state"] for g in SVG.iter() if "data-state" in g.attrib} == set(ObjectionState)


def test_every_transition_is_on_the_page_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| `(\w+)` \| (\S.*?) \|$", PAGE, re.MULTILINE)
    said = {(source, act, target, by) for source, act, target, by in rows}
    assert said == {(t.source.value, t.act.value, t.target.value, t.by.zh) for t in TRANSITIONS}


def test_every_state_is_explained_to_the_resident() -> None:
    section = PAGE.split("## 居民看到的")[1].split("\n## ")[0]
    assert [state.zh for state in ObjectionState if f"**{state.zh}**" not in section] == []
