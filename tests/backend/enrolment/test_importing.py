import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.common.actor import Actor, anonymous
from backend.common.deps import Deps
from backend.common.numbers import check_digit
from backend.enrolment import service
from backend.gateways.faces import SocketFaces
from backend.identity import service as identity
from backend.intake.quality import Quality
from backend.registry import service as registry
from schemas.terms import Channel, ConsentPurpose
from tests.support import nursery, pictures, world
from tests.support.people import COMMAND, acts, again, number_of, signed_in
from tests.support.processes import ROOT
from tests.support.refusals import refused
from tests.support.waiting import settled
from tests.support.world import Clock

COLUMNS = ("kind", "name", "number", "phone", "district", "photo")
CODE = "91110000600037341L"
ROWS = 400
"""More than the killed process reads at once."""
ROW = {"kind": "person", "name": "欧阳䶮", "number": number_of("19610804", "011"), "phone": "13900001111"}


def person(place: int, **changes: str) -> dict[str, str]:
    return (
        ROW | {"number": number_of("19700101", f"{place:03}"), "name": f"王{chr(0x4E00 + place)}"} | changes
    )


def table(path: Path, *rows: Mapping[str, str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def take(deps: Deps, path: Path, photos: Path | None = None) -> Quality:
    return service.import_subjects(deps, COMMAND, path=path, photos=photos)


def counts(quality: Quality) -> tuple[int, int, int, int]:
    return quality.new, quality.changed, quality.unchanged, quality.refused


def reasons(quality: Quality) -> dict[str, list[int]]:
    return {name: told["lines"] for name, told in quality.told()["refused_by_reason"].items()}


def state(deps: Deps) -> set[tuple[str, ...]]:
    """Every subject in words."""
    return {
        (
            document["kind"],
            str(deps.sealer.open(document["number_sealed"])),
            str(deps.sealer.open(document["words_sealed"])).partition(" ")[2],
            "" if document["phone_sealed"] is None else str(deps.sealer.open(document["phone_sealed"])),
            document["district"] or "",
        )
        for document in deps.db["subjects"].find()
    }


class TestRows:
    def test_good_rows_become_subjects(self, deps: Deps, tmp_path: Path) -> None:
        entity = {"kind": "entity", "name": "某某有限公司", "number": CODE, "phone": "021-61234567"}
        quality = take(deps, table(tmp_path / "a.csv", ROW | {"district": "310101"}, entity))
        assert counts(quality) == (2, 0, 0, 0)
        assert state(deps) == {
            ("person", ROW["number"], "欧阳䶮", "+8613900001111", "310101"),
            ("entity", CODE, "某某有限公司", "+862161234567", ""),
        }

    def test_json_lines_say_the_same(self, deps: Deps, tmp_path: Path) -> None:
        path = tmp_path / "a.jsonl"
        path.write_text(json.dumps(ROW) + "\n" + json.dumps(person(1) | {"phone": None}) + "\n")
        assert counts(take(deps, path)) == (2, 0, 0, 0)

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"kind": "animal"}, "subjects.bad_kind"),
            ({"name": ""}, "row.missing"),
            ({"name": "  "}, "row.missing"),
            ({"name": "王\x00"}, "subjects.unprintable"),
            ({"name": "王" * 101}, "subjects.too_long"),
            ({"number": "310199196108040110"}, "subjects.check_digit"),
            ({"number": "31019919610804011"}, "subjects.length"),
            ({"number": number_of("19990229", "011")}, "subjects.date"),
            ({"number": CODE}, "subjects.letters"),
            ({"kind": "entity"}, "subjects.check_digit"),
            ({"kind": "entity", "number": CODE, "photo": "a.jpg"}, "subjects.photo_of_entity"),
            ({"phone": "1390000111a"}, "subjects.bad_phone"),
            ({"phone": "12345"}, "subjects.bad_phone"),
            ({"phone": "1800FLOWERS"}, "subjects.bad_phone"),
            ({"photo": "../etc/passwd"}, "subjects.bad_photo_names"),
            ({"photo": "/etc/passwd"}, "subjects.bad_photo_names"),
            ({"photo": ".."}, "subjects.bad_photo_names"),
            ({"photo": "a;b;c;d;e;f"}, "subjects.bad_photo_names"),
        ],
    )
    def test_a_bad_row_is_refused_and_the_others_kept(
        self, deps: Deps, tmp_path: Path, changes: dict[str, str], reason: str
    ) -> None:
        quality = take(deps, table(tmp_path / "a.csv", person(1), person(2) | changes, person(3)))
        assert reasons(quality) == {reason: [3]}
        assert deps.db["subjects"].count_documents({}) == 2

    @pytest.mark.parametrize("value", ["\ud800", 5, True, ["a"], {}])
    @pytest.mark.parametrize("column", COLUMNS)
    def test_no_value_of_a_json_line_breaks_the_import(
        self, deps: Deps, tmp_path: Path, column: str, value: Any
    ) -> None:
        path = tmp_path / "a.jsonl"
        path.write_text(json.dumps(person(1) | {column: value}) + "\n" + json.dumps(person(2)) + "\n")
        quality = take(deps, path)
        assert quality.new + quality.refused == 2
        assert quality.new >= 1

    def test_somebody_is_of_age_on_the_eighteenth_birthday_in_shanghai(
        self, deps: Deps, clock: Clock, tmp_path: Path
    ) -> None:
        # 20:00 in Shanghai on 21 November 2026
        rows = [
            person(1, number=number_of("20081121", "011")),
            person(2, number=number_of("20081122", "011")),
        ]
        path = table(tmp_path / "a.csv", *rows)
        assert reasons(take(deps, path)) == {"subjects.under_age": [3]}
        clock.advance(hours=4)
        assert counts(take(deps, path)) == (1, 0, 1, 0)

    def test_only_those_who_may_import_do(self, deps: Deps, tmp_path: Path) -> None:
        path = table(tmp_path / "a.csv", ROW)
        refused("auth.required", service.import_subjects, deps, anonymous(Channel.API), path=path)


