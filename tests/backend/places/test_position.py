"""A resident's position is used and forgotten: nothing that the database is told has it.

What a real service writes down besides is read in tests/backend/web/test_server.py.
"""

from backend.common.deps import Deps
from backend.places import service
from schemas.terms import Crs
from tests.backend.places.conftest import Put
from tests.backend.places.positions import BOX, BOX_CRUMBS, CRUMBS, LAT, LNG
from tests.support.plans import recorded


def test_nothing_that_the_database_is_told_has_it(deps: Deps, put: Put) -> None:
    put()

    def ask() -> None:
        for crs in Crs:
            service.search(deps, crs=crs, lng=float(LNG), lat=float(LAT), radius_m=50_000)
            service.search(deps, crs=crs, bbox=BOX)
            service.clusters(deps, crs=crs, bbox=BOX, zoom=14)

    noted = repr(recorded(deps, ask))
    assert "$near" in noted, "the profiler saw the searches"
    assert not CRUMBS.search(noted)
    assert not BOX_CRUMBS.search(noted)
