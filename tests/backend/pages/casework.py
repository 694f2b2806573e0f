"""A resident with a browser and cases: the town of objections, whose person is signed in on a page."""

from dataclasses import dataclass, replace
from typing import Any

from flask.testing import FlaskClient

from backend.accounts.model import Tokens
from backend.common.deps import Deps
from backend.identity import service as identity
from tests.backend.objections.town import CITIZENS, FOREVER, Town, make_town
from tests.support import people, residents
from tests.support.browser import Visit


@dataclass(frozen=True)
class Case:
    """`tokens` have just proved to be that person; `weaker` are of another session of the same account and have not."""

    town: Town
    tokens: Tokens
    weaker: Tokens

    def in_client(self, client: FlaskClient, tokens: Tokens | None = None) -> FlaskClient:
        sent = tokens or self.tokens
        client.set_cookie("citizen_access", sent.access_token, domain="localhost")
        client.set_cookie("citizen_session", sent.refresh_token or "", domain="localhost")
        return client

    def signed_in(self, visit: Visit) -> Visit:
        return visit.signed_in(self.tokens)

    def prove_again(self, visit: Visit) -> None:
        """The same session, after another code from a service window."""
        deps = self.town.deps
        code = identity.issue_window_code(deps, people.COMMAND, id_number=CITIZENS["a1"][1]).code
        actor = people.again(deps, self.town.resident)
        token = identity.redeem_window_code(deps, actor, code=code).access_token
        visit.signed_in(replace(self.tokens, access_token=token))


def make_case(deps: Deps) -> Case:
    town = make_town(deps)
    deps.db["accounts"].delete_one({"_id": "a1"})
    name, number = CITIZENS["a1"]
    signed_in = residents.sign_in(deps)
    identity.bind(deps, signed_in.actor, name=name, id_number=number)
    actor = people.again(deps, signed_in.actor)
    code = identity.issue_window_code(deps, people.COMMAND, id_number=number).code
    token = identity.redeem_window_code(deps, actor, code=code).access_token
    proved = replace(signed_in.tokens, access_token=token)
    resident = replace(people.again(deps, actor, token), verified_until=FOREVER)
    town = replace(town, resident=resident)
    return Case(town, proved, residents.sign_in(deps).tokens)


def hidden(page: str, name: str) -> str:
    """What a hidden field of this page's forms holds."""
    return page.split(f'name="{name}" value="')[1].split('"')[0]


def fields(page: str, **more: Any) -> dict[str, Any]:
    """What a plain form of this page sends with it, and what was filled in."""
    known = {name: hidden(page, name) for name in ("_form", "_once", "record_id") if f'name="{name}"' in page}
    return known | more