class TestAgain:
    def test_the_same_file_twice_changes_nothing(self, deps: Deps, tmp_path: Path, clock: Clock) -> None:
        path = table(tmp_path / "a.csv", *(person(place) for place in range(7)), {"kind": "?"})
        take(deps, path)
        before = list(deps.db["subjects"].find(sort=[("_id", 1)]))
        clock.advance(days=1)
        quality = take(deps, path)
        assert counts(quality) == (0, 0, 7, 1)
        assert quality.told()["linked_share"] == 0.875
        assert list(deps.db["subjects"].find(sort=[("_id", 1)])) == before

    def test_new_particulars_change_the_subject_and_are_written_down(
        self, deps: Deps, tmp_path: Path, clock: Clock
    ) -> None:
        take(deps, table(tmp_path / "a.csv", person(1), person(2)))
        before = registry.find_by_number(deps, person(1)["number"])
        clock.advance(days=1)
        to = person(1, name="王小明", phone="13900002222", district="黄浦区")
        assert counts(take(deps, table(tmp_path / "b.csv", to, person(2)))) == (0, 1, 1, 0)
        after = registry.find_by_number(deps, person(1)["number"])
        assert before is not None
        assert after is not None
        assert after.id == before.id
        assert registry.name_of(deps, after) == "王小明"
        (entry,) = acts(deps, "registry.change")
        assert entry["details"] == {"changed": "name,phone,district"}

    def test_handing_an_old_file_in_again_does_not_undo_a_change(
        self, deps: Deps, tmp_path: Path, clock: Clock
    ) -> None:
        old = table(
            tmp_path / "a.csv", person(1, name="王一", phone="13900002222", district="黄浦区"), person(2)
        )
        take(deps, old)
        clock.advance(days=1)
        take(deps, table(tmp_path / "b.csv", person(1, name="王二")))
        newer = state(deps)
        for _ in range(2):
            clock.advance(days=1)
            assert counts(take(deps, old)) == (0, 0, 2, 0)
            assert state(deps) == newer
        assert len(acts(deps, "registry.change")) == 1

    def test_the_old_words_in_another_file_are_newer(self, deps: Deps, tmp_path: Path, clock: Clock) -> None:
        for name, word in (("a.csv", "王一"), ("b.csv", "王二")):
            take(deps, table(tmp_path / name, person(1, name=word)))
            clock.advance(days=1)
        assert counts(take(deps, table(tmp_path / "c.csv", person(1, name="王一"), person(2)))) == (
            1,
            1,
            0,
            0,
        )
        assert ("person", person(1)["number"], "王一", "+8613900001111", "") in state(deps)

    def test_a_cut_off_file_is_finished_but_for_whom_a_newer_one_has_changed(
        self, deps: Deps, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(service, "CHUNK", 2)
        take(deps, table(tmp_path / "a.csv", *(person(place) for place in range(6))))
        clock.advance(days=1)
        middle = table(tmp_path / "b.csv", *(person(place, name="王乙") for place in range(6)))
        with monkeypatch.context() as cut_off:
            cut_off.setattr(service, "_take", _once(service._take))
            with pytest.raises(InterruptedError):
                take(deps, middle)
        clock.advance(days=1)
        take(deps, table(tmp_path / "c.csv", person(1, name="王丙"), person(4, name="王丙")))
        clock.advance(days=1)
        assert counts(take(deps, middle)) == (0, 3, 3, 0)
        names = {number: name for _, number, name, *_ in state(deps)}
        assert [names[person(place)["number"]] for place in range(6)] == [
            "王乙", "王丙", "王乙", "王乙", "王丙", "王乙",
        ]  # fmt: skip

    @pytest.mark.parametrize("between", [0, 600])
    @pytest.mark.parametrize("stored", [None, ROW["name"], "欧阳龙", "欧阳龑"])
    def test_of_two_contradicting_rows_of_a_file_the_first_holds_in_every_run(
        self, deps: Deps, tmp_path: Path, clock: Clock, between: int, stored: str | None
    ) -> None:
        """Whether no older file had the number, or one with the first row's words, the second's, or others."""
        if stored:
            take(deps, table(tmp_path / "older.csv", ROW | {"name": stored}))
            clock.advance(days=1)
        rows = [ROW, *(person(place) for place in range(between)), ROW, ROW | {"name": "欧阳龑"}]
        path = table(tmp_path / "a.csv", *rows)
        same, changed = stored == ROW["name"], stored not in (None, ROW["name"])
        expected = [(between + (stored is None), int(changed), 1 + same, 1), *[(0, 0, between + 2, 1)] * 2]
        for each in expected:
            quality = take(deps, path)
            assert counts(quality) == each
            assert reasons(quality) == {"subjects.repeated": [between + 4]}
            assert {name for _, number, name, *_ in state(deps) if number == ROW["number"]} == {ROW["name"]}
            clock.advance(days=1)

    def test_the_first_holds_after_a_run_was_cut_off_between_the_two(
        self, deps: Deps, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(service, "CHUNK", 1)
        take(deps, table(tmp_path / "older.csv", ROW))
        clock.advance(days=1)
        path = table(tmp_path / "a.csv", ROW, ROW | {"name": "欧阳龑"})
        with monkeypatch.context() as cut_off:
            cut_off.setattr(service, "_take", _once(service._take))
            with pytest.raises(InterruptedError):
                take(deps, path)
        clock.advance(days=1)
        assert reasons(take(deps, path)) == {"subjects.repeated": [3]}
        assert {name for _, _, name, *_ in state(deps)} == {ROW["name"]}

    def test_the_import_itself_is_written_down_with_counts_and_no_words(
        self, deps: Deps, tmp_path: Path
    ) -> None:
        take(deps, table(tmp_path / "a.csv", ROW, person(1, kind="?")))
        (entry,) = acts(deps, "enrolment.import_subjects")
        assert entry["details"] == {"rows": 2, "new": 1, "changed": 0, "unchanged": 0, "refused": 1}
        assert ROW["number"] not in repr(entry)

    def test_a_run_that_is_killed_may_be_run_again(self, deps: Deps, tmp_path: Path, clock: Clock) -> None:
        path = table(tmp_path / "a.csv", *(person(place) for place in range(ROWS)), *_bad(20))
        _kill_while(_child(deps, path), lambda: deps.db["subjects"].count_documents({}, limit=1) > 0)
        cut_off = settled(lambda: deps.db["subjects"].count_documents({}))
        assert 0 < cut_off < ROWS
        quality = take(deps, path)
        assert (quality.new, quality.unchanged, quality.refused) == (ROWS - cut_off, cut_off, 20)
        resumed = state(deps)
        world.empty(deps)
        take(deps, path)
        assert state(deps) == resumed


class TestPhotographs:
    @pytest.fixture
    def deps(self, deps: Deps, known_faces: Any) -> Deps:
        return replace(deps, faces=known_faces)

    @pytest.fixture
    def photos(self, tmp_path: Path) -> Path:
        folder = tmp_path / "photos"
        folder.mkdir()
        for name in ("obama.jpg", "obama2.jpg", "biden.jpg"):
            (folder / name).write_bytes(pictures.picture(name).read_bytes())
        (folder / "text.jpg").write_text("no picture")
        return folder

    def test_photographs_become_a_sealed_template_and_are_not_kept(
        self, deps: Deps, tmp_path: Path, photos: Path
    ) -> None:
        path = table(tmp_path / "a.csv", ROW | {"photo": "obama.jpg; obama2.jpg"})
        assert take(deps, path, photos).told()["notes"] == {}
        subject = registry.find_by_number(deps, ROW["number"])
        assert subject is not None
        template = registry.template_of(deps, subject.id)
        assert template is not None
        assert len(template) == 512
        stored = b"".join(bytes(value) for value in _blobs(deps))
        assert template not in stored
        assert (photos / "obama.jpg").read_bytes()[:64] not in stored

    @pytest.mark.parametrize(
        ("names", "note"),
        [
            ("obama.jpg;biden.jpg", "face.pictures_disagree"),
            ("text.jpg", "face.unreadable"),
            ("absent.jpg", "photo.not_readable"),
        ],
    )
    def test_a_face_that_cannot_be_used_is_told_and_the_person_kept(
        self, deps: Deps, tmp_path: Path, photos: Path, names: str, note: str
    ) -> None:
        quality = take(deps, table(tmp_path / "a.csv", ROW | {"photo": names}), photos)
        assert counts(quality) == (1, 0, 0, 0)
        assert quality.told()["notes"] == {note: {"count": 1, "lines": [2]}}
        assert deps.db["reference_faces"].count_documents({}) == 0

    def test_the_same_photographs_are_not_enrolled_twice(
        self, deps: Deps, tmp_path: Path, photos: Path
    ) -> None:
        path = table(tmp_path / "a.csv", ROW | {"photo": "obama.jpg"})
        take(deps, path, photos)
        before = deps.db["reference_faces"].find_one()
        take(deps, path, photos)
        assert deps.db["reference_faces"].find_one() == before

    def test_an_erased_face_comes_back_only_with_a_new_consent_and_other_photographs(
        self, deps: Deps, tmp_path: Path, photos: Path
    ) -> None:
        path, other = (
            table(tmp_path / f"{name}.csv", ROW | {"photo": f"{name}.jpg"}) for name in ("obama", "biden")
        )
        take(deps, path, photos)
        actor = signed_in(deps)
        subject_id = identity.bind(deps, actor, name=ROW["name"], id_number=ROW["number"]).subject_id
        actor = again(deps, actor)
        purpose = ConsentPurpose.FACE_VERIFICATION
        agree = partial(identity.give_consent, deps, actor, purpose=purpose, notice_version="1")
        identity.withdraw_consent(deps, actor, consent_id=agree().id)
        assert take(deps, path, photos).told()["notes"] == {}
        assert take(deps, other, photos).told()["notes"] == {"face.not_agreed": {"count": 1, "lines": [2]}}
        assert registry.template_of(deps, subject_id) is None
        agree()
        take(deps, path, photos)
        assert registry.template_of(deps, subject_id) is None
        assert take(deps, other, photos).told()["notes"] == {}
        assert registry.template_of(deps, subject_id) is not None

    def test_an_old_file_puts_no_old_photographs_in_the_place_of_newer_or_erased_ones(
        self, deps: Deps, system_actor: Actor, clock: Clock, tmp_path: Path, photos: Path
    ) -> None:
        old = table(tmp_path / "a.csv", ROW | {"photo": "obama.jpg"})
        take(deps, old, photos)
        clock.advance(days=1)
        take(deps, table(tmp_path / "b.csv", ROW | {"photo": "biden.jpg"}), photos)
        newer = deps.db["reference_faces"].find_one() or {}
        clock.advance(days=1)
        assert counts(take(deps, old, photos)) == (0, 0, 1, 0)
        assert deps.db["reference_faces"].find_one() == newer
        registry.erase_face(deps, system_actor, subject_id=newer["_id"])
        clock.advance(days=1)
        take(deps, old, photos)
        assert registry.template_of(deps, newer["_id"]) is None
        take(deps, table(tmp_path / "c.csv", ROW | {"photo": "obama.jpg"}, person(1)), photos)
        assert (
            registry.template_of(deps, newer["_id"]) is None
        )  # nor does a newer file, before the person agrees anew

    @pytest.mark.parametrize("stored", [None, "obama.jpg", "obama2.jpg"])
    def test_of_two_rows_with_different_photographs_those_of_the_first_hold_in_every_run(
        self, deps: Deps, clock: Clock, tmp_path: Path, photos: Path, stored: str | None
    ) -> None:
        if stored:
            take(deps, table(tmp_path / "older.csv", ROW | {"photo": stored}), photos)
            clock.advance(days=1)
        path = table(tmp_path / "a.csv", *(ROW | {"photo": name} for name in ("obama.jpg", "biden.jpg")))
        for _ in range(2):
            quality = take(deps, path, photos)
            assert quality.told()["notes"] == {"photo.repeated": {"count": 1, "lines": [3]}}
            (face,) = deps.db["reference_faces"].find()
            assert face["made_from"] == registry.digest_of(deps, [(photos / "obama.jpg").read_bytes()])
            clock.advance(days=1)
        assert len(acts(deps, "registry.save_face")) == (2 if stored == "obama2.jpg" else 1)

    def test_photographs_that_were_not_there_are_taken_when_the_file_comes_again(
        self, deps: Deps, clock: Clock, tmp_path: Path, photos: Path
    ) -> None:
        path = table(tmp_path / "a.csv", ROW | {"photo": "late.jpg"})
        take(deps, path, photos)
        clock.advance(days=1)
        (photos / "late.jpg").write_bytes(pictures.picture("obama.jpg").read_bytes())
        assert take(deps, path, photos).told()["notes"] == {}
        assert deps.db["reference_faces"].count_documents({}) == 1

    def test_without_the_face_process_the_import_stops_and_goes_on_later(
        self, deps: Deps, tmp_path: Path, photos: Path
    ) -> None:
        path = table(tmp_path / "a.csv", ROW | {"photo": "obama.jpg"}, person(1))
        away = replace(deps, faces=SocketFaces(tmp_path / "nothing.sock"))
        refused("faces.unreachable", take, away, path, photos)
        take(deps, path, photos)
        assert deps.db["subjects"].count_documents({}) == 2
        assert deps.db["reference_faces"].count_documents({}) == 1


PEOPLE = st.integers(0, 40).map(person)
BAD = st.sampled_from(
    [
        ROW | {"number": "1"},
        ROW | {"kind": ""},
        ROW | {"name": " "},
        ROW | {"phone": "x"},
        ROW | {"number": number_of("20200101", "011")},
        ROW | {"number": ROW["number"][:17] + ("0" if ROW["number"][17] != "0" else "1")},
    ]
)


@given(
    rows=st.lists(
        st.one_of(PEOPLE.map(lambda row: (True, row)), BAD.map(lambda row: (False, row))), max_size=25
    )
)
@settings(settings.get_profile("over fixtures"), max_examples=25)
def test_any_mix_of_rows_keeps_the_good_and_refuses_the_bad(
    deps: Deps, tmp_path: Path, rows: list[tuple[bool, dict[str, str]]]
) -> None:
    world.empty(deps)
    good = {row["number"]: row["name"] for fine, row in rows if fine}
    quality = take(deps, table(tmp_path / "a.csv", *(row for _, row in rows)))
    assert quality.new == len(good)
    assert quality.refused == sum(not fine for fine, _ in rows)
    assert quality.rows == quality.accepted + quality.refused == len(rows)
    assert {(number, name) for _, number, name, *_ in state(deps)} == set(good.items())


VERSIONED = st.tuples(st.integers(0, 4), st.sampled_from("甲乙丙"))
"""Who, and under which name."""


@given(older=st.lists(VERSIONED, max_size=6), newer=st.lists(VERSIONED, max_size=12))
@settings(settings.get_profile("over fixtures"), max_examples=25)
def test_whatever_two_files_say_the_first_row_of_the_newer_holds_and_the_older_undoes_nothing(
    deps: Deps, tmp_path: Path, clock: Clock, older: list[tuple[int, str]], newer: list[tuple[int, str]]
) -> None:
    world.empty(deps)
    files = [[*older, (8, "甲")], [*newer, (9, "甲")]]
    paths = [
        table(tmp_path / f"{len(said)}-{place}.csv", *(person(who, name=name) for who, name in said))
        for place, said in enumerate(files)
    ]
    held: dict[int, str] = {}
    for path, said in zip(paths, files, strict=True):
        spoken: dict[int, str] = {}
        for who, name in said:
            spoken.setdefault(who, name)
        held |= spoken
        contradicted = [line for line, (who, name) in enumerate(said, 2) if spoken[who] != name]
        for _ in range(2):
            quality = take(deps, path)
            # Of the rows of a chunk those of one number come in turn, each after the others' same turn.
            assert sorted(reasons(quality).get("subjects.repeated", [])) == contradicted
            assert quality.refused == len(contradicted)
            clock.advance(days=1)
    take(deps, paths[0])
    wanted = {(person(who)["number"], name) for who, name in held.items()}
    assert {(number, name) for _, number, name, *_ in state(deps)} == wanted


def _once(work: Callable[..., None]) -> Callable[..., None]:
    """It does its work the first time, and is interrupted the second."""
    first = iter([True])

    def once(*inputs: Any) -> None:
        if not next(first, False):
            raise InterruptedError
        work(*inputs)

    return once


def _bad(count: int) -> Iterator[dict[str, str]]:
    first = "31019919700101999"
    wrong = "0" if check_digit(first) != "0" else "1"
    return (person(1, number=first + wrong) for _ in range(count))


def _blobs(deps: Deps) -> Iterator[bytes]:
    for name in ("subjects", "reference_faces"):
        for document in deps.db[name].find():
            yield from (value for value in document.values() if isinstance(value, bytes))


def _child(deps: Deps, path: Path) -> subprocess.Popen[bytes]:
    """The same import in a process of its own, in chunks so small that the kill finds most of them undone."""
    command = f"""
import sys
from pathlib import Path
from backend.common import mongo
from backend.common.sealing import Sealer
from backend.enrolment import service
from backend.gateways.faces import SocketFaces
from tests.support import world
from tests.support.people import COMMAND
client = mongo.connect({deps.settings.mongodb_uri!r})
name = {deps.settings.mongodb_database!r}
settings = world.make_settings({deps.settings.mongodb_uri!r}, name, Path({str(path.parent)!r}))
deps = world.make_deps(client, settings, world.Clock(), Sealer(client, name, world.MASTER_KEY))
service.CHUNK = 100
service.import_subjects(deps, COMMAND, path=Path({str(path)!r}))
"""
    return nursery.Popen([sys.executable, "-c", command], cwd=ROOT, start_new_session=True)


def _kill_while(child: subprocess.Popen[bytes], seen: Any) -> None:
    deadline = time.monotonic() + 60
    while not seen():
        assert child.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.002)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
