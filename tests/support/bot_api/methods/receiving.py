"""Methods by which the bot learns what happens: polling and the webhook."""

import re
from typing import Any
from urllib.parse import urlsplit

from tests.support.bot_api.refusals import bad
from tests.support.bot_api.updates import MOST_AT_ONCE, Update, Webhook
from tests.support.bot_api.values import Values
from tests.support.bot_api.world import World

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def get_updates(world: World, values: Values) -> list[Update]:
    limit = values.whole("limit", MOST_AT_ONCE) or MOST_AT_ONCE
    if values.structure("allowed_updates") is not None and not world.updates.webhook:
        world.updates.choose(values.structure("allowed_updates"))
    return world.updates.poll(values.whole("offset"), limit, values.whole("timeout"))


def set_webhook(world: World, values: Values) -> tuple[bool, str]:
    """Plain HTTP is taken on this machine, as by Telegram's own server in its local mode; elsewhere it must be HTTPS."""
    url, secret = values.text("url"), values.text("secret_token")
    if not url:
        return delete_webhook(world, values)
    place = urlsplit(url)
    if place.scheme != "https" and not (place.scheme == "http" and place.hostname in LOOPBACK):
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise bad("secret token contains unallowed characters")
    updates = world.updates
    certificate = "certificate" in values.files
    updates.webhook = Webhook(url, secret, values.whole("max_connections", 40), certificate)
    updates.choose(values.structure("allowed_updates"))
    _drop(world, values)
    world.webhook_fault = {}
    world.changed.notify_all()
    return True, "Webhook was set"


def delete_webhook(world: World, values: Values) -> tuple[bool, str]:
    was = world.updates.webhook
    world.updates.webhook = None
    _drop(world, values)
    world.changed.notify_all()
    return True, "Webhook was deleted" if was else "Webhook is already deleted"


def get_webhook_info(world: World, values: Values) -> dict[str, Any]:
    webhook, waiting = world.updates.webhook, len(world.updates.pending)
    if webhook is None:
        return {"url": "", "has_custom_certificate": False, "pending_update_count": waiting}
    told = {
        "url": webhook.url,
        "has_custom_certificate": webhook.certificate,
        "pending_update_count": waiting,
    }
    told |= {"max_connections": webhook.connections, "ip_address": "127.0.0.1"} | world.webhook_fault
    return told | ({"allowed_updates": world.updates.allowed} if world.updates.allowed else {})


def _drop(world: World, values: Values) -> None:
    if values.flag("drop_pending_updates"):
        world.updates.pending.clear()
