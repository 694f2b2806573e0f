from datetime import timedelta

from backend.common.keeping import Kept
from tests.support.world import START


def test_what_is_kept_is_bounded_by_weight_and_the_longest_unasked_goes_first() -> None:
    kept: Kept[str] = Kept(10)
    until = START + timedelta(minutes=1)
    kept.keep("a", "A", 4, until=until)
    kept.keep("b", "B", 4, until=until)
    assert kept.find("a", START) == "A"
    kept.keep("c", "C", 4, until=until)
    assert [kept.find(key, START) for key in "abc"] == ["A", None, "C"]
    kept.keep("d", "D", 11, until=until)
    assert kept.find("d", START) is None
    assert kept.find("a", until) is None
    assert kept.weight == 0
