"""GET /report as a page against GET /api/v1/me/report as JSON: the same reads and one line of the log each; docs/performance.md.

    python -m bench.pages [--seconds 4] [--rounds 5] [--processes 1] [--connections 1] [--subjects 3000]

Both are asked of the same service (granian, as in the Procfile), in turns, by who is signed in and verified: the page by
cookie, the JSON by bearer. `ratio` is how much longer the page takes, asked one after the other over one kept-alive
connection (with more it says how many fewer come through); `cpu_ratio` how much more the processors do for it, database
included. The issue allows 1.5.

A page is either the first showing of a report or the same report again (docs/adr/0042). Before each round of `first` every
proof is another one, and there are more residents than a round asks, so that nearly all are first; `again` follows at once.
"""

import argparse
import json
import statistics
from collections.abc import Callable

from backend.common import mongo
from backend.common.settings import Settings
from bench.report import DATABASE, Pids, Plan, Resident, Round, _asked, _request, standing

ALLOWED = 1.5


def main() -> None:
    options = _options()
    with standing(options) as stood:
        print(json.dumps(compare(*stood, options.rounds), indent=2))


def compare(
    settings: Settings, residents: list[Resident], plan: Plan, pids: Pids, rounds: int
) -> dict[str, object]:
    """JSON, a first page and the same page again in turn; the median of each, and their ratios."""
    few = residents[: len(residents) // 10]

    def one(
        request: Callable[[Resident], bytes], of: list[Resident] = residents, seconds: float = plan.seconds
    ) -> Round:
        return _asked(settings, of, Plan(plan.processes, plan.connections, seconds), pids, request)

    one(_request, seconds=1), one(_page, seconds=1)
    found = []
    for _ in range(rounds):
        _prove_anew(settings)
        found.append((one(_request), one(_page), one(_page, few)))
    plain, first, again = ([one[side] for one in found] for side in range(3))
    return {
        "json_per_second": round(statistics.median(one.per_second for one in plain)),
        "json_cpu_ms": round(statistics.median(one.cpu_ms for one in plain), 2),
        "first": _against(plain, first),
        "again": _against(plain, again),
        "allowed": ALLOWED,
    }


def _against(plain: list[Round], page: list[Round]) -> dict[str, object]:
    ratios = [one.per_second / other.per_second for one, other in zip(plain, page, strict=True)]
    cpu_ratios = [other.cpu_ms / one.cpu_ms for one, other in zip(plain, page, strict=True)]
    return {
        "per_second": round(statistics.median(one.per_second for one in page)),
        "cpu_ms": round(statistics.median(one.cpu_ms for one in page), 2),
        "ratio": round(statistics.median(ratios), 2),
        "ratios": [round(one, 2) for one in ratios],
        "cpu_ratio": round(statistics.median(cpu_ratios), 2),
        "cpu_ratios": [round(one, 2) for one in cpu_ratios],
    }


def _prove_anew(settings: Settings) -> None:
    """As if everybody had proved who they are once more: the next page of each is a report that was not shown before."""
    with mongo.connect(str(settings.mongodb_uri)) as client:
        later: list[dict[str, object]] = [{"$set": {"verified_until": {"$add": ["$verified_until", 1_000]}}}]
        client[DATABASE]["sessions"].update_many({}, later)


def _page(one: Resident) -> bytes:
    """As a browser asks that has been here before."""
    cookies = f"citizen_access={one.token}; form={'0' * 52}"
    accept = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"
    return f"GET /report HTTP/1.1\r\nHost: bench\r\nAccept: {accept}\r\nCookie: {cookies}\r\n\r\n".encode()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--connections", type=int, default=1)
    parser.add_argument("--subjects", type=int, default=3_000)
    return parser.parse_args()


if __name__ == "__main__":
    main()
