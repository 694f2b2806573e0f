"""What the subject reads in the own access log about looking at removals."""

from schemas.text import Text

OWN_PURPOSE = Text("本人查看本人信息的移除情况", "The subject reads what was removed of the own record")
SCOPE = Text(
    "被隐去、删除或撤下的信息：依据、文号和理由",
    "What was hidden, erased or dropped: grounds, numbers and reasons",
)
