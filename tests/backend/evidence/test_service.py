"""Files of a case: stored loose, bound inside the case's transaction, shown whole or not at all, gone with their key."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from backend.common import mongo
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.evidence import service, store
from backend.evidence.model import Evidence, Upload
from backend.evidence.rules import CHUNK
from schemas.text import Text
from tests.backend.evidence import made
from tests.support.refusals import at_once, refused
from tests.support.world import Clock

LARGE = made.picture("PNG", (700, 500))
WHY = Text("处理异议", "Handling an objection")


def uploads(*contents: bytes) -> list[Upload]:
    return [
        Upload(f"证据{number}.pdf", content) for number, content in enumerate(contents or (made.small_pdf(),))
    ]


def put(deps: Deps, actor: Actor, *contents: bytes) -> tuple[Evidence, ...]:
    return service.put(deps, actor, checked=service.checked(uploads(*contents)))


def stored(deps: Deps) -> tuple[int, int, int]:
    """How many are known, how many files and how many chunks lie in the bucket."""
    db = deps.db
    return tuple(db[name].count_documents({}) for name in ("evidence", "evidence.files", "evidence.chunks"))  # type: ignore[return-value]  # three names


def attached(deps: Deps, kept: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The files of a case that has these now."""
    service.attach(deps, evidence=kept, case_id="c1")
    return service.of_case(deps, "c1")


def test_a_file_comes_back_as_it_was_handed_in(deps: Deps, resident: Actor) -> None:
    assert len(LARGE) > 3 * CHUNK
    kept = put(deps, resident, made.small_pdf(), LARGE)
    bound = attached(deps, kept)
    assert [service.open_content(deps, one) for one in bound] == [made.small_pdf(), LARGE]
    told = service.shown(deps, bound[1])
    assert (told.name, told.media_type, told.size) == ("证据1.png", "image/png", len(LARGE))
    assert service.of_case(deps, "c1") == bound
    assert service.of_case(deps, "c2") == ()


def test_the_database_holds_no_word_of_it(deps: Deps, resident: Actor) -> None:
    put(deps, resident, made.small_pdf(b"the words of the resident"))
    held = [document for name in deps.db.list_collection_names() for document in deps.db[name].find()]
    said = repr(held).encode()
    assert b"the words" not in said
    assert "证据" not in repr(held)
    assert made.small_pdf()[:8] not in b"".join(one["data"] for one in deps.db["evidence.chunks"].find())


def test_what_a_use_case_does_not_bind_is_removed_when_it_ends(deps: Deps, resident: Actor) -> None:
    def fail() -> None:
        with service.held(deps, resident, uploads=uploads(LARGE)):
            assert stored(deps)[0] == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert stored(deps) == (0, 0, 0)
    with service.held(deps, resident, uploads=uploads(LARGE, LARGE)) as kept:
        service.attach(deps, evidence=kept[:1], case_id="c1")
    assert (stored(deps)[:2], len(service.of_case(deps, "c1"))) == ((1, 1), 1)


