"""Staff start, pause, resume and cancel pushes."""

from dataclasses import replace

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.pushes import errors, rules, store
from backend.pushes.model import Event, Push, Shown, Wish
from backend.pushes.service import reading
from backend.pushes.service.choosing import EDITORS, require_valid
from schemas.terms import PushAct, PushState


@atomic
def create(deps: Deps, actor: Actor, *, wish: Wish) -> Shown:
    """Start a push: the worker queues its people and sends it. Raises 422 `pushes.invalid` with every fault at once."""
    actor.require(*EDITORS)
    require_valid(deps, wish)
    first = Event(deps.now(), PushAct.CREATE, PushState.RUNNING, actor.id, actor.name)
    push = Push(deps.new_id(), wish, PushState.RUNNING, deps.now(), events=(first,))
    store.insert(deps.db, push)
    audience = wish.audience
    audit.record(
        deps,
        actor,
        "pushes.create",
        push.id,
        channels=",".join(wish.ways),
        districts=",".join(audience.districts),
        follows=",".join(audience.follows),
        roles=",".join(audience.roles),
        news_id=wish.news_id,
    )
    return reading.shown(deps, push)


@atomic
def pause(deps: Deps, actor: Actor, *, push_id: str, reason: str | None = None) -> Shown:
    """Stop sending: within half a second, and what is under way still goes out (docs/adr/0026)."""
    return _moved(deps, actor, push_id, PushAct.PAUSE, reason)


@atomic
def resume(deps: Deps, actor: Actor, *, push_id: str, reason: str | None = None) -> Shown:
    """Go on where it was paused. Raises 409 `pushes.article_not_open` while readers cannot open the article it names."""
    return _moved(deps, actor, push_id, PushAct.RESUME, reason)


@atomic
def cancel(deps: Deps, actor: Actor, *, push_id: str, reason: str | None = None) -> Shown:
    """End it for good; as `pause`, what is under way still goes out, and the rest is skipped."""
    return _moved(deps, actor, push_id, PushAct.CANCEL, reason)


def _moved(deps: Deps, actor: Actor, push_id: str, act: PushAct, reason: str | None) -> Shown:
    actor.require(*EDITORS)
    push = store.find(deps.db, push_id)
    if push is None:
        raise errors.not_found()
    state = rules.step(push.state, act)
    if state is None:
        raise errors.changed(push.state)
    if act is PushAct.RESUME and not reading.can_be_opened(deps, push):
        raise errors.not_open()
    event = Event(deps.now(), act, state, actor.id, actor.name, reason)
    if not store.put(deps.db, replace(push, state=state, events=(*push.events, event))):
        raise Retry(push_id)
    audit.record(deps, actor, f"pushes.{act.value}", push_id)
    return reading.find(deps, actor, push_id=push_id)
