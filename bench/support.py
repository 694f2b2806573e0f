"""What the benches share: a database of their own on disk, as in production, not in memory as in the tests."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from backend import bootstrap
from backend.common.deps import Deps
from backend.common.settings import Settings
from backend.local.mongod import Mongod


@contextmanager
def database() -> Iterator[Deps]:
    """Deps over an embedded server with an empty database, ended and removed afterwards."""
    with TemporaryDirectory(prefix="credit-bench-") as folder:
        server = Mongod(Path(folder) / "db", log=Path(folder) / "mongod.log", port=0)
        server.start()
        try:
            server.wait_ready()
            settings = Settings(app_env="test", mongodb_uri=server.uri, data_dir=Path(folder) / "data")
            deps = bootstrap.build_deps(settings)
            yield deps
            deps.sealer.close()
            deps.client.close()
        finally:
            server.stop()


def rate(threads: int, works: Sequence[Callable[[], object]]) -> float:
    """How many a second, over threads that share the work."""
    lots = [works[place::threads] for place in range(threads)]

    def some(lot: Sequence[Callable[[], object]]) -> None:
        for work in lot:
            work()

    running = [threading.Thread(target=some, args=(lot,)) for lot in lots]
    began = time.perf_counter()
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return len(works) / (time.perf_counter() - began)
