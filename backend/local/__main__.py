"""`python -m backend.local run`: the service with its database on this machine."""

import argparse
import ctypes
import os
import signal
import sys

from backend.common.settings import Settings, SettingsError
from backend.local import dotenv, pictures
from backend.local.run import ROOT, Plan, run

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m backend.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser(
        "run", help="database, indexes, demonstration city, and the Procfile's processes"
    )
    start.add_argument(
        "--end-with-parent", action="store_true", help="end when the process that started this dies"
    )
    commands.add_parser("pictures", help="fetch the photographs of the demonstration residents")
    options = parser.parse_args(arguments)
    if options.command == "pictures":
        return _pictures()
    return _run(end_with_parent=options.end_with_parent)


def _pictures() -> int:
    try:
        print(f"photographs in {pictures.fetch()}")
    except pictures.PicturesError as error:
        print(f"the photographs could not be fetched: {error}", file=sys.stderr)
        return 1
    return 0


def _run(*, end_with_parent: bool) -> int:
    if end_with_parent and sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    environ = dotenv.with_file(os.environ, ROOT / ".env")
    try:
        settings = Settings.from_env(environ)
    except SettingsError as error:
        print(f"make run: {error}", file=sys.stderr)
        return 2
    return run(Plan(settings, environ))


if __name__ == "__main__":
    sys.exit(main())
