"""A local Bot API server: Telegram's methods, refusals, updates and pace over real HTTP, and a people's side to speak from."""

from tests.support.bot_api.pace import Pace, Window
from tests.support.bot_api.server import BotApi
from tests.support.bot_api.world import BOT, TOKEN

__all__ = ["BOT", "TOKEN", "BotApi", "Pace", "Window"]
