"""What marshmallow says about a field, in the reader's language.

marshmallow knows English only and has no message catalogue, so the sentences are recognised where they leave. A schema's
own sentence is a `Text` (`ValidationError([Text(zh, en)])`) and needs no table.
"""

import re
from typing import Any

from schemas.text import Language, Text

UNCLEAR = "此项填写有误"
LONGEST_KEY = 64

_SENTENCES = {
    "Missing data for required field.": "此项必填",
    "Field may not be null.": "此项不能为空",
    "Invalid value.": "此项的值无效",
    "Invalid type.": "此项的类型不正确",
    "Invalid input type.": "内容的类型不正确，应为对象",
    "Invalid input.": "此项的值不被允许",
    "Unknown field.": "不认识的字段",
    "Not a valid list.": "应为列表",
    "Not a valid tuple.": "应为列表",
    "Not a valid string.": "应为文字",
    "Not a valid utf-8 string.": "文字编码不正确，应为 UTF-8",
    "Not a valid UUID.": "编号格式不正确",
    "Not a valid number.": "应为数字",
    "Number too large.": "数字过大",
    "Not a valid integer.": "应为整数",
    "Special numeric values (nan or infinity) are not permitted.": "应为有限的数字",
    "Not a valid boolean.": "应为 true 或 false",
    "Not a valid date.": "日期格式不正确，应为 YYYY-MM-DD",
    "Not a valid period of time.": "时长格式不正确",
    "Not a valid mapping type.": "应为对象",
    "Not a valid URL.": "网址格式不正确",
    "Not a valid email address.": "邮箱格式不正确",
    "String does not match expected pattern.": "格式不正确",
    "Not a valid choice.": "不是可选的值",
    "Not a valid delimited list.": "应为以逗号分隔的列表",
}
_SHAPES = [
    (r"Not a valid (?:aware |naive )?(?:datetime|time)\.", "时间格式不正确，应为带时区的 ISO 8601"),
    (r"Not a valid (?:aware |naive )?date\.", "日期格式不正确，应为 YYYY-MM-DD"),
    (r"Not a valid IP(?:v4|v6)? (?:address|interface)\.", "网络地址格式不正确"),
    (r"Shorter than minimum length (\d+)\.", "长度不能少于 {}"),
    (r"Longer than maximum length (\d+)\.", "长度不能超过 {}"),
    (r"Length must be between (\d+) and (\d+)\.", "长度应在 {} 到 {} 之间"),
    (r"Length must be (\d+)\.", "长度应为 {}"),
    (r"Must be equal to (.+)\.", "应等于 {}"),
    (r"Must be greater than or equal to (\S+)\.", "不能小于 {}"),
    (r"Must be greater than (\S+)\.", "应大于 {}"),
    (r"Must be less than or equal to (\S+)\.", "不能大于 {}"),
    (r"Must be less than (\S+)\.", "应小于 {}"),
    (
        r"Must be greater than(?: or equal to)? (\S+) and less than(?: or equal to)? (\S+)\.",
        "应在 {} 到 {} 之间",
    ),
    (r"Must be one of: (.*)\.", "应为以下之一：{}"),
    (r"One or more of the choices you made was not in: (.*)\.", "只能从以下选择：{}"),
    (r"One or more of the choices you made was in: (.*)\.", "不能选择：{}"),
]
_COMPILED = [(re.compile(pattern, re.DOTALL), zh) for pattern, zh in _SHAPES]


def worded(messages: Any, language: Language) -> Any:
    """The same tree of messages with every sentence in `language`; keys a client invented are cut short."""
    if isinstance(messages, Text):
        return messages.say(language)
    if isinstance(messages, dict):
        return {_key(key): worded(inner, language) for key, inner in messages.items()}
    if isinstance(messages, list | tuple):
        return [worded(inner, language) for inner in messages]
    return str(messages) if language == "en" else _chinese(str(messages))


def _key(key: object) -> str:
    text = str(key)
    return text if len(text) <= LONGEST_KEY else text[: LONGEST_KEY - 1] + "…"


def _chinese(message: str) -> str:
    if known := _SENTENCES.get(message):
        return known
    for pattern, zh in _COMPILED:
        if found := pattern.fullmatch(message):
            return zh.format(*found.groups())
    return message if any("一" <= letter <= "鿿" for letter in message) else UNCLEAR
