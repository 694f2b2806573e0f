"""A small program in the place of a real one: says what happens to it. Used by the supervisor's tests."""

import http.server
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pymongo import MongoClient


def serve() -> None:
    """Answer every request with 200 on PORT, as the web process does on /readyz."""

    class Ready(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Ready).serve_forever()


def grandchildren() -> None:
    """One child in the group, and one that left it for a session of its own."""
    command = [sys.executable, __file__, "sleep"]
    subprocess.Popen(command)
    subprocess.Popen(command, start_new_session=True)
    sleep()


def stubborn() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sleep()


def crash_twice() -> None:
    """End with 3 at the first two starts, then stay."""
    count = Path(os.environ["DATA_DIR"], "starts")
    starts = int(count.read_text()) + 1 if count.exists() else 1
    count.write_text(str(starts))
    print(f"start {starts}")
    if starts < 3:
        sys.exit(3)
    sleep()


def sleep() -> None:
    time.sleep(600)


def idle() -> None:
    print("no token, nothing to do")


def database() -> None:
    """Say whether the address of the database was given."""
    print("database at", os.environ["MONGODB_URI"])
    sleep()


def write_once() -> None:
    """Leave one document in the database, and a subject, by which it is not empty; say which start this was."""
    with _connect() as client:
        known = client.test.starts.count_documents({})
        if not known:
            client.test.starts.insert_one({"n": 1})
            client.credit_shanghai.subjects.insert_one({"_id": "a"})
        print("second start" if known else "first start")


def _connect() -> "MongoClient[dict[str, Any]]":
    from pymongo import MongoClient  # takes longer than all that most stand-ins do

    return MongoClient(os.environ["MONGODB_URI"])


if __name__ == "__main__":
    globals()[sys.argv[1]]()
