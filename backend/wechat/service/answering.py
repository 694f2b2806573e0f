"""One answer a message, however often WeChat sends it and to whichever process.

WeChat waits five seconds, then drops the connection and sends the message again, twice. The first request works; the ones
after it wait for its answer. A work that is still going on near the end of the second request's five seconds is answered with
a link that fetches its answer later. A process that dies loses its lease within seconds, and the next request works anew:
the dialogue knows the message by its number and does nothing twice.
"""

import hmac
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from datetime import timedelta

from backend.common import logs, renewing
from backend.common.deps import Deps
from backend.common.mongo import DriverError
from backend.dialogues.model import Incoming, Outgoing, Sort
from backend.wechat import errors, store, texts
from backend.wechat.model import Call, Heard, Turn
from backend.wechat.rules import reading, writing
from backend.wechat.service import reporting
from backend.wechat.service.places import Places

ROOM = "replies"
PURPOSE = "wechat"
KEPT = timedelta(minutes=11)
"""Longer than a signed request can be sent again: its timestamp may be five minutes ahead, and counts five minutes longer."""
ASKS_AGAIN = "turn:"
log = logs.get(__name__)

Dialogue = Callable[[Deps, Incoming], Sequence[Outgoing]]


@dataclass(frozen=True)
class Pace:
    """Seconds. A lease is renewed while its request works, so that only a dead process loses one; it ends before WeChat's
    second try, which then takes the work over. `place` is waited for until somebody's work has gone on for `slow`."""

    waits: float = 4.0
    looks_every: float = 0.1
    lease: float = 4.0
    renews_every: float = 1.0
    place: float = 3.0
    slow: float = 0.5


class Line:
    """Where people's messages of one process are answered: `dialogue` answers them, at most `places` at once.

    The web's threads serve the whole service; a slow database must not fill all of them with waiting chats.
    """

    def __init__(self, dialogue: Dialogue, *, places: int, pace: Pace = Pace()) -> None:
        self._dialogue = dialogue
        self._places = Places(places, waits=pace.place, slow=pace.slow)
        self._pace = pace

    def text(self, deps: Deps, heard: Heard) -> str:
        """The text for this message, empty where none is due. Raises 403 `wechat.replayed`."""
        if heard.incoming is None:
            if not keep_nonce(deps, heard.call):
                raise errors.replayed()
            reporting.note(deps, heard.message)
            return ""
        with self._places.one(heard.incoming.user) as there_is_one:
            if there_is_one:
                return self._text(deps, heard, heard.incoming)
        log.warning("wechat.busy")
        return _crowded(deps, _turn(deps, heard, self._pace))

    def _text(self, deps: Deps, heard: Heard, incoming: Incoming) -> str:
        turn = _turn(deps, heard, self._pace)
        if incoming.sort is Sort.BUTTON and incoming.text.startswith(ASKS_AGAIN):
            return self._fetched(deps, turn, incoming)
        if store.insert(deps.db, turn):
            return self._worked(deps, turn, incoming)
        if not store.add_nonces(deps.db, turn):
            log.warning("wechat.replayed", user=turn.user[:12])
            raise errors.replayed()
        of_a_place = incoming.sort is Sort.LOCATION
        return self._waited(deps, turn, lambda: self._worked(deps, turn, incoming), of_a_place=of_a_place)

    def _fetched(self, deps: Deps, asking: Turn, incoming: Incoming) -> str:
        """The answer to an earlier message of the same person, which took too long; nothing is worked on here."""
        found = store.find(deps.db, incoming.text.removeprefix(ASKS_AGAIN))
        if found is None or found.user != asking.user:
            return texts.GONE
        return self._waited(deps, replace(found, lease=asking.lease), lambda: texts.GONE)

    def _waited(self, deps: Deps, turn: Turn, work: Callable[[], str], *, of_a_place: bool = False) -> str:
        """The answer that another request gives; `work` when nobody works on it any more."""
        ends = time.monotonic() + self._pace.waits
        while (found := store.find(deps.db, turn.id)) is not None:
            if found.sealed_reply is not None:
                return _opened(deps, found.sealed_reply)
            if found.leased_until <= deps.now() and self._taken_over(deps, found, turn.lease):
                return work()
            if time.monotonic() >= ends:
                log.warning("wechat.slow", user=turn.user[:12])
                return texts.SLOW_PLACE if of_a_place else _slow(deps, turn)
            time.sleep(self._pace.looks_every)
        raise errors.replayed()

    def _taken_over(self, deps: Deps, found: Turn, by: str) -> bool:
        until = deps.now() + timedelta(seconds=self._pace.lease)
        return found.lease != by and store.lease(deps.db, found.id, held=found.lease, by=by, until=until)

    def _worked(self, deps: Deps, turn: Turn, incoming: Incoming) -> str:
        with self._renewed(deps, turn):
            text = writing.content(self._dialogue(deps, incoming), deps.settings.site)
        if incoming.sort is Sort.LOCATION:
            # What lies near a person is not kept: a repetition is worked out anew.
            store.lease(deps.db, turn.id, held=turn.lease, by=turn.lease, until=deps.now())
            return text
        if store.fill(deps.db, turn.id, lease=turn.lease, sealed_reply=deps.sealer.seal(ROOM, text)):
            return text
        return self._waited(deps, turn, lambda: text)

    @contextmanager
    def _renewed(self, deps: Deps, turn: Turn) -> Iterator[None]:
        """The lease stays ours while the block runs, and is free at once when it fails."""
        try:
            with renewing.renewed(lambda: self._renew(deps, turn), every_s=self._pace.renews_every):
                yield
        except BaseException:
            store.lease(deps.db, turn.id, held=turn.lease, by=turn.lease, until=deps.now())
            raise

    def _renew(self, deps: Deps, turn: Turn) -> bool:
        until = deps.now() + timedelta(seconds=self._pace.lease)
        try:
            store.lease(deps.db, turn.id, held=turn.lease, by=turn.lease, until=until)
        except DriverError:
            log.warning("wechat.lease_not_renewed")
        return True


