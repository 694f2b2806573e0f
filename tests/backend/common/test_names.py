"""Names in texts: found and hidden however they are written."""

import pytest

from backend.common import names


@pytest.mark.parametrize(
    ("text", "name", "shown"),
    [
        ("责令王小明缴纳", "王小明", "责令王**缴纳"),
        ("责令王 小明缴纳，王小明", "王小明", "责令王**缴纳，王**"),
        ("阿依古丽•买买提", "阿依古丽·买买提", "阿*******"),
        ("Order to JOHN  smith", "John Smith", "Order to J*********"),
        ("责令王大明缴纳", "王小明", "责令王大明缴纳"),
    ],
)
def test_a_name_is_hidden_wherever_it_stands(text: str, name: str, shown: str) -> None:
    assert names.hidden(text, name) == shown


def test_a_text_whose_name_is_written_in_old_codes_is_withheld_whole() -> None:
    assert names.hidden("责令祝\ue863缴纳", "祝䶮") == "***"
