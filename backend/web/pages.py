"""What a page is to the web edge: a route for people, whose caller is known by a cookie and whose faults are pages too."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Request, current_app

F = TypeVar("F", bound=Callable[..., Any])


class Pages(Blueprint):
    """The routes of one group of pages; they are not part of the API and stand in no OpenAPI document."""

    def __init__(self, name: str, package: str) -> None:
        """`package` is the module's `__name__`; its templates lie beside it."""
        super().__init__(f"pages_{name}", package, template_folder="templates")

    @staticmethod
    def upload(max_bytes: int) -> Callable[[F], F]:
        """This form may weigh `max_bytes`, its files included."""

        def mark(function: F) -> F:
            function.max_bytes = max_bytes  # type: ignore[attr-defined]  # read by `api.marked`
            return function

        return mark

    @staticmethod
    def reads_ahead(plan: Callable[..., Any]) -> Callable[[F], F]:
        """As `Routes.reads_ahead`: what the page needs of the caller's subject is read with the session."""

        def mark(function: F) -> F:
            function.reads_ahead = plan  # type: ignore[attr-defined]  # read by `api.marked`
            return function

        return mark


def is_page(asked: Request) -> bool:
    return isinstance(current_app.blueprints.get(asked.blueprint or ""), Pages)
