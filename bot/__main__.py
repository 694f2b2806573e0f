"""The bot process: `python -m bot`."""

import asyncio
import os
import sys

from backend.common import lasting, logs
from backend.common.settings import Settings, SettingsError

log = logs.get("bot")


def main() -> int:
    """Run until SIGTERM or SIGINT. Without a token there is nothing to do: it says so and ends with 0."""
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    logs.configure(settings.log_level, "bot")
    if settings.bot_token is None:
        log.info("bot.not_started", waits_for="BOT_TOKEN")
        return 0
    # aiogram takes seconds of processor time to load, which the other processes need while a bot without token ends.
    with lasting.loading():
        from bot import supervisor

    return asyncio.run(supervisor.serve(settings, settings.bot_token))


if __name__ == "__main__":
    sys.exit(main())
