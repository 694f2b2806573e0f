"""The command line: what is asked, which command does it, and one clear line for whatever goes wrong.

Exit codes: 0 done; 2 what was asked cannot be done (a wrong argument, file, setting or state); 1 something else is in
the way (the database is away, the log shows tampering); 130 and 143 for the signals that ended it, 141 when nobody
reads its answer.
"""

import os
import signal
import sys
import traceback
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from typing import NoReturn

from backend.bootstrap import IndexesMissing
from backend.common import mongo
from backend.common.errors import Kind, ServiceError
from backend.common.mongo import DriverError
from backend.common.settings import Settings, SettingsError
from backend.local import dotenv
from backend.local.folder import FolderInUse
from backend.local.mongod import MongodError
from backend.manage import (
    channelling,
    counting,
    database,
    importing,
    keeping,
    partnering,
    reporting,
    scheduling,
    terminal,
)
from backend.manage.asking import Command, Wrong
from backend.manage.terminal import say

ROOT = Path(__file__).resolve().parents[2]
DONE, IN_THE_WAY, WRONG = 0, 1, 2
_told_to_end = Event()
_TEMPORARY = (Kind.UNAVAILABLE, Kind.TOO_MANY, Kind.LOCKED)


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line instead of the usage in front of it."""
        self.exit(WRONG, f"{self.prog}: {terminal.one_line(message)} (see --help)\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    asked = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _end)
    try:
        code = _run(asked)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except KeyboardInterrupt:
        say("stopped; what is done so far stays, and the command can be run again")
        return 130
    except Exception as error:
        # A library in C takes the end for a fault of its own when it comes in the midst of what it calls back.
        return 128 + signal.SIGTERM if _told_to_end.is_set() else _failed(error)


def _run(asked: Namespace) -> int:
    settings = Settings.from_env(dotenv.with_file(os.environ, ROOT / ".env"))
    command: Command = asked.command
    command.check(settings, asked)
    with database.opened(settings, say) as deps:
        if command.needs_indexes:
            database.require_indexes(deps)
        return command.run(deps, asked)


def _parser() -> ArgumentParser:
    parser = _Parser(prog="python -m backend.manage", description="What operators do to the service.")
    named = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in (
        *counting.COMMANDS,
        *keeping.COMMANDS,
        *partnering.COMMANDS,
        *importing.COMMANDS,
        *scheduling.COMMANDS,
        *channelling.COMMANDS,
        *reporting.COMMANDS,
    ):
        one = named.add_parser(command.name, help=command.help, description=command.description)
        command.arguments(one)
        one.set_defaults(command=command)
    return parser


def _failed(error: Exception) -> int:
    match error:
        case ServiceError():
            say(terminal.refusal(error))
            return IN_THE_WAY if error.kind in _TEMPORARY else WRONG
        case Wrong() | SettingsError() | FolderInUse():
            say(terminal.one_line(str(error)))
            return WRONG
        case IndexesMissing():
            say("the database lacks indexes; run `python -m backend.manage ensure-indexes` first")
            return WRONG
        case MongodError():
            say(terminal.one_line(str(error)))
            return IN_THE_WAY
        case DriverError():
            return _database_failed(error)
        case OSError():
            say(f"{error.strerror or type(error).__name__}: {error.filename or 'no file named'}")
            return WRONG
    return _unforeseen(error)


def _database_failed(error: DriverError) -> int:
    """Nothing of the driver's message is shown: it may hold the address with its password, or the values of a document."""
    try:
        say(terminal.refusal(mongo.translate(error)))
    except DriverError:
        say(f"the database refused ({type(error).__name__}); look at MONGODB_URI and at the database's log")
    return IN_THE_WAY


def _unforeseen(error: Exception) -> int:
    """A fault of ours: where it happened, without its message, which may hold personal data."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    say(f"unforeseen fault {type(error).__name__} in {place.filename}:{place.lineno}; please report it")
    return IN_THE_WAY


def _end(_number: int, _frame: object) -> NoReturn:
    _told_to_end.set()
    sys.exit(128 + signal.SIGTERM)
