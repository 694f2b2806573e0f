"""Use cases are synchronous and the bot is not: this is the one bridge between them."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


async def call(use_case: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a use case in a thread of its own."""
    return await asyncio.to_thread(use_case, *args, **kwargs)
