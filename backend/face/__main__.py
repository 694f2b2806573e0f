"""`python -m backend.face`: matches faces behind a Unix socket, without database, keys, or environment."""

import os
import sys

from backend.face.options import Options

_CLEAN = "FACE_ENVIRONMENT"


def main() -> None:
    """Start again in an environment of its own first: what a process was started with stays readable in /proc."""
    try:
        options = Options.from_env(os.environ)
    except ValueError as error:
        sys.exit(str(error))
    if os.environ.get(_CLEAN) != "clean":
        wanted = {**options.environment(os.environ), _CLEAN: "clean"}
        os.execve(sys.executable, [sys.executable, "-m", "backend.face"], wanted)
    from backend.face.supervisor import Supervisor  # loads the models: only in the clean process

    Supervisor(options).serve()


if __name__ == "__main__":
    main()
