"""A unit that hands files in, and the worker that reads them."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from backend.batches import service
from backend.batches.model import ShownBatch
from backend.catalogue import service as catalogue
from backend.common.actor import Actor
from backend.common.deps import Deps
from schemas.terms import Channel, Role
from tests.backend.catalogue.made import UNIT, content, item
from tests.support.people import COMMAND, NAME, NUMBER, resident

PROVIDER = Actor("staff-gao", Role.PROVIDER, Channel.API, name="gao.ren", unit="HRSS")
STRANGER = Actor("staff-wen", Role.PROVIDER, Channel.API, name="wen.qi", unit="METRO")
STEWARD = Actor("staff-tang", Role.DATA_STEWARD, Channel.API, name="tang.yue")
HandIn = Callable[..., ShownBatch]


def row(place: int = 1, /, **changes: Any) -> dict[str, Any]:
    made = {
        "item_code": "HRSS-P-09",
        "subject_number": NUMBER,
        "subject_name": NAME,
        "doc_no": f"沪人社监罚〔2026〕第{place}号",
        "title": "未按规定办理用工登记",
        "occurred_on": "2026-03-12",
        "ended_on": "2026-04-01",
        "content": content(),
    }
    return made | changes


def lines(*rows: Mapping[str, Any] | str) -> bytes:
    written = (one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in rows)
    return "".join(f"{one}\n" for one in written).encode()


@pytest.fixture
def town(deps: Deps) -> Deps:
    """With one unit, its item, and a person on file."""
    catalogue.publish(deps, COMMAND, year=2026, items=[item()], units=[UNIT])
    resident(deps)
    return deps


@pytest.fixture
def hand_in(town: Deps) -> HandIn:
    def handed_in(*rows: Mapping[str, Any] | str, name: str = "2026-11.jsonl") -> ShownBatch:
        return service.hand_in(town, PROVIDER, name=name, content=lines(*rows))

    return handed_in
