"""The command that an account of a chat channel is set up with."""

import json
from argparse import Namespace

from backend.common.deps import Deps
from backend.manage.asking import Command
from backend.wechat import service as wechat


def _wechat_menu(_deps: Deps, _asked: Namespace) -> int:
    print(json.dumps(wechat.menu(), ensure_ascii=False))
    return 0


COMMANDS = (
    Command(
        "wechat-menu",
        "print the menu of the WeChat account as JSON",
        "Prints the body for WeChat's menu/create, with the commands of the dialogue; docs/operations.md says where to send it.",
        _wechat_menu,
        needs_indexes=False,
    ),
)
