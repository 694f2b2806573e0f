"""Chinese unless English is wanted more; and nothing of marshmallow's English in a Chinese answer."""

import inspect
from datetime import date
from typing import Any

import marshmallow as ma
import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import fields, validate

from backend.web.language import wanted
from backend.web.wording import UNCLEAR, worded
from schemas.text import Text


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "zh"), ("", "zh"), ("zh-CN", "zh"), ("zh-TW", "zh"), ("en", "en"), ("en-GB", "en"), ("EN-us", "en"),
        ("en;q=0.5, zh;q=0.9", "zh"), ("zh;q=0.2,en;q=0.8", "en"), ("fr, en;q=0.3", "en"), ("fr", "zh"), ("*", "zh"),
        ("en;q=0", "zh"), ("en;q=x", "zh"), ("en;q=7", "zh"), ("zh, en", "zh"), ("en, zh", "zh"), (";;;,,,=q", "zh"),
        ("english", "zh"), ("en; q=0.9 , zh;q=0.1", "en"),
    ],
)  # fmt: skip
def test_the_language_is_the_better_one(header: str | None, expected: str) -> None:
    assert wanted(header) == expected


@given(st.text(max_size=300))
def test_no_header_breaks_the_language(header: str) -> None:
    assert wanted(header) in ("zh", "en")


def _standard_messages() -> list[str]:
    """Every sentence that a marshmallow field or schema has ready, with its blanks filled."""
    kinds = [
        kind for _, kind in inspect.getmembers(fields, inspect.isclass) if issubclass(kind, fields.Field)
    ]
    tables = [getattr(kind, "default_error_messages", {}) for kind in kinds]
    found = {
        text for table in tables for key, text in table.items() if key != "format"
    }  # that one is about replies
    found |= set(ma.Schema._default_error_messages.values())
    filled = {"input": "x", "obj_type": "datetime", "awareness": "aware", "choices": "a, b"}
    return sorted(text.format(**filled) for text in found)


VALIDATORS: list[tuple[Any, Any]] = [
    (validate.Length(3), "a"), (validate.Length(max=1), "abc"), (validate.Length(1, 2), "abc"), (validate.Length(equal=1), "abc"),
    (validate.Range(1, 2), 3), (validate.Range(1), 0), (validate.Range(max=1), 2),
    (validate.Range(1, 2, min_inclusive=False, max_inclusive=False), 1), (validate.Range(1, min_inclusive=False), 1),
    (validate.Range(max=1, max_inclusive=False), 1), (validate.Range(date(2026, 1, 1)), date(2025, 1, 1)),
    (validate.Equal(3), 4), (validate.Regexp("a"), "b"), (validate.Predicate("isdigit"), "b"), (validate.NoneOf(["a"]), "a"),
    (validate.OneOf(["a", "b"]), "c"), (validate.ContainsOnly(["a"]), ["b"]), (validate.ContainsNoneOf(["a"]), ["a"]),
    (validate.URL(), "x"), (validate.Email(), "x"),
]  # fmt: skip


@pytest.mark.parametrize("message", _standard_messages())
def test_a_fields_own_message_is_said_in_chinese(message: str) -> None:
    assert worded([message], "zh") != [UNCLEAR]
    assert _chinese(worded([message], "zh")[0])
    assert worded([message], "en") == [message]


@pytest.mark.parametrize(("validator", "value"), VALIDATORS)
def test_a_validators_message_is_said_in_chinese(validator: Any, value: Any) -> None:
    with pytest.raises(ma.ValidationError) as caught:
        validator(value)
    told = worded(caught.value.messages, "zh")[0]
    assert told != UNCLEAR
    assert _chinese(told)


def test_a_schemas_own_sentence_is_said_in_the_readers_language() -> None:
    tree = {"json": {"a": [Text("甲", "A")], "b": {"0": ["Unknown field."]}}}
    assert worded(tree, "zh") == {"json": {"a": ["甲"], "b": {"0": ["不认识的字段"]}}}
    assert worded(tree, "en") == {"json": {"a": ["A"], "b": {"0": ["Unknown field."]}}}


@given(
    st.recursive(
        st.text(max_size=20), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
    )
)
def test_no_english_leaks_into_chinese(tree: Any) -> None:
    def leaves(node: Any) -> list[str]:
        if isinstance(node, dict):
            return [leaf for inner in node.values() for leaf in leaves(inner)]
        return [leaf for inner in node for leaf in leaves(inner)] if isinstance(node, list) else [node]

    assert all(_chinese(leaf) for leaf in leaves(worded(tree, "zh")))


def test_a_key_that_a_client_invented_is_cut_short() -> None:
    (key,) = worded({"k" * 500: ["Unknown field."]}, "zh")
    assert len(key) == 64


def _chinese(text: str) -> bool:
    return any("一" <= letter <= "鿿" for letter in text)
