"""The account's menu, as WeChat's interface takes it: at most three entries with at most five below each."""

from typing import Any

from backend.dialogues import service as dialogues

MENU = {
    "我的信用": ("report", "objections", "notices", "kill_links", "bind"),
    "便民服务": ("nearby", "benefits", "deposit_free", "news"),
    "帮助": ("help", "human", "language", "unbind"),
}
"""The dialogue's commands below the three entries; a test holds that none is left out."""


def menu() -> dict[str, Any]:
    """The body of `POST /cgi-bin/menu/create`; every entry sends what its button in the chat sends."""
    labels = {one.value: one.label.zh for one in dialogues.commands()}
    return {
        "button": [
            {
                "name": name,
                "sub_button": [{"type": "click", "name": labels[one], "key": one} for one in below],
            }
            for name, below in MENU.items()
        ]
    }
