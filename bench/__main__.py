"""`make bench`: every measurement of docs/performance.md, one after another, each a ratio within one run where it can be.

python -m bench [NAME …]

Names: benefits, chat, checks, face, import_records, joined, news, pages, pdf, places, pushes, ready, report.
"""

import json
import subprocess
import sys

BENCHES = (
    "report",
    "joined",
    "pdf",
    "face",
    "import_records",
    "benefits",
    "checks",
    "chat",
    "places",
    "pages",
    "news",
    "pushes",
    "ready",
)


def main(names: list[str]) -> int:
    """Run the benches in processes of their own, so that none pays for another's memory; 2 for an unknown name."""
    unknown = set(names) - set(BENCHES)
    if unknown:
        print(
            f"There is no bench {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}", file=sys.stderr
        )
        return 2
    failed = 0
    for name in names or BENCHES:
        print(json.dumps({"bench": name}), flush=True)
        failed |= subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
