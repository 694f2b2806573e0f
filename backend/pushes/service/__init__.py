"""Use cases of pushes: staff start, stop and watch them; the worker queues their people and finishes them."""

from backend.pushes.service.advancing import advance, close
from backend.pushes.service.choosing import count
from backend.pushes.service.managing import cancel, create, pause, resume
from backend.pushes.service.reading import find, held_until, listed, queues, words

__all__ = [
    "advance",
    "cancel",
    "close",
    "count",
    "create",
    "find",
    "held_until",
    "listed",
    "pause",
    "queues",
    "resume",
    "words",
]
