"""What every test may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend import bootstrap
from backend.common import mongo
from backend.common.actor import Actor, system
from backend.common.deps import Deps
from backend.common.mongo import Client
from backend.common.sealing import Sealer
from schemas.terms import Channel
from tests.support import world
from tests.support.world import Clock

pytest_plugins = [
    "tests.support.mongod",
    "tests.support.web",
    "tests.support.face",
    "tests.support.browser",
    "tests.support.camera",
    "tests.support.passwords",
]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long ones first, otherwise as they came: a worker that has nothing left takes short ones from another."""
    items.sort(key=lambda item: "slow" not in item.keywords)


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


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def deps(
    _prepared: None,
    client: Client,
    sealer: Sealer,
    clock: Clock,
    mongodb_uri: str,
    database_name: str,
    tmp_path: Path,
) -> Deps:
    """Real database of this worker, emptied; `deps.now` is the fixture `clock`."""
    made = world.make_deps(client, world.make_settings(mongodb_uri, database_name, tmp_path), clock, sealer)
    world.empty(made)
    return made


@pytest.fixture
def system_actor() -> Actor:
    return system(Channel.COMMAND, "test")
