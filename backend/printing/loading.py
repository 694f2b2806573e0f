"""WeasyPrint, loaded without what takes most of a start and never runs here."""

import ctypes.util
import gc
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_PUT_OFF = {
    "fontTools": ("subset",),
    "fontTools.ttLib": ("TTFont", "ttFont", "woff2"),
    "fontTools.varLib.instancer": ("instantiateVariableFont",),
}
"""What WeasyPrint imports to cut fonts where HarfBuzz cannot, or are of a kind that ours is not: a third of its start."""


def load() -> None:
    """Import the typesetter; raises `OSError` without its libraries. What is loaded stays, so the collector never looks at it."""
    gc.disable()
    with _called_by_their_names(), _put_off():
        from backend.printing import document  # noqa: F401  # here, so that the absence of libraries can be told
    gc.freeze()
    gc.enable()


@contextmanager
def _called_by_their_names() -> Iterator[None]:
    """WeasyPrint tries each library by its names on all systems. The one of Linux, as `libpango-1.0.so.0`, comes late and is
    enough; for each before it cffi has ldconfig, gcc and ld look for such a library: fifty-four programs a start."""
    if sys.platform != "linux":
        yield
        return
    sought = ctypes.util.find_library
    ctypes.util.find_library = _found_nowhere
    try:
        yield
    finally:
        ctypes.util.find_library = sought


def _found_nowhere(name: str) -> str | None:  # noqa: ARG001  # as the function whose place it takes
    return None


@contextmanager
def _put_off() -> Iterator[None]:
    """Have what is imported from `_PUT_OFF` meanwhile be loaded with its first use."""
    for path, names in _PUT_OFF.items():
        sys.modules[path] = stand_in = ModuleType(path)
        for name in names:
            setattr(stand_in, name, _Later(f"{path}.{name}"))
    sys.modules["fontTools.ttLib"].TTLibError = Exception  # type: ignore[attr-defined]  # caught only, and by who goes on without
    try:
        yield
    finally:
        for path in _PUT_OFF:
            del sys.modules[path]


class _Later:
    """A function, class or module that is imported when it is called or asked for something."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __call__(self, *given: Any, **named: Any) -> Any:
        return pkgutil.resolve_name(self._path)(*given, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(pkgutil.resolve_name(self._path), name)
