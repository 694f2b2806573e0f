"""GET /report as a page against GET /api/v1/me/report as JSON: the same use case, reads and log line; docs/performance.md.

    python -m bench.pages [--seconds 4] [--rounds 5] [--processes 1] [--connections 1] [--subjects 500]

Both are asked of the same service (granian, as in the Procfile), in turns, by who is signed in and verified: the page by
cookie, the JSON by bearer. `ratio` is how much longer the page takes, asked one after the other over one kept-alive
connection (with more it says how many fewer come through); `cpu_ratio` how much more the processors do for it, database
included. The issue allows 1.5.
"""

import argparse
import json
import statistics
from collections.abc import Callable

from backend.common.settings import Settings
from bench.report import Pids, Plan, Resident, Round, _asked, _request, standing

ALLOWED = 1.5


def main() -> None:
    options = _options()
    with standing(options) as stood:
        print(json.dumps(compare(*stood, options.rounds), indent=2))


def compare(
    settings: Settings, residents: list[Resident], plan: Plan, pids: Pids, rounds: int
) -> dict[str, object]:
    """Both in turn; the median of each, and their ratio."""

    def one(request: Callable[[Resident], bytes], seconds: float = plan.seconds) -> Round:
        return _asked(settings, residents, Plan(plan.processes, plan.connections, seconds), pids, request)

    one(_request, 1), one(_page, 1)
    found = [(one(_request), one(_page)) for _ in range(rounds)]
    plain, page = (statistics.median(pair[side].per_second for pair in found) for side in (0, 1))
    plain_cpu, page_cpu = (statistics.median(pair[side].cpu_ms for pair in found) for side in (0, 1))
    return {
        "json_per_second": round(plain),
        "page_per_second": round(page),
        "ratio": round(plain / page, 2),
        "ratios": [round(pair[0].per_second / pair[1].per_second, 2) for pair in found],
        "json_cpu_ms": round(plain_cpu, 2),
        "page_cpu_ms": round(page_cpu, 2),
        "cpu_ratio": round(page_cpu / plain_cpu, 2),
        "cpu_ratios": [round(pair[1].cpu_ms / pair[0].cpu_ms, 2) for pair in found],
        "allowed": ALLOWED,
    }


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
    parser.add_argument("--subjects", type=int, default=500)
    return parser.parse_args()


if __name__ == "__main__":
    main()
