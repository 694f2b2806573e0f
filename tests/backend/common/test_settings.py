"""Settings are read once, all faults are told at once, and secrets never show."""

from dataclasses import fields
from pathlib import Path

import pytest

from backend.common.settings import Settings, SettingsError
from tests.support.processes import ROOT

PRODUCTION = {
    "APP_ENV": "production",
    "MONGODB_URI": "mongodb://db.example/",
    "PUBLIC_URL": "https://credit.example/",
    "FIELD_MASTER_KEY": "k",
    "TOKEN_KEYS": "t",
    "SMS_GATEWAY": "http",
    "SMS_GATEWAY_URL": "https://sms.example/",
    "SMS_GATEWAY_KEY": "s",
}


def refused(**environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(environ)
    return str(caught.value)


def test_nothing_set_is_the_demonstration() -> None:
    settings = Settings.from_env({})
    assert (settings.app_env, settings.port, settings.data_dir) == ("demo", 8000, Path(".data"))
    assert settings.limit_per_address > 0


def test_every_setting_is_read_as_what_it_is() -> None:
    settings = Settings.from_env(
        {
            "PORT": " 9000 ",
            "DATA_DIR": "/srv/data",
            "CORS_ORIGINS": "https://a.example, https://b.example,",
            "BOT_MODE": "webhook",
        }
    )
    assert (settings.port, settings.data_dir, settings.bot_mode) == (9000, Path("/srv/data"), "webhook")
    assert settings.cors_origins == ("https://a.example", "https://b.example")


def test_an_empty_variable_is_as_if_it_were_not_there() -> None:
    assert Settings.from_env({"PORT": "", "BOT_TOKEN": "  "}) == Settings()


def test_everything_that_is_wrong_is_told_in_one_message() -> None:
    message = refused(PORT="eighty", APP_ENV="staging", WEB_WORKERS="-1", LIMIT_PER_ADDRESS="٣")
    for name in ("PORT", "APP_ENV", "WEB_WORKERS", "LIMIT_PER_ADDRESS"):
        assert f"  {name}: " in message


def test_production_names_every_missing_secret_at_once() -> None:
    message = refused(APP_ENV="production")
    for name in PRODUCTION.keys() - {"APP_ENV"}:
        assert f"  {name}: " in message


@pytest.mark.parametrize("name", sorted(PRODUCTION.keys() - {"APP_ENV"}))
def test_production_does_not_start_without_any_one_of_them(name: str) -> None:
    assert name in refused(**{key: value for key, value in PRODUCTION.items() if key != name})


def test_production_starts_with_all_of_them_and_sends_no_codes_to_a_file() -> None:
    assert Settings.from_env(PRODUCTION).site == "https://credit.example"
    assert "SMS_GATEWAY" in refused(**(PRODUCTION | {"SMS_GATEWAY": "file"}))


def test_the_operator_is_named_in_both_languages() -> None:
    assert Settings.from_env({}).operator == ("演示运营方", "demonstration operator")
    assert Settings.from_env(PRODUCTION).operator == ("本服务运营方", "the operator of this service")
    named = PRODUCTION | {"OPERATOR_NAME": "某市信用中心"}
    assert Settings.from_env(named).operator == ("某市信用中心", "某市信用中心")
    both = named | {"OPERATOR_NAME_EN": "A City's Credit Centre"}
    assert Settings.from_env(both).operator == ("某市信用中心", "A City's Credit Centre")


def test_a_refused_value_of_a_secret_is_not_repeated() -> None:
    assert "hunter2" not in refused(APP_ENV="production", TOKEN_KEYS="hunter2")


def test_showing_settings_shows_no_secret_and_only_what_is_set() -> None:
    secrets = [spec.name for spec in fields(Settings) if spec.metadata["secret"]]
    shown = repr(Settings(**dict.fromkeys(secrets, "hunter2")))  # type: ignore[arg-type]  # all secrets are texts
    assert "hunter2" not in shown
    assert all(f"{name}='set'" in shown for name in secrets)
    assert "token_keys" not in repr(Settings())


def test_the_example_has_a_line_for_every_setting_and_no_other() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    named = [
        line.lstrip("# ").split("=")[0]
        for line in lines
        if "=" in line and line.lstrip("# ").split("=")[0].isupper()
    ]
    assert sorted(named) == sorted(spec.name.upper() for spec in fields(Settings))


WECHAT = {"WECHAT_APP_ID": "wx01", "WECHAT_TOKEN": "c0ffee", "WECHAT_AES_KEY": "a" * 43}


def test_an_account_that_is_set_up_whole_is_taken() -> None:
    for mode in ("safe", "compatible"):
        assert Settings.from_env(PRODUCTION | WECHAT | {"WECHAT_MODE": mode}).wechat_mode == mode
    plain = {name: WECHAT[name] for name in ("WECHAT_APP_ID", "WECHAT_TOKEN")} | {"WECHAT_MODE": "plain"}
    assert Settings.from_env(plain).wechat_mode == "plain"
    assert Settings.from_env({"WECHAT_AES_KEY": "of no use without a token"}).wechat_token is None


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"WECHAT_APP_ID": ""}, "WECHAT_APP_ID"),
        ({"WECHAT_TOKEN": "no spaces"}, "WECHAT_TOKEN"),
        ({"WECHAT_TOKEN": "ab"}, "WECHAT_TOKEN"),
        ({"WECHAT_AES_KEY": ""}, "WECHAT_AES_KEY"),
        ({"WECHAT_AES_KEY": "a" * 42}, "WECHAT_AES_KEY"),
        ({"WECHAT_AES_KEY": "a" * 42 + "="}, "WECHAT_AES_KEY"),
        ({"WECHAT_MODE": "plain"}, "WECHAT_MODE"),
        ({"WECHAT_MODE": "open"}, "WECHAT_MODE"),
    ],
)
def test_one_that_is_not_says_what_is_wrong(wrong: dict[str, str], named: str) -> None:
    message = refused(**(PRODUCTION | WECHAT | wrong))
    assert f"  {named}: " in message
    assert "no spaces" not in message


