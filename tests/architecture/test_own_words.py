"""The product's own words are drawn as Hypothesis itself would draw them, wherever they are looked up faster."""

import inspect
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.internal import constants_ast
from hypothesis.internal.conjecture import choice, providers
from hypothesis.internal.intervalsets import IntervalSet

from backend.web import replays
from schemas import terms
from tests.support import own_words

ALPHABETS = {
    "all": st.characters(),
    "ascii": st.characters(codec="ascii"),
    "no surrogates": st.characters(exclude_categories=["Cs"]),
    "letters": st.characters(categories=["Lu", "Nd"], max_codepoint=0x3FF),
    "special": st.characters(include_characters="]^\\-[ 信", categories=[]),
}


@pytest.mark.parametrize("name", ALPHABETS)
@pytest.mark.parametrize("sizes", [(0, 10**10), (3, 5)])
def test_a_word_is_permitted_where_hypothesis_permits_it(name: str, sizes: tuple[int, int]) -> None:
    intervals = ALPHABETS[name].wrapped_strategy.intervals  # type: ignore[attr-defined]  # of Hypothesis's own, unseen by types
    constraints = {"intervals": intervals, "min_size": sizes[0], "max_size": sizes[1]}
    words = [*own_words.of_all().strings, *"]^\\-[ 信\n\x00\ud800𐍈", "", "a]^b", "[信]-", "信用\n"]
    allowed = [word for word in words if choice.choice_permitted(word, constraints)]  # type: ignore[arg-type]  # one of its kinds
    assert [word for word in words if own_words.permitted(word, constraints)] == allowed
    assert allowed


def test_of_no_letters_only_the_empty_word_is_made() -> None:
    constraints = {"intervals": IntervalSet(()), "min_size": 0, "max_size": 9}
    assert own_words.permitted("", constraints)
    assert not own_words.permitted("a", constraints)


def test_what_is_no_word_is_judged_by_hypothesis() -> None:
    assert own_words.permitted(5, {"min_value": 1, "max_value": 5})
    assert not own_words.permitted(6, {"min_value": 1, "max_value": 5})


def test_the_words_of_a_file_are_those_that_hypothesis_finds() -> None:
    for module in (terms, replays):
        source = Path(str(module.__file__)).read_bytes()
        assert own_words.of_module(module) == constants_ast._constants_from_source(source, limit=True)
        assert set(own_words.of_module(module)) <= set(own_words.of_all())


def test_the_words_of_other_modules_are_left_to_hypothesis() -> None:
    assert own_words.of_module(inspect, limit=False) == own_words._of_module(inspect, limit=False)


def test_these_are_drawn_in_every_test() -> None:
    assert providers.HypothesisProvider(None)._local_constants is own_words.of_all()
    assert vars(providers)["choice_permitted"] is own_words.permitted
