"""Which keys a file has spoken for: exactly, in bounded memory, and without a database where they are few."""

import subprocess
import sys
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.intake import spoken
from backend.intake.spoken import Spoken
from tests.support.processes import ROOT

KEYS = st.integers(0, 40).map(lambda place: place.to_bytes(16, "big"))


@given(said=st.lists(KEYS), at_once=st.integers(1, 50))
def test_it_knows_what_was_said_and_nothing_else_wherever_that_lies(said: list[bytes], at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patch, closing(Spoken()) as heard:
        patch.setattr(spoken, "AT_ONCE", at_once)
        known: set[bytes] = set()
        for key in said:
            assert (key in heard) == (key in known)
            heard.add(key)
            known.add(key)
        every = [place.to_bytes(16, "big") for place in range(41)]
        assert {key for key in every if key in heard} == known


def test_few_keys_touch_no_database() -> None:
    heard = Spoken()
    for place in range(spoken.AT_ONCE - 1):
        heard.add(place.to_bytes(16, "big"))
    assert heard._rows is None
    heard.close()


def test_memory_does_not_grow_with_the_number_of_keys() -> None:
    """By the system's record of a program that does nothing else."""
    program = """
from hashlib import blake2b
from pathlib import Path
from backend.intake.spoken import Spoken
def used():
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
heard, before = Spoken(), 0
for place in range(400_000):
    heard.add(blake2b(place.to_bytes(8, "big"), digest_size=16).digest())
    if place == 150_000:
        before = used()
print(used() - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 512
