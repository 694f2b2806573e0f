"""How long a second `make run` takes to answer `/readyz`, and what its processes hold in memory then.

    python -m bench.ready

The first run makes the demonstration city and is not measured. Memory is what a process holds alone plus its share of what
it shares (PSS), the way that adds up to what the machine really gives.
"""

import json
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from tests.support.city import City

ROUNDS = 3


def main(rounds: int = ROUNDS) -> dict[str, Any]:
    """Seconds to ready (median), and MB of each web worker and of the face process with its workers."""
    with TemporaryDirectory(prefix="credit-bench-") as folder:
        with City(Path(folder) / "city"):
            pass
        seconds, memory = [], {}
        for _ in range(rounds):
            began = time.perf_counter()
            with City(Path(folder) / "city") as city:
                seconds.append(time.perf_counter() - began)
                memory = {name: _memory(city.pid_of(module)) for name, module in PROCESSES.items()}
    return {"ready_s": round(median(seconds), 1), "mb": memory}


PROCESSES = {"web": "backend.serve", "face": "backend.face", "worker": "notifications"}


def _memory(pid: int) -> list[int]:
    """MB of the process and of each of its children, largest first."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sorted((_pss(one) for one in [str(pid), *children]), reverse=True)


def _pss(pid: str) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) // 1024


if __name__ == "__main__":
    json.dump(main(), sys.stdout, indent=1)
    print()
