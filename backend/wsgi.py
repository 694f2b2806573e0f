"""What a web server imports: `backend.wsgi:create` builds the app of one worker process."""

import os

from flask import Flask

from backend.app import create_app
from backend.bootstrap import build_deps
from backend.common import logs
from backend.common.settings import Settings


def create() -> Flask:
    """The app over the environment's settings; connects lazily, so it stands even while the database is away."""
    settings = Settings.from_env(os.environ)
    logs.configure(settings.log_level, "web")
    return create_app(build_deps(settings))
