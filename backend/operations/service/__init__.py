"""The figures of operations: counting a month, keeping it when it is over, reading a year."""

from backend.operations.rules import crossed, in_all
from backend.operations.service.counting import close_months
from backend.operations.service.reading import year

__all__ = ["close_months", "crossed", "in_all", "year"]
