"""aiogram loaded by parts: what is not used is not built, and what is used is what aiogram would have built."""

import json
import subprocess
import sys
from typing import Any

from tests.support.processes import ROOT

UPDATE: dict[str, Any] = {
    "update_id": 1,
    "message": {
        "message_id": 7,
        "date": 1_790_000_000,
        "chat": {"id": 5, "type": "private"},
        "from": {"id": 5, "is_bot": False, "first_name": "王"},
        "reply_to_message": {
            "message_id": 6,
            "date": 1_789_000_000,
            "chat": {"id": 5, "type": "private"},
            "location": {"latitude": 31.2, "longitude": 121.4},
        },
        "text": "附近",
        "entities": [{"type": "bold", "offset": 0, "length": 2}],
    },
}
KEYBOARD = {"inline_keyboard": [[{"text": "报告", "callback_data": "report"}]]}
# A process of its own, for in this one other tests have long used much of it.
PROGRAM = """
import json, sys
from bot import supervisor
from aiogram import types
from aiogram.methods import GetMe, SendMessage
from aiogram.methods.base import Response
from pydantic import BaseModel

update, keyboard = json.load(sys.stdin)
before = types.Update.__pydantic_complete__, types.Message.__pydantic_complete__, SendMessage.__pydantic_complete__
got = types.Update.model_validate(update)
sent = SendMessage(chat_id=5, text="x", reply_markup=types.InlineKeyboardMarkup.model_validate(keyboard))
answered = Response[GetMe.__returning__].model_validate({"ok": True, "result": update["message"]["from"]})
class Own(BaseModel):
    later: "Other"
class Other(BaseModel):
    number: int
Own.model_rebuild()
print(json.dumps({
    "before": before,
    "got": got.model_dump(mode="json", exclude_none=True, by_alias=True, warnings=False),
    "types": [type(got.message.reply_to_message.location).__name__, type(sent.reply_markup.inline_keyboard[0][0]).__name__,
              type(answered.result).__name__],
    "unused": [name for name in ("ChatBoost", "PassportData", "Game") if getattr(types, name).__pydantic_complete__],
    "others": Own(later={"number": 1}).later.number,
}))
"""


def test_models_of_the_bot_api_are_built_when_they_are_used_first() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps([UPDATE, KEYBOARD]), cwd=ROOT, capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["before"] == [False, False, False]
    assert told["got"]["message"]["reply_to_message"]["location"] == {"latitude": 31.2, "longitude": 121.4}
    assert told["got"]["message"]["entities"] == UPDATE["message"]["entities"]
    assert told["types"] == ["Location", "InlineKeyboardButton", "User"]
    assert told["unused"] == []
    assert told["others"] == 1