def keep_nonce(deps: Deps, call: Call) -> bool:
    """Take a signed request's nonce, once; false when it has been here."""
    now = deps.now()
    nonce = _mac(deps, "nonce", call.timestamp, call.nonce)
    proof = _mac(deps, "proof", call.timestamp, call.nonce)
    return store.insert(deps.db, Turn(proof, "", proof, (nonce,), deps.new_id(), now, now + KEPT))


def _turn(deps: Deps, heard: Heard, pace: Pace) -> Turn:
    now, told, call = deps.now(), heard.message, heard.call
    return Turn(
        id=_mac(deps, "message", told.user, reading.name_of(told)),
        user=_mac(deps, "user", told.user),
        fingerprint=_mac(deps, "content", repr(astuple(told))),
        nonces=(_mac(deps, "nonce", call.timestamp, call.nonce),),
        lease=deps.new_id(),
        leased_until=now + timedelta(seconds=pace.lease),
        expires_at=now + KEPT,
    )


def _mac(deps: Deps, *parts: str) -> str:
    said = "".join(f"{len(part)}:{part}" for part in parts)
    return hmac.digest(deps.sealer.derive(PURPOSE), said.encode(), "sha256").hex()


def _slow(deps: Deps, turn: Turn) -> str:
    again = writing.tap(texts.SEE, ASKS_AGAIN + turn.id)
    return texts.SLOW.format(again=again, site=writing.link(deps.settings.site, texts.SITE))


def _crowded(deps: Deps, turn: Turn) -> str:
    """Without a place: a new message is not begun, and one that has been begun is not called so."""
    found = store.find(deps.db, turn.id)
    if found is None or found.fingerprint != turn.fingerprint:
        return texts.BUSY
    return _slow(deps, turn) if found.sealed_reply is None else _opened(deps, found.sealed_reply)


def _opened(deps: Deps, sealed_reply: bytes) -> str:
    return str(deps.sealer.open(sealed_reply))
