import json
from pathlib import Path

from backend.intake.quality import LINES_NAMED, SENTENCES_NAMED, Quality, Refusal
from schemas.text import Text


def refusal(line: int, reason: str = "row.missing") -> Refusal:
    return Refusal(line, reason, Text("缺少", "missing"))


def test_refusals_are_counted_by_reason_with_their_lines() -> None:
    quality = Quality(rows=4, new=1, linked=1)
    quality.refuse([refusal(2), refusal(3), refusal(5, "row.unreadable")])
    told = quality.told()
    assert told["refused"] == 3
    assert told["refused_by_reason"]["row.missing"] == {
        "count": 2,
        "zh": "缺少",
        "en": "missing",
        "lines": [2, 3],
        "sentences": [{"zh": "缺少", "en": "missing", "count": 2, "lines": [2, 3]}],
    }
    assert told["linked_share"] == 0.25


def test_each_sentence_of_a_reason_is_told_with_its_own_lines() -> None:
    quality = Quality()
    kinds = [Text("涉及宗教信仰", "tells of religion"), Text("涉及疾病", "tells of a disease")]
    quality.refuse(Refusal(line, "records.forbidden", kinds[line % 2]) for line in range(2, 7))
    told = quality.told()["refused_by_reason"]["records.forbidden"]
    assert (told["count"], told["zh"]) == (5, "涉及宗教信仰")
    assert {one["zh"]: one["lines"] for one in told["sentences"]} == {
        "涉及宗教信仰": [2, 4, 6],
        "涉及疾病": [3, 5],
    }


def test_sentences_without_end_are_counted_and_not_kept() -> None:
    quality = Quality()
    quality.refuse(
        Refusal(n, "row.missing", Text(f"缺少{n}", f"{n} is missing")) for n in range(SENTENCES_NAMED + 9)
    )
    told = quality.told()["refused_by_reason"]["row.missing"]
    assert len(told["sentences"]) == SENTENCES_NAMED
    assert sum(one["count"] for one in told["sentences"]) == told["count"] == SENTENCES_NAMED + 9


def test_only_the_first_lines_of_a_reason_are_named() -> None:
    quality = Quality()
    quality.refuse(refusal(line) for line in range(LINES_NAMED + 10))
    told = quality.told()["refused_by_reason"]["row.missing"]
    assert told["count"] == LINES_NAMED + 10
    assert len(told["lines"]) == LINES_NAMED


def test_an_empty_file_has_no_share() -> None:
    assert Quality().told()["linked_share"] is None


def test_the_report_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("an old one")
    Quality(rows=1, new=1, linked=1).write(path)
    assert json.loads(path.read_text())["accepted"] == 1
    assert list(tmp_path.iterdir()) == [path]
