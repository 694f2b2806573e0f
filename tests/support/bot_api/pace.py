"""How many messages a bot may send: to all, to one chat, to one group."""

from collections import defaultdict, deque
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Window:
    """So many messages in any span of so many seconds."""

    count: int
    seconds: float


@dataclass
class Pace:
    """Telegram's published limits unless others are given; None is no limit. Times are the caller's clock's."""

    overall: Window | None = Window(30, 1)
    chat: Window | None = Window(1, 1)
    group: Window | None = Window(20, 60)
    _taken: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    @classmethod
    def unlimited(cls) -> "Pace":
        return cls(None, None, None)

    def wait(self, chat_id: str, now: float) -> float:
        """Seconds until a message to this chat would be taken; 0 now. A group's id is negative."""
        return max((self._left(key, window, now) for key, window in self._windows(chat_id)), default=0)

    def take(self, chat_id: str, now: float) -> None:
        for key, _ in self._windows(chat_id):
            self._taken[key].append(now)

    def _windows(self, chat_id: str) -> list[tuple[str, Window]]:
        group = self.group if chat_id.startswith("-") else None
        every = [("*", self.overall), (f"1:{chat_id}", self.chat), (f"group:{chat_id}", group)]
        return [(key, window) for key, window in every if window]

    def _left(self, key: str, window: Window, now: float) -> float:
        taken = self._taken[key]
        while taken and now - taken[0] >= window.seconds:
            taken.popleft()
        return taken[-window.count] + window.seconds - now if len(taken) >= window.count else 0
