"""Telegram brings updates over HTTP: who brings them is checked, and an update is taken only when it was handled."""

import asyncio
import hmac
import json
import math

from aiogram import Bot, Dispatcher
from aiohttp import web

from backend.common import logs
from backend.common.deps import Deps
from bot import receiving
from bot.receiving import Outcome

log = logs.get("bot")

PATH = "/telegram/webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  the name of a header, no secret
LARGEST = 1 << 20
AT_ONCE = 40
RETRY_AFTER_S = 5
ENDING_S = 20.0


class Webhook:
    """The server behind the address that Telegram was told. A wrong secret is 401 and nothing is read; what is no update is 200,
    for it would only come again; what cannot be handled now is 503, and comes again."""

    def __init__(self, bot: Bot, dispatcher: Dispatcher, secret: str) -> None:
        self._bot = bot
        self._dispatcher = dispatcher
        self._secret = secret.encode()

    def app(self) -> web.Application:
        made = web.Application(client_max_size=LARGEST)
        made.router.add_post(PATH, self._receive)
        made.router.add_get("/healthz", self._healthy)
        return made

    async def _receive(self, request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "").encode(errors="surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            log.warning("bot.wrong_secret")
            return web.Response(status=401)
        try:
            told = json.loads(await request.read())
        except (ValueError, RecursionError):
            log.warning("bot.unreadable_update")
            return web.Response()
        update = receiving.read(told, self._bot)
        if update is None:
            return web.Response()
        handled = await receiving.handle(self._bot, self._dispatcher, update)
        if handled.outcome is not Outcome.LATER:
            return web.Response()
        wait = RETRY_AFTER_S if handled.wait_s is None else math.ceil(handled.wait_s)
        return web.Response(status=503, headers={"Retry-After": str(wait)})

    async def _healthy(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def run(self, host: str, port: int, stop: asyncio.Event) -> None:
        """Serve until told to stop; what is under way ends first."""
        runner = web.AppRunner(self.app(), access_log=None, shutdown_timeout=ENDING_S)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
            await stop.wait()
        finally:
            await runner.cleanup()


def secret_of(deps: Deps) -> str:
    """The word that Telegram shows with every update: of the settings, or made of the master key, so that every bot process
    of this installation knows the same."""
    return deps.settings.bot_webhook_secret or deps.sealer.derive("telegram-webhook").hex()
