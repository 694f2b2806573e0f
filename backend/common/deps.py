"""What use cases get from outside: time, ids, the database, keys, and the gateways."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Any, Protocol

from backend.common.keeping import Kept
from backend.common.mongo import Client, Database
from backend.common.pages import Cursors
from backend.common.sealing import Sealer
from backend.common.settings import Settings
from backend.common.tokens import TokenKeys
from schemas.terms import Way

if TYPE_CHECKING:
    from backend.gateways.carrying import Carrier
    from backend.gateways.faces import Faces
    from backend.gateways.printing import Printer
    from backend.gateways.scenes import Scenes
    from backend.gateways.sms import Sms


class Forgetter(Protocol):
    """A feature that keeps words about records takes them out of all it has about this one, in the running transaction."""

    def __call__(self, deps: "Deps", *, record_id: str, subject_id: str) -> None: ...


@dataclass(frozen=True)
class Deps:
    """Built once a process by `bootstrap.build_deps`; a test makes its own.

    `now` gives aware UTC instants cut to milliseconds; `random` is the system's source (a seeded one in tests);
    `carriers` are the channels that this installation has, `scenes` makes QR codes that open its WeChat account, where it
    has one; `audit_key` MACs the audit log; `transaction` covers every store call inside its block; `printouts` are reports
    as PDF, for the minutes in which their readers may have them again. `forgetters` belong to features above the records,
    which call each of them in the transaction in which a record is deleted.
    """

    settings: Settings
    client: Client
    db: Database
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    new_code: Callable[[], str]
    random: Random
    sealer: Sealer
    cursors: Cursors
    audit_key: bytes
    tokens: TokenKeys
    faces: "Faces"
    printer: "Printer"
    printouts: Kept[Any]
    sms: "Sms"
    carriers: Mapping[Way, "Carrier"]
    scenes: "Scenes | None"
    transaction: Callable[[], AbstractContextManager[None]]
    forgetters: tuple[Forgetter, ...]