def test_a_rolled_back_case_leaves_nothing(deps: Deps, resident: Actor) -> None:
    def fail() -> None:
        with service.held(deps, resident, uploads=uploads()) as kept, deps.transaction():
            service.attach(deps, evidence=kept, case_id="c1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert service.of_case(deps, "c1") == ()
    assert stored(deps) == (0, 0, 0)


def test_a_case_without_files_costs_nothing(deps: Deps, resident: Actor) -> None:
    with service.held(deps, resident, uploads=[]) as kept:
        assert kept == ()


def test_nothing_of_a_form_is_stored_when_one_file_is_refused(deps: Deps, resident: Actor) -> None:
    refusal = refused("evidence.not_supported", service.checked, uploads(LARGE, b"MZ\x90"))
    assert refusal.data["file"] == 2
    with pytest.raises(ServiceError), service.held(deps, resident, uploads=uploads(LARGE, b"MZ\x90")):
        pass
    assert stored(deps) == (0, 0, 0)


def test_files_are_not_stored_inside_a_transaction(deps: Deps, resident: Actor) -> None:
    with pytest.raises(RuntimeError), deps.transaction():
        put(deps, resident)


def test_a_case_takes_six_files_and_no_more(deps: Deps, resident: Actor) -> None:
    service.attach(deps, evidence=put(deps, resident, *[made.small_pdf()] * 4), case_id="c1")
    refused(
        "evidence.too_many",
        service.attach,
        deps,
        evidence=put(deps, resident, *[made.small_pdf()] * 3),
        case_id="c1",
    )
    assert service.count(deps, "c1") == 4
    service.attach(deps, evidence=put(deps, resident, *[made.small_pdf()] * 2), case_id="c1")
    assert service.count(deps, "c1") == 6


def test_two_requests_that_bind_at_once_do_not_exceed_it(deps: Deps, resident: Actor) -> None:
    service.attach(deps, evidence=put(deps, resident, *[made.small_pdf()] * 2), case_id="c1")
    sets = [put(deps, resident, *[made.small_pdf()] * 3) for _ in range(3)]

    def bind() -> Any:
        return service.attach(deps, evidence=sets.pop(), case_id="c1")

    ended = at_once(bind, 3)
    assert sorted(getattr(one, "reason", "bound") for one in ended) == [
        "bound",
        "evidence.too_many",
        "evidence.too_many",
    ]
    assert [one.place for one in service.of_case(deps, "c1")] == [0, 1, 2, 3, 4]


def test_one_file_goes_to_one_case(deps: Deps, resident: Actor) -> None:
    kept = put(deps, resident)
    cases = ["c1", "c2"]
    ended = at_once(lambda: service.attach(deps, evidence=kept, case_id=cases.pop()), 2)
    assert sorted(getattr(one, "reason", "bound") for one in ended) == ["bound", "evidence.expired"]
    assert service.count(deps, "c1") + service.count(deps, "c2") == 1


def test_a_loose_file_goes_with_the_first_sweep_after_its_lease(
    deps: Deps, resident: Actor, system_actor: Actor, clock: Clock
) -> None:
    bound = attached(deps, put(deps, resident, LARGE))
    loose = put(deps, resident, LARGE)
    assert service.remove_loose(deps, system_actor) == 0
    clock.advance(minutes=5)
    assert service.remove_loose(deps, system_actor) == 1
    assert service.remove_loose(deps, system_actor) == 0
    refused("evidence.expired", service.attach, deps, evidence=loose, case_id="c2")
    assert [service.open_content(deps, one) for one in bound] == [LARGE]
    assert stored(deps)[:2] == (1, 1)


def test_sweeps_at_once_remove_each_file_once(
    deps: Deps, resident: Actor, system_actor: Actor, clock: Clock
) -> None:
    put(deps, resident, *[made.small_pdf()] * 6)
    clock.advance(minutes=5)
    assert sum(at_once(lambda: service.remove_loose(deps, system_actor), 3)) == 6
    assert stored(deps) == (0, 0, 0)


def test_a_file_is_bound_or_swept_and_never_both(
    deps: Deps, resident: Actor, system_actor: Actor, clock: Clock
) -> None:
    for _ in range(8):
        kept = put(deps, resident)
        clock.advance(minutes=4, seconds=59)
        work: list[Callable[[], object]] = [
            partial(service.attach, deps, evidence=kept, case_id=kept[0].id),
            partial(_sweep_a_second_later, deps, system_actor, clock),
        ]
        at_once(partial(_next, work), 2)
        for one in service.of_case(deps, kept[0].id):
            assert service.open_content(deps, one) == made.small_pdf()


def _next(work: list[Callable[[], object]]) -> object:
    return work.pop()()


def _sweep_a_second_later(deps: Deps, actor: Actor, clock: Clock) -> int:
    clock.advance(seconds=1)
    return service.remove_loose(deps, actor)


def test_content_whose_writer_died_before_its_end_is_removed(
    deps: Deps, resident: Actor, system_actor: Actor, clock: Clock
) -> None:
    put(deps, resident, LARGE)
    deps.db["evidence.files"].delete_many({})
    clock.advance(minutes=5)
    assert service.remove_loose(deps, system_actor) == 1
    assert stored(deps) == (0, 0, 0)


def test_a_store_that_outlives_its_lease_is_told_to_come_again(
    deps: Deps, resident: Actor, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = store.write_content

    def slowly(*args: Any) -> None:
        write(*args)
        clock.advance(minutes=6)

    monkeypatch.setattr(store, "write_content", slowly)
    refused("evidence.expired", put, deps, resident)
    assert stored(deps) == (0, 0, 0)


@pytest.mark.parametrize("harm", ["flip", "cut", "swap", "drop", "lose the file", "foreign"])
def test_tampered_content_is_not_delivered_even_in_part(deps: Deps, resident: Actor, harm: str) -> None:
    bound = attached(deps, put(deps, resident, LARGE, LARGE))
    ids = [one.id for one in bound]
    chunks = deps.db["evidence.chunks"]
    last = chunks.find_one({"files_id": ids[0]}, sort=[("n", -1)])
    first = chunks.find_one({"files_id": ids[0], "n": 0})
    second = chunks.find_one({"files_id": ids[0], "n": 1})
    if harm == "flip":
        chunks.update_one(
            {"_id": last["_id"]}, {"$set": {"data": last["data"][:-1] + bytes([last["data"][-1] ^ 1])}}
        )
    elif harm == "cut":
        chunks.delete_one({"_id": last["_id"]})
        deps.db["evidence.files"].update_one({"_id": ids[0]}, {"$inc": {"length": -len(last["data"])}})
    elif harm == "swap":
        chunks.update_one({"_id": first["_id"]}, {"$set": {"data": second["data"]}})
        chunks.update_one({"_id": second["_id"]}, {"$set": {"data": first["data"]}})
    elif harm == "drop":
        chunks.delete_one({"_id": second["_id"]})
    elif harm == "lose the file":
        deps.db["evidence.files"].delete_one({"_id": ids[0]})
    else:
        other = chunks.find_one({"files_id": ids[1], "n": 0})
        chunks.update_one({"_id": first["_id"]}, {"$set": {"data": other["data"]}})
    refused("evidence.damaged", service.open_content, deps, bound[0])
    assert service.open_content(deps, bound[1]) == LARGE


def test_every_download_is_a_look_in_the_subjects_log(deps: Deps, resident: Actor) -> None:
    (one,) = attached(deps, put(deps, resident))
    asked: dict[str, Any] = {"case_id": "c1", "evidence_id": one.id, "subject_id": "s1", "purpose": WHY}
    got = service.download(deps, resident, **asked)
    assert (got.name, got.content) == ("证据0.pdf", made.small_pdf())
    line = deps.db["audit_log"].find_one({"action": "evidence.read"})
    assert (line["look"], line["subject_id"], line["purpose"]["zh"]) == (True, "s1", WHY.zh)
    refused("evidence.not_found", service.download, deps, resident, **asked | {"case_id": "c2"})


def test_erased_with_its_case_it_opens_for_nobody_and_the_sweep_takes_the_rest(
    deps: Deps, resident: Actor, system_actor: Actor
) -> None:
    bound = attached(deps, put(deps, resident, LARGE, LARGE))
    with deps.transaction():
        assert service.erase_case(deps, "c1") == 2
    assert service.of_case(deps, "c1") == ()
    left = deps.db["evidence"].find_one({"_id": bound[0].id})
    assert (left["key_sealed"], left["name_sealed"], left["case_id"]) == (None, None, None)
    assert service.remove_loose(deps, system_actor) == 2
    assert stored(deps) == (0, 0, 0)


def test_an_erasure_that_is_rolled_back_takes_nothing(deps: Deps, resident: Actor) -> None:
    bound = attached(deps, put(deps, resident))

    def fail() -> None:
        with deps.transaction():
            service.erase_case(deps, "c1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert service.open_content(deps, bound[0]) == made.small_pdf()


def test_a_database_that_goes_away_does_not_hide_why_a_case_failed(
    deps: Deps, resident: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> int:
        raise mongo.DriverError

    def fail() -> None:
        with service.held(deps, resident, uploads=uploads()):
            monkeypatch.setattr(store, "let_go", away)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert stored(deps)[0] == 1


def test_looking_for_the_files_of_a_case_and_for_what_is_left_reads_an_index(deps: Deps) -> None:
    for wanted in ({"case_id": "c1"}, {"lease_until": {"$lte": deps.now() - timedelta(1)}}):
        plan = deps.db["evidence"].find(wanted).explain()["queryPlanner"]["winningPlan"]
        assert "IXSCAN" in repr(plan)
