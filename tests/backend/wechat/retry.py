"""A web process that is handed messages: `python -m tests.backend.wechat.retry URI DATABASE FOLDER NOW NAME COUNT [die]`.

It prints an answer a message, which says who made it and is made of nothing else. With `die` it is killed at the first.
"""

import os
import signal
import sys
import time
from datetime import datetime
from pathlib import Path

from backend.common import mongo
from backend.common.deps import Deps
from backend.common.sealing import Sealer
from backend.dialogues.model import Incoming, Outgoing
from backend.wechat.model import Call, Heard
from backend.wechat.rules import reading
from backend.wechat.service import Line, Pace
from tests.backend.wechat.conftest import text_xml, with_mode
from tests.support import world


def main(uri: str, database: str, folder: str, now: str, name: str, count: str, *rest: str) -> None:
    def answer(deps: Deps, incoming: Incoming) -> tuple[Outgoing, ...]:
        if rest:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.02)  # so that the other comes in the middle
        return (Outgoing(f"{name}:{incoming.text}"),)

    with mongo.connect(uri) as client:
        settings = world.make_settings(uri, database, Path(folder))
        sealer = Sealer(client, database, world.MASTER_KEY)
        deps = with_mode(
            world.make_deps(client, settings, world.Clock(datetime.fromisoformat(now)), sealer), "safe"
        )
        line = Line(answer, places=8, pace=Pace(waits=30.0, looks_every=0.01))
        for number in range(int(count)):
            told = reading.message(reading.elements(text_xml(str(number), msg_id=number).encode()))
            heard = Heard(Call("", "1", f"{name}{number}"), told, reading.incoming(told), sealed=True)
            print(line.text(deps, heard), flush=True)
        sealer.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
