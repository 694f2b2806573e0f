"""`make chat`: talk to the bot by hand, on a page that this server shows; beside `make run` or with settings that name it."""

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from backend.common.settings import Settings, SettingsError
from backend.common.stopping import Stop
from backend.local import dotenv, processes
from backend.local.run import ROOT
from tests.support.bot_api import TOKEN, BotApi, Pace, Window
from tests.support.bot_api.desk import PEOPLE
from tests.support.bot_api.methods.receiving import LOOPBACK

PORT = 8081
PACE = Pace(chat=Window(5, 5))
"""Telegram bears short bursts: five messages to one chat in any five seconds."""


class ChatError(Exception):
    """There can be no chat; the message is for the person at the terminal."""


def main() -> int:
    options = argparse.ArgumentParser(prog="make chat", description=__doc__)
    options.add_argument(
        "--port", type=int, default=PORT, help=f"of the page and the Bot API (default {PORT})"
    )
    asked = options.parse_args()
    try:
        environ = dotenv.with_file(os.environ, ROOT / ".env")
        return chat(Settings.from_env(environ), environ, asked.port)
    except (ChatError, SettingsError) as error:
        print(f"make chat: {error}", file=sys.stderr)
        return 2


def chat(settings: Settings, environ: Mapping[str, str], port: int) -> int:
    """Until Ctrl-C or SIGTERM. The bot is the running service's own when its settings name this server; otherwise it is
    started here over that service's database."""
    named = urlsplit(settings.bot_api_url or "")
    if settings.bot_token and named.hostname not in LOOPBACK:
        raise ChatError(
            "BOT_TOKEN is set for another Bot API server; unset it, or set BOT_API_URL to this machine"
        )
    if settings.app_env == "production":
        raise ChatError("this page is for demonstration; production talks through Telegram")
    own_bot = settings.bot_token is None
    if own_bot and settings.mongodb_uri is None and not settings.database_note.is_file():
        raise ChatError("the service does not run; start `make run` in another shell first")
    kept = settings.data_dir / "chat" / "transcript.jsonl"
    kept.parent.mkdir(parents=True, exist_ok=True)
    stop = Stop().listen()
    with ExitStack() as after:
        token, at = settings.bot_token or TOKEN, port if own_bot else named.port or 80
        api = after.enter_context(_served(at, token, kept))
        bot = _start_bot(api, settings, environ) if own_bot else None
        if bot is not None:
            after.callback(processes.end, bot, within_s=15)
        _welcome(api, kept, own_bot=own_bot)
        while not stop.wait(0.2):
            if bot is not None and bot.poll() is not None:
                raise ChatError(f"the bot ended with {bot.returncode}; its last lines stand above")
    return 0


def _served(port: int, token: str, kept: Path) -> BotApi:
    try:
        return BotApi(strangers=False, pace=PACE, keep=kept, port=port, token=token, named=False)
    except OSError as error:
        raise ChatError(
            f"port {port} cannot be used ({error.strerror}); choose another: make chat CHAT_PORT=8082"
        ) from None


def _start_bot(api: BotApi, settings: Settings, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """It leads people to where the running service answers, whatever port that was given in its shell."""
    own = {"BOT_TOKEN": api.token, "BOT_API_URL": api.url, "BOT_MODE": "polling"}
    if settings.site_note.is_file():
        own["PUBLIC_URL"] = settings.site_note.read_text().strip()
    given = {**environ, **own, "PYTHONUNBUFFERED": "1"}
    return processes.spawn([sys.executable, "-m", "bot"], environ=given, cwd=ROOT, output=sys.stdout.fileno())


def _welcome(api: BotApi, kept: Path, *, own_bot: bool) -> None:
    people = ", ".join(name for name, _ in PEOPLE.values())
    whose = "started here" if own_bot else "the running service's, by BOT_TOKEN and BOT_API_URL"
    more = (
        "  notices (a link was opened, a case moved, news) do not come this way: for them set BOT_TOKEN and BOT_API_URL for\n"
        "  `make run` and `make chat` (docs/operations.md); a binding code is made on the page /chats of the service\n"
        if own_bot
        else ""
    )
    print(
        f"\nTalk to the bot: {api.url}\n  as {people}; the bot is {whose}\n  kept in {kept}\n{more}Ctrl-C ends it.\n",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
