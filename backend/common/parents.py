"""Processes that end with the one that started them, also when that one is killed and can tell nobody."""

import multiprocessing
import os
import threading


def end_with_parent() -> None:
    """From now on this process of `multiprocessing` ends at once when its parent is gone; elsewhere nothing happens."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_wait, args=(parent,), daemon=True).start()


def _wait(parent: "multiprocessing.process.BaseProcess") -> None:
    parent.join()
    os._exit(1)
