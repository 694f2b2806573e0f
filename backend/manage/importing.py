"""The commands that take in files."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from backend.catalogue import service as catalogue
from backend.common.deps import Deps
from backend.common.settings import Settings
from backend.enrolment import service as enrolment
from backend.intake.quality import Quality
from backend.manage import asking, database, terminal
from backend.manage.asking import ACTOR, Command, Wrong
from backend.manage.terminal import say
from backend.places import service as places
from backend.records import service as records
from schemas.terms import Crs

Row = TypeVar("Row")


def _units(deps: Deps, asked: Namespace) -> int:
    with asked.file.open(encoding="utf-8-sig", newline="") as lines:
        rows = _decoded(catalogue.read_rows(asked.file.name, lines))
        done = catalogue.import_units(deps, ACTOR, rows=rows)
    print(f"units: {done.new} new, {done.changed} changed, {done.unchanged} unchanged")
    return 0


def _catalogue(deps: Deps, asked: Namespace) -> int:
    with asked.file.open(encoding="utf-8-sig", newline="") as lines:
        rows = _decoded(catalogue.read_rows(asked.file.name, lines))
        release = catalogue.import_catalogue(deps, ACTOR, year=asked.year, rows=rows)
    print(f"catalogue of {release.year}, version {release.version}: {release.items} items in force")
    return 0


def _subjects(deps: Deps, asked: Namespace) -> int:
    if asked.photos is None:
        return _take_in_subjects(deps, asked)
    with database.with_faces(deps, say) as ready:
        return _take_in_subjects(ready, asked)


def _take_in_subjects(deps: Deps, asked: Namespace) -> int:
    with terminal.progress(asked.file.name, asked.file.stat().st_size, in_bytes=True) as told:
        quality = enrolment.import_subjects(deps, ACTOR, path=asked.file, photos=asked.photos, told=told)
    return _reported(quality, asked.report)


def _records(deps: Deps, asked: Namespace) -> int:
    with terminal.progress(asked.file.name, asked.file.stat().st_size, in_bytes=True) as told:
        quality = records.import_records(deps, ACTOR, path=asked.file, unit=asked.unit, told=told)
    return _reported(quality, asked.report)


def _places(deps: Deps, asked: Namespace) -> int:
    with terminal.progress(asked.file.name, asked.file.stat().st_size, in_bytes=True) as told:
        quality = places.import_places(
            deps, ACTOR, path=asked.file, year=asked.year, crs=asked.crs, source=asked.source, told=told
        )
    return _reported(quality, asked.report)


def _places_arguments(parser: ArgumentParser) -> None:
    asking.add_file(parser)
    parser.add_argument("--year", metavar="Y", type=asking.year, required=True, help="the year of the list")
    systems = [crs.value for crs in Crs]
    parser.add_argument("--crs", choices=systems, required=True, help="the system of lng and lat")
    parser.add_argument("--source", metavar="TEXT", help="the list's document (usually the file's name)")
    asking.add_report(parser)


def _year_argument(parser: ArgumentParser) -> None:
    asking.add_file(parser)
    parser.add_argument("--year", metavar="Y", type=asking.year, required=True, help="the catalogue's year")


def _subjects_arguments(parser: ArgumentParser) -> None:
    asking.add_file(parser)
    parser.add_argument("--photos", metavar="DIR", type=Path, help="where the photographs lie")
    asking.add_report(parser)


def _records_arguments(parser: ArgumentParser) -> None:
    asking.add_file(parser)
    parser.add_argument("--unit", metavar="CODE", required=True, help="the unit that hands it in")
    asking.add_report(parser)


def _subjects_check(settings: Settings, asked: Namespace) -> None:
    enrolment.require_folder(asked.photos)
    asking.require_report(settings, asked)


def _reported(quality: Quality, report: Path | None) -> int:
    if report is not None:
        quality.write(report)
    print(terminal.outcome(quality))
    return 2 if quality.refused and not quality.accepted else 0


def _decoded(rows: Iterable[Row]) -> Iterator[Row]:
    """The same rows; a file in another encoding is said in words."""
    try:
        yield from rows
    except UnicodeDecodeError:
        raise Wrong("文件不是UTF-8编码 / the file is not UTF-8") from None


COMMANDS = (
    Command(
        "import-units",
        "add and change information providers",
        "Adds and changes information providers by their code, all rows or none; none is removed. "
        "FILE is .csv, .jsonl or .yaml with id, name_zh, name_en, kind.",
        _units,
        asking.add_file,
    ),
    Command(
        "import-catalogue",
        "publish the catalogue of a year",
        "Publishes the items of FILE (.csv, .jsonl or .yaml) as the catalogue of a year, all or none. What the law "
        "forbids is refused by its meaning and named. An adverse item without `lasts` tells of what ends with itself. The same "
        "file again changes nothing.",
        _catalogue,
        _year_argument,
    ),
    Command(
        "import-subjects",
        "take in a file of persons and entities",
        "Takes in FILE (.csv or .jsonl with kind, name, number, phone, district, photo). A bad row is refused with its "
        "line and reason, good rows are kept, the same file twice changes nothing, and a cut-off run may be run again. "
        "Photographs become sealed templates and are not kept. Exit 2 when no row could be taken.",
        _subjects,
        _subjects_arguments,
        _subjects_check,
    ),
    Command(
        "import-records",
        "take in a unit's file of records",
        "Takes in FILE (.csv or .jsonl with item_code, subject_number, subject_name, doc_no, title, occurred_on, "
        "ended_on, content) under the catalogue in force. A bad row is refused with its line and reason, good rows are "
        "kept, the same file twice changes nothing, a corrected row changes its record, and a cut-off run may be run "
        "again. Exit 2 when no row could be taken.",
        _records,
        _records_arguments,
        asking.require_report,
    ),
    Command(
        "import-places",
        "take in the trustworthy shops of a year",
        "Takes in FILE (.csv or .jsonl with name, kind, district, address, lng, lat, assessed_by, valid_until) as the list "
        "of a year. A bad row is refused with its line and reason, good rows are kept, the same file twice changes nothing, "
        "a corrected row changes its shop, and a cut-off run may be run again. Exit 2 when no row could be taken.",
        _places,
        _places_arguments,
        asking.require_report,
    ),
)
