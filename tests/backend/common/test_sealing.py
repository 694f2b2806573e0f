"""Sealing: found by value where that is meant, opened only with the key, nothing else anywhere."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from pymongo.errors import EncryptionError

from backend.common.deps import Deps
from backend.common.mongo import Client
from backend.common.sealing import ROOMS, VAULT, Sealer
from tests.support.world import MASTER_KEY

PHONE = "+8613900001111"


@pytest.fixture
def place(client: Client, database_name: str) -> Iterator[str]:
    """A database of its own, without keys yet."""
    name = f"{database_name}_sealing"
    client.drop_database(name)
    yield name
    client.drop_database(name)


def test_random_sealing_gives_other_bytes_each_time_and_opens_to_the_same(deps: Deps) -> None:
    one, two = (deps.sealer.seal("registry", "欧阳䶮") for _ in range(2))
    assert one != two
    assert deps.sealer.open(one) == deps.sealer.open(two) == "欧阳䶮"
    assert "欧阳䶮".encode() not in one


@pytest.mark.parametrize("value", ["", "text", b"\0\xff" * 256, 12, {"a": ["甲", 1]}, True])
def test_what_was_sealed_opens_as_it_was(deps: Deps, value: object) -> None:
    assert deps.sealer.open(deps.sealer.seal("records", value)) == value


def test_look_up_sealing_gives_the_same_bytes_within_a_room_only(deps: Deps) -> None:
    mine = deps.sealer.seal_for_lookup("accounts", PHONE)
    assert mine == deps.sealer.seal_for_lookup("accounts", PHONE)
    assert mine != deps.sealer.seal_for_lookup("registry", PHONE)
    assert mine != deps.sealer.seal_for_lookup("accounts", PHONE[:-1] + "2")
    assert deps.sealer.open(mine) == PHONE


def test_an_index_finds_what_was_sealed_for_it(deps: Deps) -> None:
    deps.db["accounts"].insert_one(
        {"_id": "a", "phone_sealed": deps.sealer.seal_for_lookup("accounts", PHONE), "closed_at": None}
    )
    found = deps.db["accounts"].find_one({"phone_sealed": deps.sealer.seal_for_lookup("accounts", PHONE)})
    assert found is not None
    assert deps.sealer.open(found["phone_sealed"]) == PHONE


def test_another_process_with_the_same_key_finds_and_opens(
    deps: Deps, client: Client, database_name: str
) -> None:
    other = Sealer(client, database_name, MASTER_KEY)
    try:
        assert other.seal_for_lookup("accounts", PHONE) == deps.sealer.seal_for_lookup("accounts", PHONE)
        assert other.open(deps.sealer.seal("accounts", PHONE)) == PHONE
    finally:
        other.close()


def test_another_master_key_opens_nothing(deps: Deps, client: Client, database_name: str) -> None:
    sealed = deps.sealer.seal("accounts", PHONE)
    other = Sealer(client, database_name, bytes(96))
    try:
        with pytest.raises(EncryptionError):
            other.open(sealed)
        assert other.derive("audit") != deps.sealer.derive("audit")
    finally:
        other.close()


@pytest.mark.parametrize("place", [0, 1, 20, -1])
def test_changed_bytes_do_not_open(deps: Deps, place: int) -> None:
    sealed = bytearray(deps.sealer.seal("faces", b"\x01" * 512))
    sealed[place] ^= 1
    with pytest.raises(EncryptionError):
        deps.sealer.open(bytes(sealed))


def test_the_vault_holds_wrapped_keys_only(deps: Deps, client: Client) -> None:
    kept = list(deps.db[VAULT].find())
    assert {name for key in kept for name in key["keyAltNames"]} >= set(ROOMS)
    assert all(key["masterKey"] == {"provider": "local"} for key in kept)
    assert all(MASTER_KEY[:16] not in key["keyMaterial"] for key in kept)


def test_processes_that_start_together_make_one_key_a_room(client: Client, place: str) -> None:
    sealers = [Sealer(client, place, MASTER_KEY) for _ in range(8)]
    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda sealer: sealer.ensure_keys(), sealers, timeout=60))
        assert client[place][VAULT].count_documents({}) == len(ROOMS)
        assert len({sealer.seal_for_lookup("accounts", PHONE) for sealer in sealers}) == 1
    finally:
        for sealer in sealers:
            sealer.close()


def test_a_first_sealing_inside_a_transaction_that_is_taken_back_keeps_its_key(
    deps: Deps, client: Client, place: str
) -> None:
    fresh = Sealer(client, place, MASTER_KEY)

    def seal_and_raise() -> None:
        with deps.transaction():
            fresh.seal("accounts", PHONE)
            raise ValueError("back")

    try:
        with pytest.raises(ValueError, match="back"):
            seal_and_raise()
        again = Sealer(client, place, MASTER_KEY)
        assert again.open(fresh.seal("accounts", PHONE)) == PHONE
        again.close()
    finally:
        fresh.close()


def test_derived_keys_differ_by_purpose_and_are_not_the_master_key(deps: Deps) -> None:
    made = {deps.sealer.derive(purpose) for purpose in ("audit", "cursors", "limits", "")}
    assert len(made) == 4
    assert {len(key) for key in made} == {32}
    assert all(key not in MASTER_KEY for key in made)


def test_a_master_key_of_another_size_is_refused(client: Client, place: str) -> None:
    with pytest.raises(ValueError, match="96 bytes"):
        Sealer(client, place, b"short")
