"""`python -m backend.printing IDLE_SECONDS CPU_SECONDS`: HTML and CSS in, PDF out, over the socket that is its standard input.

It is started by `backend.gateways.printing` and ends with it, after IDLE_SECONDS without a document, or when a document takes
more than CPU_SECONDS of processor. It has no environment, no database, no key, and fetches nothing.
"""

import os
import socket
import sys

from backend.printing import confinement, serving
from schemas.printing import send_head


def main() -> int:
    idle_s, cpu_s = (int(word) for word in sys.argv[1:])
    connection = socket.socket(fileno=os.dup(0))
    confinement.leave_the_network()
    confinement.end_with_the_other_side(connection)
    lack = serving.make_ready()
    if lack is not None:
        send_head(connection, {"missing": lack.value})
        return 1
    confinement.confine()
    connection.settimeout(idle_s)
    send_head(connection, {"ready": True})
    serving.serve(connection, lambda: confinement.allow_processor(cpu_s))
    return 0


if __name__ == "__main__":
    sys.exit(main())
