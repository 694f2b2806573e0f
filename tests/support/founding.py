"""The demonstration without residents: founding it takes longer than most tests, and it is the same each time."""

from collections.abc import Iterable
from dataclasses import dataclass
from unittest.mock import patch

from backend.common.deps import Deps
from backend.demo import service as demo
from backend.demo.model import Built, Member
from backend.demo.service.taking_in import Site
from tests.support import people, written
from tests.support.written import Written


@dataclass(frozen=True)
class Founding:
    """What was told of it, and what stood before the first people moved in."""

    built: Built
    opened: Written


def found(deps: Deps) -> Founding:
    """The city of seed 7, in an empty database; without photographs."""
    before = []
    take_in = Site.take_in_subjects

    def taking_in(site: Site, members: Iterable[Member]) -> None:
        before.append(written.everything(deps))
        take_in(site, members)

    with patch.object(Site, "take_in_subjects", taking_in):
        built = demo.seed(deps, people.COMMAND, residents=0, seed=7, pictures=None)
    (opened,) = before
    assert "subjects" not in opened
    return Founding(built, opened)
