"""A page on a phone and at a desk without making it twice, for pages that come of something done before."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.backend.pages.test_every_page import ASKING, FINE_DESK
from tests.support.browser import Visit


@contextmanager
def at_a_desk(one: Visit) -> Iterator[None]:
    """The page turned to a desk where it stands, being the same document there (`Walkers.check_on_both`)."""
    assert not one.page.evaluate(ASKING), f"{one.page.url} would be another page at a desk"
    with one.turned(FINE_DESK):
        yield


def check_on_both(one: Visit) -> None:
    """In every look, on the phone as it stands and at a desk."""
    one.check_looks()
    with at_a_desk(one):
        one.check_looks()
