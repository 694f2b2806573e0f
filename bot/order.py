"""Updates of one chat one after another, as they came; of different chats beside each other."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

REMEMBERED = 10_000


class Order:
    """A queue for each chat. The database keeps the order over processes (`chats.turn`); within one, tasks that wait here
    hold no thread. `done` remembers what was answered, so that an update that comes again is not said again."""

    def __init__(self) -> None:
        self._queues: dict[str, tuple[asyncio.Lock, int]] = {}
        self._done: OrderedDict[int, None] = OrderedDict()

    @asynccontextmanager
    async def of(self, chat: str) -> AsyncIterator[None]:
        lock, waiting = self._queues.get(chat, (asyncio.Lock(), 0))
        self._queues[chat] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._queues[chat]
            if waiting == 1:
                del self._queues[chat]
            else:
                self._queues[chat] = (lock, waiting - 1)

    def is_done(self, update_id: int) -> bool:
        return update_id in self._done

    def done(self, update_id: int) -> None:
        self._done[update_id] = None
        while len(self._done) > REMEMBERED:
            self._done.popitem(last=False)
