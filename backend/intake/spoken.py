"""Which keys a file's rows have spoken for without changing what is there: exact, and in bounded memory."""

import sqlite3

AT_ONCE = 4_000
CACHE_KB = 2_000


class Spoken:
    """What a run has heard of its file so far, for the length of the run: a set of keyed hashes, of any size.

    A file may have millions of rows, so the set lies in a private database of SQLite's, which keeps `CACHE_KB` in memory and
    the rest in a file without a name in the folder for temporary files; with the process it is gone, even one that is killed.
    A run that is resumed reads its file from the beginning, and hears all of it again. A file of few rows touches no disk.
    """

    def __init__(self) -> None:
        self._latest: set[bytes] = set()
        self._rows: sqlite3.Connection | None = None

    def add(self, key: bytes) -> None:
        self._latest.add(key)
        if len(self._latest) >= AT_ONCE:
            self._put_away()

    def __contains__(self, key: bytes) -> bool:
        if key in self._latest or self._rows is None:
            return key in self._latest
        return self._rows.execute("SELECT 1 FROM spoken WHERE key = ?", (key,)).fetchone() is not None

    def close(self) -> None:
        if self._rows is not None:
            self._rows.close()

    def _put_away(self) -> None:
        if self._rows is None:
            self._rows = _opened()
        # In order, neighbours come to lie on one page.
        keys = ((key,) for key in sorted(self._latest))
        self._rows.execute("BEGIN")
        self._rows.executemany("INSERT OR IGNORE INTO spoken VALUES (?)", keys)
        self._rows.execute("COMMIT")
        self._latest.clear()


def _opened() -> sqlite3.Connection:
    """One thread after the other uses it, never two at once. Nothing is to be taken back or to outlive a power cut."""
    rows = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    rows.execute("PRAGMA journal_mode = OFF")
    rows.execute(f"PRAGMA cache_size = -{CACHE_KB}")
    rows.execute("CREATE TABLE spoken (key BLOB PRIMARY KEY) WITHOUT ROWID")
    return rows
