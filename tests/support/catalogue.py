"""The demonstration's catalogue in force, for tests that read it."""

from backend.catalogue import service
from backend.catalogue.store import COLLECTIONS
from backend.common.actor import Actor
from backend.common.deps import Deps
from tests.support import written
from tests.support.world import START
from tests.support.written import Written

_published: Written = {}
"""What publishing it wrote: it is put back as it was, for publishing anew takes longer than most tests."""


def publish(deps: Deps, actor: Actor) -> None:
    """The whole catalogue of 2026, published at `START`; in the log only the first time in a test worker."""
    assert deps.now() == START
    if not _published:
        units, items = service.demonstration()
        service.import_units(deps, actor, rows=units)
        service.import_catalogue(deps, actor, year=2026, rows=items)
        _published.update(
            (name, found) for name, found in written.everything(deps).items() if name in COLLECTIONS
        )
        return
    written.put_back(deps, _published)
