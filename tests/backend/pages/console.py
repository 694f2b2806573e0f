"""People of the console who sign in as they do there, and browsers that are theirs."""

from dataclasses import dataclass

from flask.testing import FlaskClient

from backend.accounts.model import Tokens
from backend.common.actor import anonymous
from backend.common.deps import Deps
from backend.staff import service as staff
from schemas.terms import Channel, Role
from tests.support.people import COMMAND

PASSWORD = "a wholly different sentence"
STRANGER = anonymous(Channel.PAGE)


@dataclass(frozen=True)
class Signed:
    """Somebody of the staff with an open session."""

    id: str
    name: str
    tokens: Tokens


def at_desk(deps: Deps, name: str, role: Role, unit: str | None = None) -> Signed:
    made, _ = staff.create(deps, COMMAND, name=name, role=role, unit=unit, password=PASSWORD, totp=False)
    return Signed(made.id, name, staff.sign_in(deps, STRANGER, username=name, password=PASSWORD))


def let_in(visitor: FlaskClient, signed: Signed) -> FlaskClient:
    """The browser without scripts as after signing in."""
    visitor.set_cookie("staff_access", signed.tokens.access_token, domain="localhost", path="/staff")
    return visitor


def form_code(visitor: FlaskClient, path: str) -> str:
    """The code that the forms of a page carry for this visitor."""
    return visitor.get(path).text.partition('name="form-code" content="')[2].partition('"')[0]
