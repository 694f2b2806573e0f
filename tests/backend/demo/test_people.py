"""Who lives in the city."""

import math
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from backend.accounts import service as accounts
from backend.common import numbers
from backend.common.names import folded_name
from backend.demo.rules import cast, people
from backend.demo.rules.people import PLACES, Quarter
from schemas.terms import SubjectKind
from tests.backend.demo.conftest import FOUNDED_ON
from tests.support.people import NUMBER

places = st.integers(0, PLACES - 1)
seeds = st.integers(0, 10**6)


@given(seeds, places)
def test_a_resident_has_a_number_that_passes_and_belongs_to_nobody(seed: int, place: int) -> None:
    member = people.resident(seed, place)
    read = numbers.identity_number(member.number, today=FOUNDED_ON)
    assert read.number.startswith("310199")
    assert numbers.is_adult(read.born_on, FOUNDED_ON)
    assert numbers.is_adult(read.born_on, member.since)
    assert 18 <= FOUNDED_ON.year - read.born_on.year <= 90
    assert int(member.number[14:17]) >= people.FIRST_SERIAL
    if member.phone is not None:
        assert accounts.read_phone(member.phone) == f"+86{member.phone}"


@given(seeds, places, places)
def test_two_residents_never_share_a_number(seed: int, one: int, other: int) -> None:
    same = people.resident(seed, one).number == people.resident(seed, other).number
    assert same == (one == other)
    assert math.gcd(people._STRIDE, PLACES) == 1


@given(seeds, places)
def test_an_entity_has_a_code_that_passes(seed: int, place: int) -> None:
    member = people.entity(seed, place, FOUNDED_ON)
    assert numbers.uscc(member.number) == member.number
    assert member.number[2:8] == "310199"
    assert "示例" in member.name


def test_the_same_resident_lives_in_a_small_city_and_in_a_large_one() -> None:
    assert people.resident(1, 5) == people.resident(1, 5)
    assert people.resident(1, 5) != people.resident(2, 5)


def test_quarters_overlap_when_they_share_a_place_also_around_the_end() -> None:
    assert Quarter(0, 10).overlaps(Quarter(9, 1))
    assert not Quarter(0, 10).overlaps(Quarter(10, 5))
    assert Quarter(PLACES - 2, 5).overlaps(Quarter(2, 1))
    assert not Quarter(PLACES - 2, 5).overlaps(Quarter(3, 1))
    assert not Quarter(0, 0).overlaps(Quarter(0, 10))


def test_names_are_of_many_sorts_and_districts_are_peopled_as_they_are() -> None:
    members = [people.resident(3, place) for place in range(4_000)]
    names = [member.name for member in members]
    assert any("·" in name for name in names)
    assert any("䶮" in name for name in names)
    assert any("𠮷" in name for name in names)
    assert any(name.startswith("欧阳") for name in names)
    assert len(set(names)) > 2_500
    assert all(folded_name(name) for name in names)
    districts = Counter(member.district for member in members)
    assert len(districts) == 16
    assert districts.most_common(1)[0][0] == "310115"


def test_the_cast_is_nobody_elses() -> None:
    parts = cast.parts(faces=True)
    numbers_ = [part.member.number for part in parts]
    assert len({*numbers_, NUMBER}) == len(parts) + 1
    assert all(part.member.kind is SubjectKind.PERSON for part in parts)
    for part in parts:
        numbers.identity_number(part.member.number, today=FOUNDED_ON)
        assert int(part.member.number[14:17]) < people.FIRST_SERIAL
        assert accounts.read_phone(part.member.phone or "")
