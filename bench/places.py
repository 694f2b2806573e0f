"""The nearest shops among 100,000, against the raw `$near` with the same projection; decides docs/adr/0027.

    python -m bench places [--shops 100000] [--queries 400] [--rounds 5] [--limit 20]

The shops lie as in the city: half of them in a tenth of its area. Both ways are asked from the same positions and take turns;
the raw one gives the driver's documents and no distance. `search` is the use case (systems, true distances, the position cut
to 100 m), `whole` with the edition of the map read before it and the GeoJSON written after it, as a request does.
"""

import argparse
import json
import random
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from backend import bootstrap
from backend.common.coordinates import LngLat
from backend.common.deps import Deps
from backend.common.documents import to_document
from backend.places import service
from backend.places.model import Particulars
from backend.places.rules.asking import CITY
from backend.places.rules.listing import assessment
from backend.places.service.managing import made
from bench.support import database
from schemas.places import PlaceCollection
from schemas.terms import Crs, PlaceKind

RADIUS_M = 50_000
CENTRE, CENTRE_SPREAD = LngLat(121.45, 31.22), 0.2
PROJECTION = dict.fromkeys(("name", "kind", "district", "address", "lng", "lat", "assessments"), 1)
CRS = Crs.GCJ02


def main() -> None:
    options = _options()
    drawn = random.Random(27)
    with database() as deps:
        bootstrap.ensure_indexes(deps)
        _fill(deps, options.shops, drawn)
        positions = [_position(drawn) for _ in range(options.queries)]
        writer = PlaceCollection()

        def raw(at: LngLat) -> object:
            point = {"$geometry": {"type": "Point", "coordinates": list(at)}, "$maxDistance": RADIUS_M}
            wanted = {"location": {"$near": point}, "state": "active", "shown_until": {"$gt": deps.now()}}
            return deps.db["places"].find(wanted, PROJECTION, limit=options.limit).to_list()

        def search(at: LngLat) -> Any:
            return service.search(
                deps, crs=CRS, lng=at.lng, lat=at.lat, radius_m=RADIUS_M, limit=options.limit
            )

        def whole(at: LngLat) -> object:
            service.edition(deps)
            return json.dumps(writer.dump(search(at)), ensure_ascii=False)

        ways: dict[str, Callable[[LngLat], object]] = {"raw": raw, "search": search, "whole": whole}
        found: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(options.rounds):
            for name, ask in ways.items():
                began = time.perf_counter()
                for at in positions:
                    ask(at)
                found[name].append(1000 * (time.perf_counter() - began) / len(positions))
        _tell(found)
        _tell_clusters(deps)


def _tell(found: dict[str, list[float]]) -> None:
    for name, rounds in found.items():
        print(json.dumps({name: {"ms": round(median(rounds), 2)}}), flush=True)
    for name in ("search", "whole"):
        ratios = [ours / raw for ours, raw in zip(found[name], found["raw"], strict=True)]
        said = {
            "ratio": round(median(ratios), 2),
            "lowest": round(min(ratios), 2),
            "highest": round(max(ratios), 2),
        }
        print(json.dumps({f"{name} / raw": said}), flush=True)


def _tell_clusters(deps: Deps) -> None:
    for zoom, bbox in ((9, None), (12, "121.40,31.18,121.50,31.27"), (15, "121.45,31.21,121.47,31.23")):
        began = time.perf_counter()
        squares = service.clusters(deps, crs=CRS, zoom=zoom, bbox=bbox)
        took = 1000 * (time.perf_counter() - began)
        shops = sum(one.count for one in squares.features)
        print(json.dumps({f"clusters at zoom {zoom}": {"ms": round(took, 1), "shops": shops}}), flush=True)


def _fill(deps: Deps, shops: int, drawn: random.Random) -> None:
    listed = assessment(2026, "评估单位", deps.now().date().replace(month=12, day=31), "名单")
    for begin in range(0, shops, 5_000):
        some = [
            to_document(made(deps, _shop(number, _position(drawn)), listed))
            for number in range(begin, begin + 5_000)
        ]
        deps.db["places"].insert_many(some, ordered=False)


def _shop(number: int, at: LngLat) -> Particulars:
    return Particulars(f"商家{number}", PlaceKind.SUPERMARKET, "310101", f"路{number}号", *at, Crs.GCJ02)


def _position(drawn: random.Random) -> LngLat:
    if drawn.random() < 0.5:
        spread = CENTRE_SPREAD
        return LngLat(
            CENTRE.lng + drawn.uniform(-spread, spread), CENTRE.lat + drawn.uniform(-spread, spread)
        )
    return LngLat(
        drawn.uniform(CITY.west + 0.05, CITY.east - 0.05), drawn.uniform(CITY.south + 0.05, CITY.north - 0.05)
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shops", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=int, default=20)
    return parser.parse_args()


if __name__ == "__main__":
    main()
