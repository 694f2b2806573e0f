"""A process of many threads that waits until it is told to end: `python -m tests.support.waits_for_the_end`."""

import threading

from backend.common.stopping import Stop


def main() -> None:
    stop = Stop().listen()
    for _ in range(12):
        threading.Thread(target=stop.wait, daemon=True).start()
    print('{"event": "waiting"}', flush=True)
    stop.wait()


if __name__ == "__main__":
    main()
