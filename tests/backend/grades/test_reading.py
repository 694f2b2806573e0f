"""A rule set is read whole or refused, with the place and the fault; each fault seen once."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from backend.grades import rules
from backend.grades.rules import RuleFault
from backend.grades.service import published
from schemas.terms import SubjectKind
from tests.backend.grades.made import FILE, LATER, as_mapping

SAID = {
    "sentence": {"zh": "说明", "en": "A sentence"},
    "article": {"zh": "第一条", "en": "art. 1"},
    "source_mark": "law",
}


def rule(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, **SAID, **more}


def at(read: Any, name: str) -> Any:
    return next(one for one in read["rules"] if one["id"] == name)


def without(name: str) -> Callable[[Any], None]:
    return lambda read: read["rules"].remove(at(read, name))


def put(name: str, path: str, value: Any) -> Callable[[Any], None]:
    """Set a key of a rule; `when.severity` goes one down."""

    def change(read: Any) -> None:
        place = at(read, name)
        *down, key = path.split(".")
        for step in down:
            place = place[step]
        place[key] = value

    return change


def add(name: str, **more: Any) -> Callable[[Any], None]:
    return lambda read: read["rules"].append(rule(name, **more))


def both(*changes: Callable[[Any], Any]) -> Callable[[Any], None]:
    def change(read: Any) -> None:
        for one in changes:
            one(read)

    return change


def top(key: str, value: Any) -> Callable[[Any], None]:
    return lambda read: read.__setitem__(key, value)


def lose(key: str) -> Callable[[Any], None]:
    return lambda read: read.pop(key)


SHAPES: list[tuple[str, Callable[[Any], Any], str]] = [
    ("a missing part", lose("base"), "file: lacks base"),
    ("an unknown part", top("extra", 1), "file: does not know extra"),
    ("a kind of subject there is not", top("kind", "animal"), "kind: 'animal' is not one of entity, person"),
    ("a day that is a text", top("in_force_from", "soon"), "in_force_from: must be a day"),
    ("a version in capitals", top("version", "Shanghai 1"), "version: must be small letters"),
    ("no rules", top("rules", []), "rules: must be a list with something in it"),
    ("a title in one language", top("title", {"zh": "规则"}), "title: lacks en"),
    ("an empty sentence", put("good_deed", "sentence.en", " "), "rules[10].sentence.en: must be a sentence"),
    ("no article", put("good_deed", "article", None), "rules[10].article: must be a mapping"),
    ("a rule that is a text", lambda read: read["rules"].append("x"), "rules[11]: must be a mapping"),
    (
        "an unknown condition",
        put("good_deed", "when.item_code", ["X"]),
        "rules[10].when: does not know item_code",
    ),
    ("no nature", lambda read: at(read, "good_deed")["when"].pop("nature"), "rules[10].when: lacks nature"),
    (
        "a nature there is not",
        put("good_deed", "when.nature", ["bad"]),
        "rules[10].when.nature: 'bad' is not one of",
    ),
    (
        "a word twice",
        put("good_deed", "when.nature", ["other", "other"]),
        "rules[10].when.nature: names a word twice",
    ),
    (
        "a severity there is not",
        put("minor_recent", "when.severity", ["none"]),
        "'none' is not one of general, minor, serious, unset",
    ),
    (
        "half a month",
        put("good_deed", "when.within_months", 1.5),
        "rules[10].when.within_months: must be a whole number",
    ),
    (
        "true for a number",
        put("good_deed", "when.at_least", True),
        "rules[10].when.at_least: must be a whole number from 1",
    ),
    ("months below nothing", put("good_deed", "when.within_months", -1), "must be a whole number from 0"),
    ("two effects", put("good_deed", "at_most", "good"), "rules[10]: needs exactly one of at_most, lifts_to"),
    ("no effect", lambda read: at(read, "good_deed").pop("lifts_to"), "rules[10]: needs exactly one of"),
    (
        "a grade there is not",
        put("good_deed", "lifts_to", "best"),
        "rules[10].lifts_to: 'best' is not one of",
    ),
    (
        "no_record given by a rule",
        put("minor_recent", "at_most", "no_record"),
        "no_record is not a grade that a rule gives",
    ),
    (
        "a source mark there is not",
        put("good_deed", "source_mark", "rumour"),
        "rules[10].source_mark: 'rumour' is not one of",
    ),
]

CONTRADICTIONS: list[tuple[str, Callable[[Any], Any], str]] = [
    ("a name twice", put("minor_recent", "id", "good_deed"), "rules[10].id: 'good_deed' is taken"),
    ("a reserved name", put("good_deed", "id", "base"), "rules[10].id: 'base' is taken"),
    (
        "newcomers below the base",
        lambda read: read["no_record"].update(floor="fair"),
        "no_record.floor: must be the base, good",
    ),
    (
        "newcomers above the base",
        lambda read: read["no_record"].update(floor="excellent"),
        "no_record.floor: must be the base",
    ),
    (
        "adverse information that raises",
        put("good_deed", "when.nature", ["other", "adverse"]),
        "good_deed: only good deeds may raise a grade, not adverse public_welfare unset",
    ),
    (
        "a raise that is none",
        put("good_deed", "lifts_to", "good"),
        "good_deed: raises to good, which is not above the base",
    ),
    (
        "a good deed that lowers",
        put("unpaid_dues", "when.category", ["performance", "public_welfare"]),
        "unpaid_dues: a good deed or basic information may never lower",
    ),
    (
        "basic information that lowers",
        put("unpaid_dues", "when.nature", ["other", "basic"]),
        "unpaid_dues: a good deed or basic information",
    ),
    (
        "a ceiling that is none",
        put("unpaid_dues", "at_most", "excellent"),
        "unpaid_dues: a ceiling of excellent is none",
    ),
    (
        "ages that never meet",
        put("serious_older", "when.within_months", 36),
        "serious_older: never holds: after 36 and within 36 months",
    ),
    (
        "two rules of one age",
        put("general_recent", "when.within_months", 25),
        "general_older: overlaps general_recent: both speak of adverse",
    ),
    (
        "a rule that never decides",
        add("idle", when={"nature": ["adverse"], "severity": ["serious"], "at_least": 2}, at_most="good"),
        "idle: never decides",
    ),
    ("a grade nobody reaches", without("good_deed"), "rules: nobody can ever be excellent"),
    (
        "what weighs more when it is older",
        put("general_older", "at_most", "attention"),
        "weighs more when it is older",
    ),
    (
        "what weighs more though it is milder",
        both(without("minor_repeated"), put("minor_recent", "at_most", "attention")),
        "minor weighs more than adverse",
    ),
    (
        "a record without a severity that weighs more than a minor one",
        put("minor_recent", "when.severity", ["unset"]),
        "unset weighs more than adverse",
    ),
]


@pytest.mark.parametrize(("change", "fault"), [one[1:] for one in SHAPES], ids=[one[0] for one in SHAPES])
def test_a_fault_of_form_is_named_with_its_place(change: Callable[[Any], Any], fault: str) -> None:
    read = as_mapping()
    change(read)
    with pytest.raises(RuleFault) as caught:
        rules.read(yaml.safe_dump(read, allow_unicode=True))
    assert fault in str(caught.value)


@pytest.mark.parametrize(
    ("change", "fault"), [one[1:] for one in CONTRADICTIONS], ids=[one[0] for one in CONTRADICTIONS]
)
def test_a_contradiction_is_named_by_its_rule(change: Callable[[Any], Any], fault: str) -> None:
    read = as_mapping()
    change(read)
    with pytest.raises(RuleFault) as caught:
        rules.check(rules.read(yaml.safe_dump(read, allow_unicode=True)))
    assert fault in str(caught.value)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "file: must be a mapping"),
        ("- a list", "file: must be a mapping"),
        ("version: [unclosed", "is not YAML"),
        ("version: a\nversion: b\n", "line 1: 'version' stands there twice"),
        ("base: !!python/object/apply:os.system ['true']", "is not YAML"),
        ("{[1]: a}", "is not YAML"),
    ],
)
def test_what_is_not_a_plain_mapping_is_refused(text: str, fault: str) -> None:
    with pytest.raises(RuleFault) as caught:
        rules.read(text)
    assert fault in str(caught.value)


def test_a_rule_set_that_is_changed_has_another_digest_and_remarks_do_not_matter() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert rules.read(text + "\n# a remark\n").digest == rules.read(text).digest
    assert (
        rules.read(text.replace("within_months: 60", "within_months: 61")).digest != rules.read(text).digest
    )


def test_a_file_is_named_by_its_version(tmp_path: Path) -> None:
    path = tmp_path / "another.yaml"
    path.write_text(FILE.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(RuleFault, match=r"another\.yaml: version: 'shanghai-2026-1' is not the name"):
        published.load([path])


def test_two_versions_of_one_kind_never_begin_on_one_day(tmp_path: Path) -> None:
    path = tmp_path / "shanghai-2026-2.yaml"
    path.write_text(FILE.read_text(encoding="utf-8").replace("2026-1", "2026-2"), encoding="utf-8")
    with pytest.raises(RuleFault, match=r"in_force_from: shanghai-2026-1 comes into force on the same day"):
        published.load([FILE, path])


@pytest.mark.parametrize(
    ("on", "version"),
    [
        (date(2026, 3, 31), None),
        (date(2026, 4, 1), "shanghai-2026-1"),
        (date(2026, 12, 31), "shanghai-2026-1"),
        (date(2027, 1, 1), "shanghai-2027-1"),
    ],
)
def test_the_day_says_which_version_is_in_force(on: date, version: str | None) -> None:
    book = published.load([FILE, LATER])
    found = book.in_force(SubjectKind.PERSON, on)
    assert (found and found.version) == version
    assert book.in_force(SubjectKind.ENTITY, on) is None