TILES = {
    "MAP_TILES_URL": "https://tiles.example/{z}/{x}/{y}.png?tk=1",
    "MAP_TILES_ATTRIBUTION": "GS(2026)0001号",
}


def test_tiles_of_the_map_name_one_origin_or_none() -> None:
    assert Settings.from_env({}).map_tiles_origin is None
    assert Settings.from_env(PRODUCTION | TILES).map_tiles_origin == "https://tiles.example"
    own = Settings.from_env(PRODUCTION | TILES | {"MAP_TILES_URL": "/tiles/{z}/{x}/{y}"})
    assert (own.map_tiles_url, own.map_tiles_origin) == ("/tiles/{z}/{x}/{y}", None)
    plain = Settings.from_env(TILES | {"MAP_TILES_URL": "http://127.0.0.1:9000/{z}/{x}/{y}"})
    assert plain.map_tiles_origin == "http://127.0.0.1:9000"
    assert plain.map_tiles_crs == "wgs84"


@pytest.mark.parametrize(
    "url",
    [
        "https://tiles.example/{z}/{x}.png",
        "https://{s}.tiles.example/{z}/{x}/{y}",
        "https://tiles.example/{s}/{z}/{x}/{y}",
        "https://tiles.example; script-src *;/{z}/{x}/{y}",
        "https://tiles.example,evil.example/{z}/{x}/{y}",
        "https://a@tiles.example/{z}/{x}/{y}",
        "https://*/{z}/{x}/{y}",
        "https:tiles/{z}/{x}/{y}",
        "javascript:/{z}/{x}/{y}",
        "//tiles.example/{z}/{x}/{y}",
        "/\\tiles.example/{z}/{x}/{y}",
    ],
)
def test_an_address_of_tiles_that_would_let_in_more_is_refused(url: str) -> None:
    assert "MAP_TILES_URL" in refused(**(TILES | {"MAP_TILES_URL": url}))


def test_production_wants_tiles_sealed_on_their_way_and_every_map_says_whose_it_is() -> None:
    assert "MAP_TILES_URL" in refused(
        **(PRODUCTION | TILES | {"MAP_TILES_URL": "http://a.example/{z}/{x}/{y}"})
    )
    assert "MAP_TILES_ATTRIBUTION" in refused(MAP_TILES_URL=TILES["MAP_TILES_URL"])
    assert "MAP_TILES_CRS" in refused(MAP_TILES_CRS="wgs-84")
