"""The sixteen districts of the city by their codes (GB/T 2260)."""

from collections.abc import Mapping

DISTRICTS: Mapping[str, str] = {
    "310101": "黄浦区", "310104": "徐汇区", "310105": "长宁区", "310106": "静安区", "310107": "普陀区", "310109": "虹口区",
    "310110": "杨浦区", "310112": "闵行区", "310113": "宝山区", "310114": "嘉定区", "310115": "浦东新区", "310116": "金山区",
    "310117": "松江区", "310118": "青浦区", "310120": "奉贤区", "310151": "崇明区",
}  # fmt: skip
_CODES = {name: code for code, name in DISTRICTS.items()}


def code_of(district: str) -> str | None:
    """The code of a district that is named by its code or its full name; None when there is no such district."""
    return district if district in DISTRICTS else _CODES.get(district)
