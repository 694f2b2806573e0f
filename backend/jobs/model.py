"""Whose turn it is: periodic work is done by one worker at a time, whichever comes first."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Turn:
    """The right to run one job now. It ends when it is finished, or when its lease runs out without being renewed."""

    name: str
    lease: str
