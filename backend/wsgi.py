"""What a web server imports: `backend.wsgi:create` builds the app of one worker process."""

import gc
import os
import sys

from flask import Flask

from backend.app import create_app
from backend.bootstrap import build_deps
from backend.common import logs
from backend.common.parents import end_with_parent
from backend.common.settings import Settings

# A thread that works is not made to let another in after 5 ms, in which a request would nearly be done: the change costs
# both more than the wait. Nothing here holds the interpreter for longer than some milliseconds without a wait of its own.
SWITCH_S = 0.05


def create() -> Flask:
    """The app over the environment's settings; connects lazily, so it stands even while the database is away."""
    settings = Settings.from_env(os.environ)
    logs.configure(settings.log_level, "web")
    app = create_app(build_deps(settings))
    # Workers share one port with whoever asks for it: without their watcher they would go on answering beside the next one's.
    end_with_parent()
    _settle()
    return app


def _settle() -> None:
    """Keep the collector off what lives as long as the process, and from running several times a request; switch threads less.

    A report makes some thousands of small objects that are gone with their last reference; only cycles wait for the collector.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    sys.setswitchinterval(SWITCH_S)
