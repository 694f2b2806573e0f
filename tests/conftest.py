"""What every test may ask for."""

import gc
import os
import ssl
from collections.abc import Callable, Generator, Iterator
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import bot  # noqa: F401 - before anything imports aiogram
from backend import bootstrap
from backend.common import mongo
from backend.common.actor import Actor, system
from backend.common.deps import Deps
from backend.common.mongo import Client
from backend.common.sealing import Sealer
from schemas.terms import Channel
from tests.support import ordering, own_words, world
from tests.support.world import Clock

# How long something takes is for the benches: a slow machine is no fault, neither at drawing inputs nor at using them.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
# For tests that see to it themselves that nothing of one example is left for the next.
settings.register_profile(
    "over fixtures",
    settings.get_profile("house"),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
own_words.use()
# Each client would read the certificates of all authorities anew, a twentieth of a second, to speak plain HTTP on this machine.
ssl.create_default_context = cache(ssl.create_default_context)  # type: ignore[assignment]  # called alike

pytest_plugins = [
    "tests.support.mongod",
    "tests.support.web",
    "tests.support.face",
    "tests.support.windows",
    "tests.support.camera",
    "tests.support.passwords",
    "tests.support.telling",
    "tests.support.workers",
]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    """Nearly all that is made here stays, so the garbage collector rests, which would look hundreds of times."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long ones first, otherwise as they came."""
    items[:] = ordering.for_workers(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def pytest_collection_finish() -> None:
    """What the collection made stays to the end; without this every full round of the garbage collector looks at all of it."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def client(mongodb_uri: str) -> Iterator[Client]:
    with mongo.connect(mongodb_uri) as connected:
        yield connected


@pytest.fixture(scope="session")
def sealer(client: Client, database_name: str) -> Iterator[Sealer]:
    made = Sealer(client, database_name, world.MASTER_KEY)
    yield made
    made.close()


@pytest.fixture(scope="session", autouse=True)
def _printer_ends() -> Iterator[None]:
    yield
    world.PRINTER.close()


@pytest.fixture(scope="session")
def _prepared(
    client: Client,
    sealer: Sealer,
    mongodb_uri: str,
    database_name: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    settings = world.make_settings(mongodb_uri, database_name, tmp_path_factory.mktemp("prepared"))
    client.drop_database(database_name)
    bootstrap.ensure_indexes(world.make_deps(client, settings, Clock(), sealer))


@pytest.fixture(scope="session")
def emptied(
    _prepared: None,
    client: Client,
    sealer: Sealer,
    mongodb_uri: str,
    database_name: str,
    data_dirs: Iterator[Path],
) -> Callable[[], Deps]:
    """As the fixture `deps`, for what is made once for several tests."""

    def make() -> Deps:
        settings = world.make_settings(mongodb_uri, database_name, next(data_dirs))
        made = world.make_deps(client, settings, Clock(), sealer)
        world.empty(made)
        return made

    return make


@pytest.fixture(scope="session")
def data_dirs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty folder for each that asks: few tests look into theirs, and `tmp_path` is named, linked and resolved for people."""
    root = tmp_path_factory.mktemp("data")

    def made() -> Iterator[Path]:
        for number in count():
            folder = root / str(number)
            folder.mkdir()
            yield folder

    return made()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def standing_deps(
    _prepared: None,
    client: Client,
    sealer: Sealer,
    clock: Clock,
    mongodb_uri: str,
    database_name: str,
    data_dirs: Iterator[Path],
) -> Deps:
    """Real database of this worker, as the test before left it; `now` is the fixture `clock`."""
    return world.make_deps(
        client, world.make_settings(mongodb_uri, database_name, next(data_dirs)), clock, sealer
    )


@pytest.fixture
def deps(standing_deps: Deps) -> Deps:
    """The same, emptied."""
    world.empty(standing_deps)
    return standing_deps


@pytest.fixture
def system_actor() -> Actor:
    return system(Channel.COMMAND, "test")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever collides gives up after the least number of attempts: for tests in which nobody lets go before."""
    monkeypatch.setattr(mongo, "PATIENCE_S", 0)
