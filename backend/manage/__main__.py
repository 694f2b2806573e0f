"""`python -m backend.manage COMMAND`: what operators do to the service from a terminal or a script."""

import sys

from backend.manage.command import main

if __name__ == "__main__":
    sys.exit(main())
