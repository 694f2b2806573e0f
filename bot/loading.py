"""aiogram loaded without building what the bot never uses.

aiogram describes all of the Bot API as pydantic models, some six hundred, and builds the validators of every one of them
while it is imported: four fifths of the processor time of a start, and half of the memory. pydantic can build a model when it
is used first; aiogram hinders it by a loop at the end of `aiogram/types/__init__.py`. This makes that loop do nothing and gives
each model, when its turn comes, the names that the loop would have given it. Models and their behaviour are aiogram's own.
"""

import sys
from collections.abc import Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any, Literal, Optional, Union

_TYPES = "aiogram.types"


def build_models_when_used() -> None:
    """From now on, for aiogram that is not imported yet; more than once makes no difference."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != _TYPES:
            return None
        found = PathFinder.find_spec(fullname, path)
        if found is not None and found.loader is not None:
            found.loader = _Loader(found.loader)
        return found


class _Loader(Loader):
    def __init__(self, own: Loader) -> None:
        self._own = own

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._own.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        from pydantic import BaseModel  # here, as below: a bot without token ends before it needs any of this

        at_once = BaseModel.__dict__["model_rebuild"]
        setattr(BaseModel, "model_rebuild", classmethod(lambda *_, **__: None))  # noqa: B010 - a classmethod for another
        try:
            self._own.exec_module(module)
        finally:
            setattr(BaseModel, "model_rebuild", at_once)  # noqa: B010 - as above
        _build_with(vars(module))


def _build_with(names: Mapping[str, Any]) -> None:
    """Give the roots of aiogram's models the names that their fields speak of, whenever one is built: as its loop does."""
    from aiogram.client.default import Default
    from aiogram.methods.base import Response, TelegramMethod
    from pydantic import BaseModel

    spoken_of = {"List": list, "Optional": Optional, "Union": Union, "Literal": Literal, "Default": Default}
    spoken_of |= {name: names[name] for name in names["__all__"]}
    build = BaseModel.__dict__["model_rebuild"].__func__

    def model_rebuild(
        cls: type[BaseModel],
        *,
        force: bool = False,
        raise_errors: bool = True,
        _parent_namespace_depth: int = 2,
        _types_namespace: Mapping[str, Any] | None = None,
    ) -> bool | None:
        told: bool | None = build(
            cls, force=force, raise_errors=raise_errors, _types_namespace=_types_namespace or spoken_of
        )
        return told

    for root in (names["TelegramObject"], TelegramMethod, Response):
        setattr(root, "model_rebuild", classmethod(model_rebuild))  # noqa: B010 - as above
