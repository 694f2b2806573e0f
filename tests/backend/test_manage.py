"""The operators' commands; as processes of their own where a process is what is tested."""

import contextlib
import csv
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from io import FileIO, StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from pymongo.errors import EncryptionError

from backend import bootstrap
from backend.calendars import service as calendars
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.mongo import Client
from backend.common.numbers import check_digit
from backend.common.settings import Settings
from backend.demo.rules import cast
from backend.gateways.faces import SocketFaces
from backend.local import pictures
from backend.manage import (
    channelling,
    command,
    counting,
    database,
    importing,
    keeping,
    partnering,
    reporting,
    scheduling,
)
from backend.merchants import service as merchants
from backend.registry import service as registry
from schemas.faces import TEMPLATE_BYTES
from schemas.terms import Channel, Role
from tests.support import nursery
from tests.support.calendars import DAYS_OF_2027
from tests.support.face import photograph
from tests.support.pictures import picture
from tests.support.processes import ROOT

NAME, NUMBER = "令狐冲示例", "310199196108040213"
COMMANDS = [
    command.name
    for command in (
        *counting.COMMANDS,
        *keeping.COMMANDS,
        *partnering.COMMANDS,
        *importing.COMMANDS,
        *scheduling.COMMANDS,
        *channelling.COMMANDS,
        *reporting.COMMANDS,
    )
]
DONE, IN_THE_WAY, WRONG = 0, 1, 2
Done = subprocess.CompletedProcess[str]


