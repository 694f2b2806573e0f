"""The demonstration makes its keys once and keeps them to itself; production brings its own."""

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from backend.common import keys
from backend.common.settings import Settings, SettingsError

MASTER, SEED, OTHER_SEED = bytes(96), bytes(32), bytes(range(32))


def text(*parts: bytes) -> str:
    return ",".join(base64.b64encode(part).decode() for part in parts)


@pytest.fixture
def demo(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


def test_keys_are_made_once_and_found_again(demo: Settings) -> None:
    first = keys.load(demo)
    assert keys.load(demo) == first
    assert (len(first.master_key), [len(seed) for seed in first.token_seeds]) == (96, [32])
    assert first.master_key != keys.load(replace(demo, data_dir=demo.data_dir / "other")).master_key


def test_key_files_are_for_their_owner_alone(demo: Settings) -> None:
    keys.load(demo)
    folder = demo.data_dir / "keys"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {
        "field_master_key": 0o600,
        "token_keys": 0o600,
    }


def test_processes_that_start_together_agree_on_one_key(demo: Settings) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda _: keys.load(demo), range(16)))
    assert len({one.master_key for one in made}) == 1
    assert len({tuple(one.token_seeds) for one in made}) == 1
    assert len(list((demo.data_dir / "keys").iterdir())) == 2


def test_keys_of_the_settings_come_first_and_no_file_is_made(demo: Settings) -> None:
    given = replace(demo, field_master_key=text(MASTER), token_keys=text(OTHER_SEED, SEED))
    assert keys.load(given) == keys.Secrets(MASTER, [OTHER_SEED, SEED])
    assert not (demo.data_dir / "keys").exists() or not list((demo.data_dir / "keys").iterdir())


def test_production_makes_no_keys(demo: Settings) -> None:
    with pytest.raises(SettingsError):
        keys.load(replace(demo, app_env="production"))
    assert not demo.data_dir.exists()
    given = replace(demo, app_env="production", field_master_key=text(MASTER), token_keys=text(SEED))
    assert keys.load(given) == keys.Secrets(MASTER, [SEED])


@pytest.mark.parametrize("wrong", ["x", "not base64!", text(b"short"), text(bytes(97)), "€"])
def test_a_key_of_another_size_or_spelling_is_named_but_not_repeated(demo: Settings, wrong: str) -> None:
    for name in ("field_master_key", "token_keys"):
        with pytest.raises(SettingsError, match=name.upper()) as caught:
            keys.load(replace(demo, **{name: wrong}))  # type: ignore[arg-type]  # both are texts
        assert wrong not in str(caught.value).replace(name.upper(), "") or wrong == "x"


def test_one_wrong_key_among_several_is_refused(demo: Settings) -> None:
    with pytest.raises(SettingsError, match="TOKEN_KEYS"):
        keys.load(replace(demo, token_keys=text(SEED) + ","))


def test_a_damaged_key_file_is_told_and_not_replaced(demo: Settings) -> None:
    keys.load(demo)
    path = demo.data_dir / "keys" / "field_master_key"
    path.write_text("damaged")
    with pytest.raises(SettingsError, match="FIELD_MASTER_KEY"):
        keys.load(demo)
    assert path.read_text() == "damaged"


def test_secrets_are_not_shown_by_repr(demo: Settings) -> None:
    assert "\\x" not in repr(keys.load(demo))
