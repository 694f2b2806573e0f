"""Every setting of every process, typed, read once from the environment at the edge.

`.env.example` has one line per field (a test keeps them equal). Demo and test make what they lack under `data_dir`;
production names everything that is missing in one message and does not start.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args, get_origin
from urllib.parse import urlsplit

from schemas.text import Text

AppEnv = Literal["demo", "test", "production"]
BotMode = Literal["polling", "webhook"]
SmsKind = Literal["file", "console", "http"]
WeChatMode = Literal["plain", "compatible", "safe"]
TilesCrs = Literal["wgs84", "gcj02", "bd09"]
DEMONSTRATION = Text("演示运营方", "demonstration operator")
"""Runs what nobody has set an operator for."""
UNNAMED = Text("本服务运营方", "the operator of this service")
"""The same in production, where nobody may be taken for a demonstration."""


class SettingsError(Exception):
    """The environment cannot be used; the message lists everything that is wrong."""


def _setting(default: Any = None, *, production: bool = False, secret: bool = False) -> Any:
    return field(default=default, metadata={"production": production, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """One field a setting; the variable is the field's name in capitals. Marks say what production must set."""

    app_env: AppEnv = _setting("demo")
    port: int = _setting(8000)
    host: str = _setting("127.0.0.1")
    data_dir: Path = _setting(Path(".data"))
    mongodb_uri: str | None = _setting(None, production=True, secret=True)
    mongodb_database: str = _setting("credit_shanghai")
    public_url: str | None = _setting(None, production=True)
    operator_name: str | None = _setting(None)
    operator_name_en: str | None = _setting(None)
    field_master_key: str | None = _setting(None, production=True, secret=True)
    token_keys: str | None = _setting(None, production=True, secret=True)
    sms_gateway: SmsKind = _setting("file")
    sms_gateway_url: str | None = _setting(None, production=True)
    sms_gateway_key: str | None = _setting(None, production=True, secret=True)
    bot_token: str | None = _setting(None, secret=True)
    bot_api_url: str | None = _setting(None)
    bot_mode: BotMode = _setting("polling")
    bot_webhook_secret: str | None = _setting(None, secret=True)
    bot_port: int = _setting(8081)
    wechat_app_id: str | None = _setting(None)
    wechat_app_secret: str | None = _setting(None, secret=True)
    wechat_token: str | None = _setting(None, secret=True)
    wechat_aes_key: str | None = _setting(None, secret=True)
    wechat_mode: WeChatMode = _setting("safe")
    wechat_template_id: str | None = _setting(None)
    wechat_api_url: str | None = _setting(None)
    push_gateway_url: str | None = _setting(None)
    push_gateway_key: str | None = _setting(None, secret=True)
    map_tiles_url: str | None = _setting(None)
    map_tiles_crs: TilesCrs = _setting("wgs84")
    map_tiles_attribution: str | None = _setting(None)
    limit_per_address: int = _setting(6000)
    trusted_proxies: int = _setting(0)
    cors_origins: tuple[str, ...] = _setting(())
    web_workers: int = _setting(2)
    web_threads: int = _setting(8)
    face_socket: Path | None = _setting(None)
    face_workers: int = _setting(2)
    face_queue: int = _setting(8)
    face_job_seconds: int = _setting(10)
    face_enrol_seconds: int = _setting(30)
    face_wait_seconds: int = _setting(5)
    face_recycle_after: int = _setting(500)
    log_level: str = _setting("INFO")

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read all fields; raises `SettingsError` with the full list of what is wrong or missing."""
        values, wrong = {}, []
        for spec in fields(cls):
            text = environ.get(spec.name.upper(), "").strip()
            if not text:
                continue
            try:
                values[spec.name] = _read(spec.type, text)
            except ValueError as error:
                wrong.append(f"{spec.name.upper()}: {error}")
        settings = cls(**values)
        wrong += settings._missing() + settings._wrong_of_wechat() + settings._wrong_of_tiles()
        if wrong:
            raise SettingsError("The settings cannot be used:\n  " + "\n  ".join(wrong))
        return settings

    def _missing(self) -> list[str]:
        if self.app_env != "production":
            return []
        unset = [s.name for s in fields(self) if s.metadata["production"] and getattr(self, s.name) is None]
        wrong = [f"{name.upper()}: production must set it" for name in unset]
        if self.sms_gateway != "http":
            wrong.append(
                "SMS_GATEWAY: production needs `http`; codes in a file or on a console protect nobody"
            )
        return wrong

    def _wrong_of_wechat(self) -> list[str]:
        """Only where the account's token says that WeChat calls here."""
        if self.wechat_token is None:
            return []
        wrong, key = [], self.wechat_aes_key or ""
        if not (
            3 <= len(self.wechat_token) <= 32 and self.wechat_token.isascii() and self.wechat_token.isalnum()
        ):
            wrong.append("WECHAT_TOKEN: must be 3 to 32 letters and digits, as in the console")
        if self.wechat_app_id is None:
            wrong.append("WECHAT_APP_ID: WECHAT_TOKEN needs it")
        if self.wechat_mode != "plain" and not (len(key) == 43 and key.isascii() and key.isalnum()):
            wrong.append(f"WECHAT_AES_KEY: `{self.wechat_mode}` needs the console's 43 letters and digits")
        if self.wechat_mode == "plain" and self.app_env == "production":
            wrong.append(
                "WECHAT_MODE: a signature covers no plain body; production needs `safe` or `compatible`"
            )
        return wrong

    def _wrong_of_tiles(self) -> list[str]:
        """Only where a map has tiles. The origin goes into the policy of a page, so it is looked at closely."""
        if self.map_tiles_url is None:
            return []
        wrong = []
        if not _is_tiles_url(self.map_tiles_url, plain=self.app_env != "production"):
            wrong.append(
                "MAP_TILES_URL: must be https://host/… or a path of this site, with {z}, {x} and {y} in its path and no {s}"
            )
        if self.map_tiles_attribution is None:
            wrong.append(
                "MAP_TILES_ATTRIBUTION: MAP_TILES_URL needs it: whose map it is, and its review number (审图号)"
            )
        return wrong

    @property
    def map_tiles_origin(self) -> str | None:
        """Where pictures of the map come from, when that is another site than this."""
        if self.map_tiles_url is None or self.map_tiles_url.startswith("/"):
            return None
        found = urlsplit(self.map_tiles_url)
        return f"{found.scheme}://{found.netloc}"

    @property
    def site(self) -> str:
        """The public address of the service, without a slash at its end."""
        return (self.public_url or f"http://127.0.0.1:{self.port}").rstrip("/")

    @property
    def operator(self) -> Text:
        """Who runs this service and answers for it: in the foot of every page, and as the author of its articles."""
        if self.operator_name is None:
            return UNNAMED if self.app_env == "production" else DEMONSTRATION
        return Text(self.operator_name, self.operator_name_en or self.operator_name)

    @property
    def face_address(self) -> Path:
        """The Unix socket of the face process."""
        return self.face_socket or self.data_dir / "run" / "face.sock"

    @property
    def database_note(self) -> Path:
        """Where `make run` writes down the address of its database, so that a command beside it finds it."""
        return self.data_dir / "run" / "mongodb_uri"

    @property
    def site_note(self) -> Path:
        """Where `make run` writes down under which address it answers, for what is started beside it in another shell."""
        return self.data_dir / "run" / "site"

    def __repr__(self) -> str:
        values = {s: getattr(self, s.name) for s in fields(self)}
        shown = {
            s.name: "set" if s.metadata["secret"] else value
            for s, value in values.items()
            if value is not None
        }
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in shown.items())})"


def _read(kind: Any, text: str) -> Any:
    if get_origin(kind) is Literal:
        if text not in get_args(kind):
            raise ValueError(f"must be one of {', '.join(get_args(kind))}")
        return text
    if kind is int:
        return _whole(text)
    if kind in (Path, Path | None):
        return Path(text)
    if kind == tuple[str, ...]:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text


def _is_tiles_url(url: str, *, plain: bool) -> bool:
    """`plain`: http will do."""
    rest = url
    if not url.startswith("/"):
        found = re.fullmatch(r"(https?)://[a-z0-9.-]+(:[0-9]{1,5})?(/.*)", url)
        if found is None or (found[1] == "http" and not plain):
            return False
        rest = found[3]
    is_visible = url.isascii() and url.isprintable() and not any(c in url for c in " ;,'\"<>\\")
    return is_visible and not rest.startswith("//") and set(re.findall(r"{(.*?)}", rest)) == {"z", "x", "y"}


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError("must be a whole number, 0 or more")
    return int(text)