class Operator:
    """Somebody at a terminal, with a database of their own on the tests' server and a data folder."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.env = kept | {"DATA_DIR": str(data), "APP_ENV": "demo"} | settings

    def command(self, *args: str | Path) -> list[str]:
        return [sys.executable, "-m", "backend.manage", *map(str, args)]

    def run_apart(self, *args: str | Path, **settings: str) -> Done:
        env = self.env | settings
        return nursery.run(self.command(*args), env=env)

    def run(self, *args: str | Path, **settings: str) -> Done:
        """The same in this process, which has loaded everything already, with the same environment and nothing of ours."""
        said, complained, ending = StringIO(), StringIO(), signal.getsignal(signal.SIGTERM)
        with (
            patch.dict(os.environ, self.env | settings, clear=True),
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(complained),
        ):
            try:
                code = command.main([*map(str, args)])
            except SystemExit as ended:
                code = int(ended.code or DONE)
            finally:
                signal.signal(signal.SIGTERM, ending)
        return Done(self.command(*args), code, said.getvalue(), complained.getvalue())

    def done(self, *args: str | Path, **settings: str) -> str:
        return _well(self.run(*args, **settings))

    def done_apart(self, *args: str | Path) -> str:
        return _well(self.run_apart(*args))

    @contextlib.contextmanager
    def deps(self) -> Iterator[Deps]:
        deps = bootstrap.build_deps(Settings.from_env(self.env))
        yield deps
        deps.sealer.close()
        deps.client.close()


@pytest.fixture
def operator(client: Client, mongodb_uri: str, database_name: str, tmp_path: Path) -> Iterator[Operator]:
    name = f"{database_name}_manage"
    client.drop_database(name)
    yield Operator(tmp_path / "data", MONGODB_URI=mongodb_uri, MONGODB_DATABASE=name)
    client.drop_database(name)


@pytest.fixture(scope="module")
def prepared(
    client: Client, mongodb_uri: str, database_name: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Operator]:
    """With the fixed residents, the demonstration's catalogue and no city around them; shared, as seeding takes seconds, and
    without photographs, which would take as long again."""
    name = f"{database_name}_prepared"
    client.drop_database(name)
    data = tmp_path_factory.mktemp("prepared") / "data"
    made = Operator(data, MONGODB_URI=mongodb_uri, MONGODB_DATABASE=name)
    with patch.object(pictures, "present", return_value=False):
        made.done("seed-demo", "--residents", "0")
    yield made
    client.drop_database(name)


def _well(done: Done) -> str:
    """What a command says that must succeed."""
    assert done.returncode == DONE, done.stdout + done.stderr
    return done.stdout


def refused_in_one_line(done: Done, code: int = WRONG) -> str:
    lines = done.stderr.strip().splitlines()
    assert (done.returncode, len(lines), done.stdout) == (code, 1, ""), done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return lines[0]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str], name: str) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main([name, "--help"])
    assert ended.value.code == DONE
    assert len(capsys.readouterr().out.splitlines()) > 4


def test_the_list_names_every_command_of_this_issue(operator: Operator) -> None:
    said = operator.done_apart("--help")
    wanted = "ensure-indexes seed-demo import-units import-catalogue import-subjects import-records import-places create-staff"
    for name in [*wanted.split(), "issue-window-code", "verify-log"]:
        assert name in said


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "COMMAND"),
        (("no-such-command",), "invalid choice"),
        (("seed-demo", "--residents", "many"), "whole number"),
        (("seed-demo", "--seed", "-1"), "whole number"),
        (("import-subjects", "no-such-file.csv"), "no such file"),
        (("import-records", __file__), "--unit"),
        (("import-catalogue", __file__, "--year", "1999"), "2014"),
        (("import-places", __file__, "--year", "2026"), "--crs"),
        (("import-places", __file__, "--year", "2026", "--crs", "EPSG:4326"), "invalid choice"),
        (("create-staff", "li", "--role", "king"), "invalid choice"),
        (("issue-window-code",), "--id-number"),
        (("due-date", "2026-02-30", "1"), "YYYY-MM-DD"),
        (("due-date", "20260228", "1"), "YYYY-MM-DD"),
        (("due-date", "1949-10-01", "1"), "1950"),
        (("due-date", "2026-02-14", "-1"), "whole number"),
        (("due-date", "2026-02-14"), "DAYS"),
        (("operations-report",), "YEAR"),
        (("operations-report", "2013"), "2014"),
    ],
)
def test_a_wrong_argument_is_said_in_one_line(
    capsys: pytest.CaptureFixture[str], args: tuple[str, ...], said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(args)
    lines = capsys.readouterr().err.splitlines()
    assert (ended.value.code, len(lines)) == (WRONG, 1)
    assert said in lines[0]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("seed-demo", "--residents", "99999999"), "23668200"),
        (("import-subjects", __file__, "--photos", "no-such-folder"), "no such folder"),
        (("due-date", "2026-02-14", "1001"), "1000 at most"),
        (("import-records", __file__, "--unit", "HRSS", "--report", "no/such/folder.json"), "cannot be written"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_before_the_database_is_opened(
    operator: Operator, args: tuple[str, ...], said: str
) -> None:
    assert said in refused_in_one_line(operator.run(*args, MONGODB_URI="mongodb://127.0.0.1:9"))


def test_what_the_service_refuses_is_said_in_both_languages_in_one_line(prepared: Operator) -> None:
    bad = NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1")
    assert "校验码" in refused_in_one_line(prepared.run("issue-window-code", "--id-number", bad))
    line = refused_in_one_line(prepared.run("create-staff", "li", "--role", "provider"))
    assert re.search(r"[\u4e00-\u9fff].* / [A-Z]", line)


def test_wrong_settings_are_said_in_one_line(operator: Operator) -> None:
    assert "PORT" in refused_in_one_line(operator.run_apart("verify-log", PORT="eighty"))
    line = refused_in_one_line(operator.run("verify-log", APP_ENV="production"))
    assert "FIELD_MASTER_KEY" in line
    assert "TOKEN_KEYS" in line


@pytest.mark.parametrize("address", ["mongodb://127.0.0.1:9/?replicaSet=none", "mongodb:nonsense"])
def test_an_absent_database_is_said_in_one_line(operator: Operator, address: str) -> None:
    line = refused_in_one_line(operator.run_apart("verify-log", MONGODB_URI=address), IN_THE_WAY)
    assert "127.0.0.1" not in line


def test_production_gets_no_demonstration(operator: Operator) -> None:
    secrets = {"FIELD_MASTER_KEY": "A" * 128, "TOKEN_KEYS": "A" * 43 + "="}
    sms = {"SMS_GATEWAY": "http", "SMS_GATEWAY_URL": "http://127.0.0.1:9", "SMS_GATEWAY_KEY": "key"}
    production = {"APP_ENV": "production", "PUBLIC_URL": "https://credit.example"} | secrets | sms
    line = refused_in_one_line(operator.run("seed-demo", **production))
    assert "正式环境不生成演示数据" in line
    assert "ensure-indexes" in refused_in_one_line(operator.run("verify-log", **production))


def test_indexes_are_made_once_and_again(operator: Operator) -> None:
    first = operator.done_apart("ensure-indexes")
    assert operator.done("ensure-indexes") == first
    with operator.deps() as deps:
        bootstrap.require_indexes(deps)


def test_units_and_catalogue_come_from_files(operator: Operator, tmp_path: Path) -> None:
    data = ROOT / "backend" / "catalogue" / "data"
    assert " new" in operator.done("import-units", data / "units.yaml")
    assert operator.done("import-units", data / "units.yaml").startswith("units: 0 new, 0 changed")
    published = operator.done("import-catalogue", data / "catalogue.yaml", "--year", "2026")
    assert published.startswith("catalogue of 2026, version 1: 117 items")
    assert operator.done("import-catalogue", data / "catalogue.yaml", "--year", "2026") == published

    foreign = tmp_path / "units.csv"
    foreign.write_bytes("id,name_zh,name_en,kind\nX,区,X,district\n".encode("gb18030"))
    assert "UTF-8" in refused_in_one_line(operator.run("import-units", foreign))
    forbidden = tmp_path / "items.jsonl"
    item = {"code": "HRSS-P-90", "title_zh": "宗教信仰信息", "title_en": "Belief", "unit_code": "HRSS"}
    forbidden.write_text(json.dumps(item) + "\n")
    done = operator.run("import-catalogue", forbidden, "--year", "2026")
    assert (done.returncode, "Traceback" in done.stderr) == (WRONG, False)
    assert "HRSS-P-90" in done.stderr


def test_subjects_and_records_come_from_files_and_bad_rows_are_named(
    prepared: Operator, tmp_path: Path
) -> None:
    subjects, report = tmp_path / "subjects.csv", tmp_path / "quality.json"
    _write(subjects, ["kind", "name", "number"], [["person", NAME, _good(NUMBER)], ["person", "王某", "1"]])
    said = prepared.done("import-subjects", subjects, "--report", report)
    assert "2 rows: 1 new, 0 changed, 0 unchanged, 1 refused" in said
    assert "line 3" in said
    assert json.loads(report.read_text())["refused_by_reason"]["subjects.length"]["lines"] == [3]
    assert "1 unchanged" in prepared.done("import-subjects", subjects)

    records = tmp_path / "records.jsonl"
    records.write_text(json.dumps(_row()) + "\n" + json.dumps(_row(subject_name="别人")) + "\n")
    said = prepared.done("import-records", records, "--unit", "METRO", "--report", report)
    assert "2 rows: 1 new, 0 changed, 0 unchanged, 1 refused" in said
    assert json.loads(report.read_text())["linked_share"] == 0.5
    assert "1 unchanged" in prepared.done("import-records", records, "--unit", "METRO")

    records.write_text(json.dumps(_row(item_code="HRSS-P-03")) + "\n")
    nothing = prepared.run("import-records", records, "--unit", "METRO")
    assert (nothing.returncode, nothing.stderr) == (WRONG, "")
    assert "records.unknown_item" in nothing.stdout
    assert "XYZ" in refused_in_one_line(prepared.run("import-records", records, "--unit", "XYZ"))


def test_shops_come_from_a_years_list(prepared: Operator, tmp_path: Path) -> None:
    shops, report = tmp_path / "shops.csv", tmp_path / "quality.json"
    columns = "name kind district address lng lat assessed_by valid_until".split()
    good = [
        "申邻便利（一店）",
        "convenience",
        "黄浦区",
        "南京西路1号",
        "121.4737",
        "31.2304",
        "食安联",
        "2027-12-31",
    ]
    swapped = [
        "申邻便利（二店）",
        "convenience",
        "黄浦区",
        "南京西路2号",
        "31.2304",
        "121.4737",
        "食安联",
        "2027-12-31",
    ]
    _write(shops, columns, [good, swapped])
    asked = ("import-places", shops, "--year", "2026", "--crs", "gcj02")
    said = prepared.done(*asked, "--report", report, "--source", "2026年度名单")
    assert "2 rows: 1 new, 0 changed, 0 unchanged, 1 refused" in said
    assert json.loads(report.read_text())["refused_by_reason"]["places.bad_lng"]["lines"] == [3]
    assert "1 unchanged" in prepared.done(*asked, "--source", "2026年度名单")
    _write(shops, columns, [swapped])
    assert prepared.run(*asked).returncode == WRONG


def test_photographs_are_enrolled_though_no_face_process_runs(prepared: Operator, tmp_path: Path) -> None:
    subjects, number = tmp_path / "subjects.csv", _good("310199198808040213")
    header = ["kind", "name", "number", "photo"]
    _write(
        subjects,
        header,
        [
            ["person", "任某", number, "biden.jpg;no-such.jpg"],
            ["person", "郑某", _good("310199197001010321"), "biden.jpg"],
        ],
    )
    folder = picture("biden.jpg").parent
    done = prepared.run_apart("import-subjects", subjects, "--photos", folder)
    assert done.returncode == DONE, done.stderr
    assert done.stderr.strip().splitlines() == [
        "no face process is running here; starting one for this command"
    ]
    assert "note photo.not_readable × 1 (line 2)" in done.stdout
    with prepared.deps() as deps:
        subject = registry.find_by_number(deps, _good("310199197001010321"))
        assert subject is not None
        assert registry.template_of(deps, subject.id)


def test_a_face_process_that_runs_is_used_and_none_is_brought_for_nothing(
    standing_deps: Deps, faces: SocketFaces, tmp_path: Path
) -> None:
    said: list[str] = []
    running, none = (
        replace(standing_deps, faces=one) for one in (faces, SocketFaces(tmp_path / "face.sock"))
    )
    with database.with_faces(running, said.append) as ready:
        assert ready.faces.ping().workers == faces.ping().workers
        looks = ready.faces.measure([photograph("biden.jpg")], bytes(TEMPLATE_BYTES), lambda _: ()).looks
        assert [look.faces for look in looks] == [1]
    with database.with_faces(none, said.append):
        assert not said


def test_a_window_code_is_printed_plainly(prepared: Operator) -> None:
    number = cast.parts(faces=False)[1].member.number
    code, until = prepared.done("issue-window-code", "--id-number", number).splitlines()
    assert re.fullmatch(r"\d{8}", code)
    assert until.endswith("(Shanghai), for one use")


def test_the_figures_of_a_year_are_printed_in_columns(prepared: Operator) -> None:
    assert "年份须为 2014 至" in refused_in_one_line(prepared.run("operations-report", "2099"))
    with prepared.deps() as deps:
        year = shanghai_date(deps.now()).year
    lines = prepared.done("operations-report", str(year)).splitlines()
    assert lines[0] == f"{year} 年运行情况"
    assert {"信息主体自查", "异议处理", "信用修复", "数据归集", "用户", "聊天服务"} <= set(lines)
    table = lines[lines.index("数据归集") + 1 :]
    wide = {reporting.cells(line) for line in table[: table.index("")]}
    assert len(wide) == 1, "every line of a table ends at the same place"
    assert table[0].split() == [*reporting.MONTHS, "全年"]
    assert "1" in table[1]


def test_a_due_date_is_told_with_whether_it_is_provisional(prepared: Operator) -> None:
    assert prepared.done("due-date", "2026-02-14", "1").splitlines() == [
        "2026-02-24",
        "provisional: false",
        "calendar: 2026=chinesecalendar-1.11.0",
        "counted: 2026-02-24",
    ]
    assert prepared.done("due-date", "2026-01-20", "30", "--calendar-days").startswith("2026-02-24\n")
    with prepared.deps() as deps:
        assert prepared.done("due-date", "2026-12-31", "1").splitlines()[:2] == [
            "2027-01-04",
            "provisional: true",
        ]
        steward = Actor(id="st-1", role=Role.DATA_STEWARD, channel=Channel.CONSOLE)
        calendars.put_year(deps, steward, **DAYS_OF_2027)
        said = prepared.done("due-date", "2026-12-31", "1").splitlines()
        deps.db["calendars"].delete_many({})
    assert said == ["2027-01-06", "provisional: false", "calendar: 2027=staff-1", "counted: 2027-01-06"]


def test_staff_get_their_secrets_once(prepared: Operator) -> None:
    said = prepared.done("create-staff", "Li Si", "--role", "provider", "--unit", "HRSS", "--totp")
    assert said.startswith("provider Li Si of HRSS\npassword (shown once): ")
    assert "otpauth://totp/" in said
    given = prepared.done("create-staff", "wu", "--role", "auditor", "--password", "a long enough one")
    assert given == "auditor wu\n"
    assert "taken" in refused_in_one_line(prepared.run("create-staff", "WU", "--role", "auditor"))


def test_a_merchant_gets_its_key_once(prepared: Operator) -> None:
    label, kind = ("--key-label", "till 1"), ("--kind", "library", "--kind", "culture")
    said = prepared.done(
        "create-merchant", "徐汇图书馆（总馆）", "--uscc", "9131019990000009XP", *label, *kind
    )
    merchant, key = said.splitlines()
    assert re.fullmatch(r"merchant [0-9a-z]{26} 徐汇图书馆（总馆）", merchant)
    shown = key.removeprefix("API key (shown once): ")
    assert re.fullmatch(r"mk_[0-9a-z]{48}", shown)
    with prepared.deps() as deps:
        actor = merchants.authenticate(deps, shown, Channel.API)
        assert (actor.role, actor.name, actor.id) == (
            Role.MERCHANT,
            "徐汇图书馆（总馆）",
            merchant.split()[1],
        )
        kept = deps.db["merchants"].find_one({"_id": actor.id})
        assert (kept["uscc"], kept["kinds"]) == ("9131019990000009XP", ["library", "culture"])
    assert "branch" in refused_in_one_line(prepared.run("create-merchant", "徐汇图书馆（总馆）"))
    assert "last place" in refused_in_one_line(
        prepared.run("create-merchant", "乙", "--uscc", "9131019990000009X0")
    )
    assert "10 and 600" in refused_in_one_line(prepared.run("create-merchant", "乙", "--rate", "0"))
    assert "--help" in refused_in_one_line(prepared.run("create-merchant"))


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        (("another long one", "another long one"), DONE, "every session"),
        (("another one", "a different one"), WRONG, "the two differ"),
        (("short", "short"), WRONG, "8 to 128"),
        (("\4",), WRONG, "no password"),
    ],
)
def test_a_staff_password_is_typed_twice_and_unseen(
    prepared: Operator, typed: tuple[str, ...], code: int, said: str
) -> None:
    prepared.run("create-staff", "Zhao", "--role", "auditor")
    output, ended = _type(prepared.command("set-staff-password", "zhao"), typed, prepared.env)
    assert (ended, "Traceback" in output) == (code, False), output
    assert said in output
    assert not [word for word in typed if word in output]


def test_a_staff_password_comes_from_a_terminal_only(prepared: Operator) -> None:
    line = refused_in_one_line(prepared.run_apart("set-staff-password", "zhao"))
    assert "terminal" in line


def test_a_changed_log_is_told_and_an_unchanged_one_is_not(prepared: Operator) -> None:
    assert prepared.done("verify-log") == "no fault: nothing was changed, removed or cut off\n"
    with prepared.deps() as deps:
        log = deps.db["audit_log"]
        line = log.find_one({"action": "staff.create"})
        log.update_one({"_id": line["_id"]}, {"$set": {"actor_name": "nobody"}})
        done = prepared.run("verify-log")
        log.replace_one({"_id": line["_id"]}, line)
    assert (done.returncode, done.stderr) == (IN_THE_WAY, "")
    assert done.stdout.splitlines()[-1] == "1 faults"


@pytest.mark.slow
def test_a_killed_seed_is_completed_by_the_next_and_another_one_changes_nothing(operator: Operator) -> None:
    """Killed once among the subjects, and the one that goes on with it among the records."""
    operator.done("ensure-indexes")
    seed = ("seed-demo", "--residents", "200", "--seed", "5")
    with operator.deps() as deps:
        for after in ("subjects", "records"):
            _killed(operator, seed, partial(_has_many, deps, after))
            assert not (operator.data / "demo" / "accounts.json").exists()
            assert deps.db["demo_cities"].find_one({"_id": "seed 5"})["residents"] == 0
        operator.done_apart(*seed)
        counts = _counts(deps)
        assert counts["subjects"] == 200 + 20 + 4
        again = operator.run(*seed)
        assert "0 subjects, 0 records and 0 shops are new" in _well(again)
        assert again.stderr == "", "no face process is begun for photographs that are known"
        assert _counts(deps) == counts
    assert [path.name for path in (operator.data / "demo").iterdir()] == ["accounts.json"]


def _has_many(deps: Deps, collection: str) -> bool:
    return deps.db[collection].estimated_document_count() > 100


def _killed(operator: Operator, command: tuple[str, ...], when: Callable[[], bool]) -> None:
    output = operator.data.parent / "said.txt"
    with output.open("wb") as said:
        running = nursery.Popen(
            operator.command(*command), cwd=ROOT, env=operator.env, stdout=said, stderr=said
        )
    _wait(when, running, output)
    running.kill()
    running.wait()


@pytest.mark.slow
def test_without_an_address_the_command_brings_the_database_and_takes_it_away(tmp_path: Path) -> None:
    """Two at once: one waits for the other, and finds what that one wrote."""
    alone = Operator(tmp_path / "data")
    auditor = alone.command("create-staff", "wu", "--role", "auditor", "--password", "a long enough one")
    pipe = subprocess.PIPE
    both = [
        nursery.Popen(auditor, cwd=ROOT, env=alone.env, stdout=pipe, stderr=pipe, text=True) for _ in range(2)
    ]
    said = [process.communicate(timeout=100) for process in both]
    (done, _), (wrong, complained) = sorted(said, reverse=True)
    assert sorted(process.returncode for process in both) == [DONE, WRONG], said
    assert (done, wrong) == ("auditor wu\n", "")
    assert "taken" in complained
    assert (alone.data / "mongo" / "mongod.lock").read_text().strip() == ""


def test_a_command_uses_the_database_of_the_run_beside_it(operator: Operator) -> None:
    beside = Operator(operator.data, MONGODB_DATABASE=operator.env["MONGODB_DATABASE"])
    (beside.data / "run").mkdir(parents=True)
    holder = subprocess.Popen(
        ["flock", str(beside.data / "run" / "lock"), "sleep", "100"], start_new_session=True
    )
    try:
        (beside.data / "run" / "mongodb_uri").write_text(operator.env["MONGODB_URI"])
        assert "collections" in beside.done_apart("ensure-indexes")
        assert not (beside.data / "mongo").exists()
        with operator.deps() as deps:
            bootstrap.require_indexes(deps)
    finally:
        os.killpg(holder.pid, signal.SIGKILL)
        holder.wait()


def test_an_end_that_a_library_takes_for_its_own_fault_is_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_asked: object) -> int:
        try:
            signal.raise_signal(signal.SIGTERM)
        except SystemExit as ending:
            raise EncryptionError(ending) from None  # type: ignore[arg-type]  # as the library does
        return 0

    monkeypatch.setattr(command, "_run", run)
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert command.main(["verify-log"]) == 128 + signal.SIGTERM
    finally:
        signal.signal(signal.SIGTERM, before)
        command._told_to_end.clear()


@pytest.mark.slow
def test_a_signal_ends_a_command_and_all_that_it_brought(tmp_path: Path) -> None:
    """While it has a database, a folder to build in and a face process."""
    passing = tmp_path / "passing"
    passing.mkdir()
    alone = Operator(tmp_path / "data", TMPDIR=str(passing))
    running = nursery.Popen(
        alone.command("seed-demo", "--residents", "5000"),
        cwd=ROOT,
        env=alone.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _wait(lambda: any(passing.glob("face-*/face.sock")), running)
    assert list((alone.data / "demo").glob("building-*/*.jsonl"))
    faces = _listening(passing)
    running.send_signal(signal.SIGTERM)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 128 + signal.SIGTERM, said[-3000:]
    assert "Traceback" not in said
    assert list((alone.data / "demo").iterdir()) == []
    assert (alone.data / "mongo" / "mongod.lock").read_text().strip() == ""
    assert list(passing.iterdir()) == []
    assert not Path(f"/proc/{faces}").exists()


def _listening(folder: Path) -> int:
    """The face process whose socket is in this folder."""
    for found in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"FACE_SOCKET={folder}/".encode() in (found / "environ").read_bytes():
                return int(found.name)
    raise AssertionError("no face process listens there")


def test_photographs_are_those_of_the_cast() -> None:
    assert {*cast.PHOTOS, cast.SELFIE} <= set(pictures.NAMES)


def _good(number: str) -> str:
    return number[:17] + check_digit(number[:17])


def _row(**changes: Any) -> dict[str, Any]:
    content = {
        "line": "1号线", "conduct": "no_ticket", "happened_on": "2026-03-02", "fare_fen": 400, "paid": True,
    }  # fmt: skip
    return {
        "item_code": "METRO-P-01", "subject_number": _good(NUMBER), "subject_name": NAME, "doc_no": "沪地铁2026-1",
        "title": "轨道交通逃票", "occurred_on": "2026-03-02", "ended_on": "2026-03-02", "content": content,
    } | changes  # fmt: skip


def _write(path: Path, header: list[str], rows: list[list[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows([header, *rows])


def _counts(deps: Deps) -> dict[str, int]:
    return {
        name: deps.db[name].count_documents({})
        for name in ("subjects", "records", "staff", "reference_faces")
    }


def _type(command: list[str], typed: tuple[str, ...], env: dict[str, str]) -> tuple[str, int]:
    """Run it on a terminal of its own, where each line is typed once it is asked for; what was shown, and the exit code."""
    here, there = pty.openpty()
    running = nursery.Popen(
        command, cwd=ROOT, env=env, stdin=there, stdout=there, stderr=there, start_new_session=True
    )
    os.close(there)
    shown = b""
    with open(here, "r+b", buffering=0) as terminal:
        for prompt, line in zip((b"new password: ", b"once more: "), typed, strict=False):
            while prompt not in shown:
                shown += terminal.read(4096)
            terminal.write(line.encode() + b"\n")
        while said := _said(terminal):
            shown += said
    return shown.decode(), running.wait(60)


def _said(terminal: FileIO) -> bytes:
    try:
        return terminal.read(4096)
    except OSError:  # how a terminal says that nobody holds its other end any more
        return b""


def _wait(
    ready: Callable[[], bool],
    process: subprocess.Popen[Any],
    output: Path | None = None,
    within_s: float = 60,
) -> None:
    deadline = time.monotonic() + within_s
    while not ready():
        assert process.poll() is None, "it ended before" + (output.read_text() if output else "")
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_menu_of_the_wechat_account_is_printed_as_its_interface_takes_it(operator: Operator) -> None:
    made = json.loads(operator.done("wechat-menu"))
    assert [len(entry["sub_button"]) for entry in made["button"]] == [5, 4, 4]
