import json
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.common.errors import ServiceError
from backend.intake import files
from backend.intake.files import Form, RawRow
from backend.intake.quality import Refusal

FORM = Form(("name", "number"), ("note",))
BROKEN_LINES = st.sampled_from(
    ['"never closed,1,', 'a,"b"c,', "one cell", "a,b,c,d", ",1,", '"",2,n', "\udcff,1,x"]
)
GOOD_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters='"'),
    min_size=1,
    max_size=8,
).filter(lambda text: text.strip())


def read(path: Path, form: Form = FORM) -> list[dict[str, object] | Refusal]:
    intake = files.opened(path, form)
    return [files.parse(row, intake.header, form) for row in intake.rows]


def written(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refused(path: Path) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        list(files.opened(path, FORM).rows)
    return caught.value


def test_csv_and_json_lines_say_the_same(tmp_path: Path) -> None:
    table = written(tmp_path, "a.csv", "name,number\n欧阳䶮,1\n")
    lines = written(tmp_path, "a.jsonl", '{"name": "欧阳䶮", "number": "1"}\n')
    assert read(table) == read(lines) == [{"name": "欧阳䶮", "number": "1", "note": None}]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_mark_at_the_start_and_windows_line_ends_are_borne(tmp_path: Path, name: str) -> None:
    text = "name,number\r\n王,1\r\n" if name == "a.csv" else '{"name": "王", "number": "1"}\r\n'
    assert read(written(tmp_path, name, b"\xef\xbb\xbf" + text.encode()))[0] == {
        "name": "王",
        "number": "1",
        "note": None,
    }


def test_a_cell_may_hold_line_breaks_and_quotes(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", 'name,number,note\n王,1,"a\n""b"""\n李,2,\n')
    rows = list(files.opened(path, FORM).rows)
    assert rows == [RawRow(2, ["王", "1", 'a\n"b"']), RawRow(4, ["李", "2", ""])]


def test_a_quote_that_is_never_closed_costs_its_own_line(tmp_path: Path) -> None:
    good = "".join(f"王,{place},\n" for place in range(500))
    found = read(written(tmp_path, "a.csv", f'name,number,note\n李,"1,\n{good}'))
    assert isinstance(found[0], Refusal)
    assert found[0].line == 2
    assert [row["number"] for row in found[1:] if isinstance(row, dict)] == [
        str(place) for place in range(500)
    ]


@given(st.lists(st.one_of(GOOD_TEXT, BROKEN_LINES.map(lambda line: (line,))), max_size=30))
def test_no_mix_of_rows_loses_a_good_one(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str | tuple[str]]
) -> None:
    lines = [row[0] if isinstance(row, tuple) else f'"{row}",7,"{{""a"": ""{row}""}}"' for row in rows]
    # Good lines enough that the file as a whole is plainly UTF-8.
    text = "name,number,note\n" + "".join(f"{line}\n" for line in ["王,1,"] * 40 + lines)
    path = written(tmp_path_factory.mktemp("mix"), "a.csv", text.encode("utf-8", "surrogateescape"))
    found = read(path)
    kept = [row["name"] for row in found if isinstance(row, dict)]
    assert kept[40:] == [row for row in rows if isinstance(row, str)]


def test_a_row_tells_the_line_it_begins_at(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", 'name,number\n\n"王\n小",1\n李\n赵,3\n')
    assert [row.line for row in files.opened(path, FORM).rows] == [3, 5, 6]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"name": "王", "number": "1", "blood_type": "A"}', "row.unknown_column"),
        ('{"name": "王"}', "row.missing"),
        ('{"name": "", "number": "1"}', "row.missing"),
        ('{"name": "王", "number": null}', "row.missing"),
        ("[1, 2]", "row.unreadable"),
        ("{", "row.unreadable"),
        ("[" * 100_000, "row.unreadable"),
        ('{"name": ' + "9" * 10_000 + "}", "row.unreadable"),
        ("null", "row.unreadable"),
    ],
)
def test_a_bad_line_is_told_and_the_next_one_goes_on(tmp_path: Path, line: str, reason: str) -> None:
    path = written(tmp_path, "a.jsonl", f'{line}\n{{"name": "李", "number": "2"}}\n')
    first, second = read(path)
    assert isinstance(first, Refusal)
    assert (first.line, first.reason) == (1, reason)
    assert isinstance(second, dict)


def test_an_unknown_column_is_named(tmp_path: Path) -> None:
    (row,) = read(written(tmp_path, "a.jsonl", '{"name": "王", "number": "1", "blood_type": "A"}\n'))
    assert isinstance(row, Refusal)
    assert "blood_type" in row.text.zh
    assert "blood_type" in row.text.en
    assert "blood_type" in refused(written(tmp_path, "a.csv", "name,number,blood_type\n")).text.en


def test_a_line_that_is_not_utf_8_is_refused_among_good_ones(tmp_path: Path) -> None:
    text = "name,number\n王,1\n".encode() + "李,2\n".encode("gbk") + "赵,3\n".encode()
    found = read(written(tmp_path, "a.csv", text))
    assert [isinstance(row, Refusal) for row in found] == [False, True, False]


@pytest.mark.parametrize("encoding", ["gbk", "utf-16", "big5"])
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_file_in_another_encoding_is_refused_whole(tmp_path: Path, encoding: str, name: str) -> None:
    row = "王,1" if name == "a.csv" else json.dumps({"name": "王", "number": "1"}, ensure_ascii=False)
    text = ("name,number\n" if name == "a.csv" else "") + f"{row}\n" * 5
    assert refused(written(tmp_path, name, text.encode(encoding))).reason == "intake.wrong_encoding"


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.csv", "", "intake.empty"),
        ("a.jsonl", "", "intake.empty"),
        ("a.jsonl", "\n  \n", "intake.empty"),
        ("a.txt", "name,number\n", "intake.wrong_ending"),
        ("a.csv", "name\n王\n", "intake.wrong_columns"),
        ("a.csv", "name,number,nmae\n", "intake.wrong_columns"),
        ("a.csv", "name,number,name\n", "intake.bad_header"),
        ("a.csv", '"name,number\n', "intake.bad_header"),
        ("a.csv", b"name,number,\xff\n", "intake.wrong_encoding"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_at_once(
    tmp_path: Path, name: str, text: str | bytes, reason: str
) -> None:
    assert refused(written(tmp_path, name, text)).reason == reason


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path).reason == "intake.no_file"
    assert refused(tmp_path / "absent.csv").reason == "intake.no_file"


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_an_endless_line_is_refused_in_bounded_memory(tmp_path: Path, name: str) -> None:
    head, good = ("name,number\n", "王,1\n") if name == "a.csv" else ("", '{"name": "王", "number": "1"}\n')
    path = written(tmp_path, name, head)
    with path.open("ab") as file:
        file.write(b'"' if name == "a.csv" else b'{"name": "')
        for _ in range(30):
            file.write(b"x" * 1_000_000)
        file.write(b"\n" + good.encode())
    tracemalloc.start()
    found = read(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(found[0], Refusal)
    assert found[1] == {"name": "王", "number": "1", "note": None}
    assert peak < 12_000_000


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    peaks = []
    for rows in (60_000, 120_000):  # a megabyte more, if no more than the text were held
        path = written(tmp_path, f"{rows}.csv", "name,number\n" + "欧阳䶮,310199\n" * rows)
        tracemalloc.start()
        count = sum(1 for _ in files.opened(path, FORM).rows)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert count == rows
    assert peaks[1] < peaks[0] + 500_000


def test_how_far_the_reading_is_can_be_told(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "name,number\n" + "王,1\n" * 3_000)
    told: list[int] = []
    list(files.opened(path, FORM, told=told.append).rows)
    assert told == sorted(told)
    assert told[-1] == path.stat().st_size
