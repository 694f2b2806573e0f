"""What was said and done in the chats, in order; in memory, and in a file when there is one."""

import json
from pathlib import Path
from typing import Any

Entry = dict[str, Any]


class Transcript:
    """An entry has `n`, `by` (`bot` or `person`), `chat_id`, `event` and what belongs to it: `message` (as the Bot API shows
    it), `keyboard`, `text`. Events: message, edited, deleted, tap, answer, standing."""

    def __init__(self, file: Path | None = None) -> None:
        self.entries: list[Entry] = []
        self._file = file
        if file is not None and file.exists():
            self.entries = [json.loads(line) for line in file.read_text().splitlines()]

    def add(self, by: str, chat_id: int, event: str, **more: Any) -> None:
        entry = {"n": len(self.entries) + 1, "by": by, "chat_id": chat_id, "event": event, **more}
        self.entries.append(entry)
        if self._file is not None:
            with self._file.open("a") as opened:
                opened.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def of(self, chat_id: int, after: int = 0) -> list[Entry]:
        return [entry for entry in self.entries[after:] if entry["chat_id"] == chat_id]

    def lines(self, chat_id: int | None = None) -> list[str]:
        """A line an entry, for people and for comparing conversations."""
        chosen = self.entries if chat_id is None else self.of(chat_id)
        return [f"{entry['by']}: {_words(entry)}" for entry in chosen]


def _words(entry: Entry) -> str:
    message = entry.get("message") or {}
    kinds = ("location", "contact", "sticker", "voice", "venue", "document", "photo")
    kind = next((f"[{name}]" for name in kinds if name in message), "")
    text = str(entry.get("text") or message.get("text") or kind)
    return text if entry["event"] == "message" else f"[{entry['event']}] {text}".rstrip()
