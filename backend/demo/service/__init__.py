"""Building the demonstration city."""

from backend.demo.service.building import seed

__all__ = ["seed"]
