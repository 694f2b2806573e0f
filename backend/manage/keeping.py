"""The commands that set the service up and keep it."""

import sys
from argparse import ArgumentParser, Namespace
from getpass import getpass
from pathlib import Path

from backend import bootstrap
from backend.audit import service as audit
from backend.common.clock import SHANGHAI
from backend.common.deps import Deps
from backend.common.settings import Settings
from backend.demo import errors as demo_errors
from backend.demo import service as demo
from backend.demo.model import Built
from backend.demo.rules.people import PLACES
from backend.identity import service as identity
from backend.local import pictures
from backend.manage import asking, database, terminal
from backend.manage.asking import ACTOR, Command, Wrong
from backend.manage.terminal import say
from backend.staff import service as staff
from schemas.terms import STAFF_ROLES, Role

RESIDENTS, SEED = 300, 1
ROLES = sorted(role.value for role in STAFF_ROLES)


def _ensure_indexes(deps: Deps, _: Namespace) -> int:
    print(f"{len(bootstrap.ensure_indexes(deps))} collections have their indexes")
    return 0


def _seed_demo(deps: Deps, asked: Namespace) -> int:
    if not pictures.present():
        say("no photographs here: the demonstration residents use window codes instead of their faces")
        return _build(deps, asked, None)
    with database.with_faces(deps, say) as ready:
        return _build(ready, asked, pictures.PICTURES)


def _build(deps: Deps, asked: Namespace, folder: Path | None) -> int:
    with terminal.progress("residents", asked.residents, in_bytes=False) as told:
        built = demo.seed(deps, ACTOR, residents=asked.residents, seed=asked.seed, pictures=folder, told=told)
    print(_told(built))
    return 0


def _told(built: Built) -> str:
    """What was built, in a line; what was refused or gave no template, a line each."""
    tally = built.tally
    new = f"{tally.subjects} subjects, {tally.records} records and {tally.shops} shops are new"
    lines = [f"a city of {built.residents} residents: {new}; accounts in {built.accounts}"]
    lines += [f"  refused {reason} × {count}" for reason, count in sorted(tally.refused.items())]
    lines += [f"  note {note} × {count}" for note, count in sorted(tally.notes.items())]
    return "\n".join(lines)


def _create_staff(deps: Deps, asked: Namespace) -> int:
    made, secrets = staff.create(
        deps,
        ACTOR,
        name=asked.staff_name,
        role=Role(asked.role),
        unit=asked.unit,
        password=asked.password,
        totp=asked.totp,
    )
    print(f"{made.role.value} {made.name}" + (f" of {made.unit}" if made.unit else ""))
    if asked.password is None:
        print(f"password (shown once): {secrets.password}")
    if secrets.totp_secret:
        print(f"TOTP key (shown once): {secrets.totp_secret}\nTOTP address: {secrets.totp_uri}")
    return 0


def _set_staff_password(deps: Deps, asked: Namespace) -> int:
    staff.set_password(deps, ACTOR, username=asked.staff_name, password=_typed_twice())
    print(f"{asked.staff_name} has the new password; every session of theirs is ended")
    return 0


def _typed_twice() -> str:
    """A new password, unseen, from whoever sits there: a command line and its history are read by others."""
    if not sys.stdin.isatty():
        raise Wrong("须在终端上输入密码 / the password is typed on a terminal, and this is none")
    try:
        first, again = getpass("新密码 / new password: "), getpass("再输一次 / once more: ")
    except EOFError:
        raise Wrong("没有输入密码 / no password was typed") from None
    if first != again:
        raise Wrong("两次输入不一致，密码未更改 / the two differ; the password is as it was")
    return first


def _issue_window_code(deps: Deps, asked: Namespace) -> int:
    code = identity.issue_window_code(deps, ACTOR, id_number=asked.id_number)
    until = code.expires_at.astimezone(SHANGHAI)
    print(f"{code.code}\nuntil {until:%Y-%m-%d %H:%M:%S} (Shanghai), for one use")
    return 0


def _verify_log(deps: Deps, _: Namespace) -> int:
    faults = 0
    for fault in audit.verify_log(deps):
        faults += 1
        print(fault)
    print(f"{faults} faults" if faults else "no fault: nothing was changed, removed or cut off")
    return 1 if faults else 0


def _seed_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--residents", metavar="N", type=asking.count, default=RESIDENTS, help=f"how many ({RESIDENTS})"
    )
    parser.add_argument("--seed", metavar="S", type=asking.count, default=SEED, help=f"which city ({SEED})")


def _seed_check(settings: Settings, asked: Namespace) -> None:
    if settings.app_env == "production":
        raise demo_errors.in_production()
    if asked.residents > PLACES:
        raise demo_errors.wrong_size(PLACES)


def _staff_arguments(parser: ArgumentParser) -> None:
    _name_argument(parser)
    parser.add_argument("--role", choices=ROLES, required=True, metavar="ROLE", help=", ".join(ROLES))
    parser.add_argument("--unit", metavar="CODE", help="the unit; a provider must have one")
    parser.add_argument("--password", metavar="P", help="better left out: others can read a command line")
    parser.add_argument("--totp", action="store_true", help="with a key for an authenticator app")


def _name_argument(parser: ArgumentParser) -> None:
    parser.add_argument("staff_name", metavar="NAME", help="the user name, as the access log shows it")


def _window_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--id-number", metavar="N", required=True, help="the identity number")


COMMANDS = (
    Command(
        "ensure-indexes",
        "make every collection, index and data key that is missing",
        "Makes every collection, index and data key that the service needs and the database lacks. Safe to run again, "
        "and from several machines at once; a release runs it before the processes start.",
        _ensure_indexes,
        needs_indexes=False,
    ),
    Command(
        "seed-demo",
        "build the demonstration city",
        "Builds a city of residents and entities with about thirteen records a resident, in the proportions of the "
        "2018 operating report, with numbers that can belong to nobody, and the accounts of "
        "DATA_DIR/demo/accounts.json. The same seed gives the same city; a larger one goes on where the smaller one "
        "ended; cut short, it is completed by running it again. Refused in production.",
        _seed_demo,
        _seed_arguments,
        _seed_check,
    ),
    Command(
        "create-staff",
        "make an account for a member of staff",
        "Makes an account for a member of staff. Without --password one is made up; it and the key of --totp are "
        "shown once and kept only hashed and sealed. Production requires --totp.",
        _create_staff,
        _staff_arguments,
    ),
    Command(
        "set-staff-password",
        "give a member of staff another password",
        "Asks on the terminal for a new password, twice and unseen, for the member of staff with this user name. The old "
        "password and every open session end at once, and the change stands in the log. The one-time code stays.",
        _set_staff_password,
        _name_argument,
    ),
    Command(
        "issue-window-code",
        "hand out a code that proves a person without a face",
        "Issues a code for the person with this identity number, as a service window does after a look at the "
        "identity card: 15 minutes, one use, and an earlier code stops working.",
        _issue_window_code,
        _window_arguments,
    ),
    Command(
        "verify-log",
        "look for tampering in the audit log",
        "Checks every line of the audit log, its chains and its seals. Each fault is printed, and the exit code is 1 "
        "when there is one.",
        _verify_log,
    ),
)
