"""One dialogue for every chat channel.

`handle(deps, incoming) -> tuple[Outgoing, ...]` is synchronous, keeps the order of one person's messages over all processes,
and answers the same message the same way. `commands()` are the entries of a menu.
"""

from backend.dialogues.service.answering import commands, handle
from backend.dialogues.service.phrases import figures, figures_between, listed, meanings, put, remove

__all__ = ["commands", "figures", "figures_between", "handle", "listed", "meanings", "put", "remove"]
