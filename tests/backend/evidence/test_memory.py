"""What six files of ten megabytes in one request leave behind in a web worker."""

import json
import os
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from backend.common.deps import Deps
from backend.local.mongod import free_port
from schemas.evidence import FILE_BYTES
from tests.backend.evidence import made
from tests.backend.objections.town import Town, make_town
from tests.support.forms import form
from tests.support.processes import ROOT
from tests.support.refusals import at_once

pytestmark = pytest.mark.slow
THREADS = 8
BEGINNING = "from backend import serve; from granian import cli; serve.give_memory_back(); cli.entrypoint()"
"""As `backend.serve` begins, before the worker is forked."""
AT_ONCE = 2
"""So that each meets the other; without what gives it back a worker keeps 50 MB of these already, 65 MB of what collided."""
RECORD = b"which-record"
KEPT_MB = 30
"""What a worker may weigh more than before, once all is answered."""


class Worker:
    """One web worker of eight threads, as `backend.serve` makes them."""

    def __init__(self, told: dict[str, str], log: Path) -> None:
        self.port = free_port(0)
        command = [
            sys.executable, "-c", BEGINNING, "tests.backend.evidence.served:create", "--factory", "--interface", "wsgi",
            "--port", str(self.port), "--workers", "1", "--blocking-threads", str(THREADS), "--no-ws",
        ]  # fmt: skip
        env = {**os.environ, "SERVED": json.dumps(told), "PYTHONPATH": str(ROOT)}
        with log.open("wb") as out:
            self.popen = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out)

    def post(self, body: dict[str, Any], who: str) -> int:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        headers = {"Authorization": f"Bearer {who}", "Content-Type": body["content_type"]}
        with closing(connection):
            connection.request("POST", "/api/v1/me/restorations", body["data"], headers)
            return connection.getresponse().status

    def weight(self) -> int:
        """Resident megabytes of the worker, the only child of its guardian."""
        children = Path(f"/proc/{self.popen.pid}/task/{self.popen.pid}/children").read_text().split()
        status = Path(f"/proc/{children[-1]}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) // 1024

    def until_it_answers(self) -> None:
        deadline = time.monotonic() + 60
        while not self._answers():
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def _answers(self) -> bool:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=5)) as connection:
            try:
                connection.request("GET", "/healthz")
                return connection.getresponse().status == 200
            except OSError:
                return False


@pytest.fixture
def town(deps: Deps) -> Town:
    return make_town(deps)


@pytest.fixture
def worker(deps: Deps, town: Town, mongodb_uri: str, database_name: str, tmp_path: Path) -> Iterator[Worker]:
    made_one = Worker(
        {"uri": mongodb_uri, "database": database_name, "folder": str(tmp_path)}, tmp_path / "log"
    )
    try:
        made_one.until_it_answers()
        yield made_one
    finally:
        made_one.popen.send_signal(signal.SIGTERM)
        made_one.popen.wait(60)


def test_a_worker_is_small_again_after_the_largest_forms(town: Town, worker: Worker) -> None:
    full = made.png(1, 1, zlib.compress(bytes(2)), made.chunk(b"teXt", os.urandom(FILE_BYTES - 2000)))
    who = f"{town.resident.id}:{town.resident.subject_id}"

    def send(body: dict[str, Any]) -> int:
        about = town.record().id.encode()
        return worker.post(body | {"data": body["data"].replace(RECORD, about, 1)}, who)

    assert send(_filled_in([])) == 201
    before = worker.weight()
    answered: list[int] = []
    for evidence in ([(full, "a.png")] * 6, [(full, "a.png")] * 5 + [(b"MZ" + full[2:], "b.png")]):
        answered += at_once(partial(send, _filled_in(evidence)), AT_ONCE)
    assert answered == [201] * AT_ONCE + [415] * AT_ONCE
    assert worker.weight() - before < KEPT_MB


def _filled_in(evidence: list[tuple[bytes, str]]) -> dict[str, Any]:
    """Encoded once for all that are sent: that takes longer than to read it."""
    return form({"record_id": RECORD.decode(), "pledge": "…", "evidence": evidence})
